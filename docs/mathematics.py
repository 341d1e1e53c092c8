r"""Formulas as MathML, which browsers draw themselves: no script, no network.

latex2mathml gives the structure; what it leaves out of TeX's rules is put in here:

1. Letters that are a word, as in p_data or KL, become one upright word, and ``\sim`` a relation.
2. What stands under min, max, sup, inf and lim in a formula on a line of its own goes below it.
3. Between the name of a function and its neighbours is a thin space, but not before a bracket:
   log 4, a log D(x), log(1 - D).
4. A sign after a relation or a bracket is no operation, a bar has no space, and two bars are a
   relation: = -1/2, |w|, KL(p || q).
"""

from itertools import groupby, pairwise
from xml.etree import ElementTree

from docutils import nodes
from latex2mathml.converter import convert

WORDS = ("data", "class", "fake", "real", "KL", "JSD")
WITH_LIMITS = ("min", "max", "sup", "inf", "lim")
BELOW = {"msub": "munder", "msubsup": "munderover"}
SCRIPTS = {*BELOW, *BELOW.values(), "msup"}
THIN = "0.1667em"
SIGNS, CLOSING = ("+", "-", "\N{MINUS SIGN}"), ("|", ")", "]", "}", "!")
BARS = {"|": "0", "\N{DOUBLE VERTICAL LINE}": "0.2222em"}


def setup(app):
    """Make "mathml" a value of ``html_math_renderer``."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))


def visit_inline(self, node):
    """A formula in a line of text."""
    self.body.append(mathml(node.astext()))
    raise nodes.SkipNode


def visit_block(self, node):
    """A formula on a line of its own."""
    formula = mathml(node.astext(), display="block")
    self.body.append(f'<div class="math" tabindex="0">{formula}</div>')
    raise nodes.SkipNode


def mathml(formula, display="inline"):
    """A formula in LaTeX as MathML, spaced as TeX does it."""
    ElementTree.register_namespace("", "http://www.w3.org/1998/Math/MathML")
    math = ElementTree.fromstring(convert(formula, display=display))
    for element in math.iter():
        element.tag = element.tag.rpartition("}")[2]
    math.set("xmlns", "http://www.w3.org/1998/Math/MathML")
    for element in math.iter():
        join_words(element)
        name_operators(element)
    for element in math.iter():
        if display == "block" and element.tag in BELOW and element[0].text in WITH_LIMITS:
            element.tag = BELOW[element.tag]
    for row in math.iter("mrow"):
        space_names(row)
        space_signs(row)
    return ElementTree.tostring(math, encoding="unicode")


def join_words(row):
    """Make one ``mi`` of neighbouring letters that are a word, or upright by mathrm."""
    joined = []
    for (is_letter, upright), group in groupby(row, key=letter):
        run = list(group)
        text = "".join(each.text for each in run) if is_letter else ""
        while text:
            word = text if upright else next((w for w in WORDS if text.startswith(w)), text[0])
            run[0].text = word
            if len(word) > 1:
                run[0].attrib.pop("mathvariant", None)  # several letters are upright anyway
            joined.append(run[0])
            run, text = run[len(word) :], text[len(word) :]
        joined += run
    row[:] = joined


def letter(element):
    """Whether an element is a single letter, and whether it is an upright one."""
    is_letter = element.tag == "mi" and len(element.text or "") == 1 and element.text.isascii()
    return is_letter and element.text.isalpha(), element.get("mathvariant") == "normal"


def name_operators(element):
    """Names such as max are identifiers, whose space is ours to say; sim is a relation."""
    if element.tag == "mo" and (element.text or "").isalpha():
        element.tag = "mi"
    if element.tag == "mi" and element.text == "~":
        element.tag, element.text = "mo", "\N{TILDE OPERATOR}"


def space_names(row):
    """Put a thin space where the name of a function meets a neighbour."""
    spaced = list(row[:1])
    for left, right in pairwise(row):
        after = is_name(left) and begins(right)
        before = is_name(right) and ends(left)
        if after or before:
            spaced.append(ElementTree.Element("mspace", width=THIN))
        spaced.append(right)
    row[:] = spaced


def space_signs(row):
    """Say how much space signs and bars have, where MathML's own rules differ from TeX's."""
    before = None
    for element in row:
        if element.tag == "mo" and element.text in SIGNS:
            if before is not None and before.tag == "mo" and not ends(before):
                element.set("form", "prefix")
        elif element.tag == "mo" and element.text in BARS:
            space = BARS[element.text] if before is not None and before.tag != "mo" else "0"
            element.set("lspace", space)
            element.set("rspace", space)
        before = element


def kernel(element):
    """What the scripts of an element are attached to, or what stands alone in its braces."""
    alone = element.tag == "mrow" and len(element) == 1
    return kernel(element[0]) if alone or element.tag in SCRIPTS else element


def is_name(element):
    """Whether an element is the name of a function, with scripts or without."""
    element = kernel(element)
    return element.tag in ("mi", "mtext") and len(element.text) > 1 and element.text.isalpha()


def begins(element):
    """Whether a space belongs between a name and this: not if it is a bracket or a sign."""
    first = next(element.iter("mo"), None) if element.tag == "mrow" and len(element) else None
    if element.tag == "mspace" or (first is not None and first is element[0]):
        return False
    return kernel(element).tag != "mo" or kernel(element).text in ("|", "∇")


def ends(element):
    """Whether a space belongs between this and a name: not after a sign or what opens."""
    if element.tag == "mspace":
        return False
    return kernel(element).tag != "mo" or kernel(element).text in CLOSING
