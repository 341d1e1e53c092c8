"""The MathML of the documentation: spaces at names, limits below, words upright."""

import importlib.util
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

pytest.importorskip("latex2mathml", reason="latex2mathml is in the extra 'docs'")
DOCS = Path(__file__).parents[2] / "docs"
SPACE = "\N{THIN SPACE}"


def module():
    """docs/mathematics.py."""
    spec = importlib.util.spec_from_file_location("mathematics", DOCS / "mathematics.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tree(formula, display="inline"):
    """The formula's MathML without its namespace, parsed as XML."""
    text = module().mathml(formula, display)
    return ElementTree.fromstring(re.sub(r' xmlns="[^"]*"', "", text, count=1))


def line(element):
    """What one reads, from left to right, with our spaces; scripts without a mark."""
    if element.tag == "mspace":
        return SPACE
    return (element.text or "") + "".join(line(child) for child in element)


@pytest.mark.parametrize(
    ("formula", "read"),
    [
        (r"\log 4", "log 4"),
        (r"\log D(x)", "log D(x)"),
        (r"\log(1 - D)", "log(1−D)"),
        (r"\log\left(1 - D\right)", "log(1−D)"),
        (r"-\log 4", "−log 4"),
        (r"a \log y", "a log y"),
        (r"2\,\log y", "2 log y"),
        (r"p(x) \log |x|", "p(x) log |x|"),
        (r"[\log D]", "[log D]"),
        (r"\sin^2 x", "sin2 x"),
        (r"\log\sum_i x_i", "log∑ixi"),  # a sum brings its own space
        (r"2 KL(p \| q)", "2 KL(p‖q)"),
        (r"2\mathrm{JSD}(p)", "2 JSD(p)"),
        (r"\operatorname{softplus} a", "softplus a"),
        (r"\min_G \max_D V", "minG maxD V"),
        (r"x \sim p_{data}", "x∼pdata"),
        (r"D^*_G(x)", "DG*(x)"),
    ],
)
def test_names_stand_apart_from_their_neighbours_but_not_from_brackets(formula, read):
    assert line(tree(formula)).replace(SPACE, " ") == read


@pytest.mark.parametrize("name", ["min", "max", "sup"])
def test_limits_go_below_on_a_line_of_their_own_and_beside_in_text(name):
    for display, tag in (("block", "munder"), ("inline", "msub")):
        (found,) = tree(rf"\{name}_G V", display).iter(tag)
        assert [line(child) for child in found] == [name, "G"]


def test_a_sign_after_a_relation_is_no_operation():
    forms = [mo.get("form") for mo in tree(r"a = -b - c, (-d)").iter("mo") if mo.text == "−"]
    assert forms == ["prefix", None, "prefix"]


def test_two_bars_between_densities_have_space_and_one_bar_has_none():
    spaces = {
        mo.text: (mo.get("lspace"), mo.get("rspace"))
        for mo in tree(r"|w| KL(p \| q)").iter("mo")
        if mo.text in "|‖"
    }
    assert spaces == {"|": ("0", "0"), "‖": ("0.2222em", "0.2222em")}


def test_a_sum_has_its_limits_below_and_above():
    (found,) = tree(r"\sum_{i=1}^m x_i", "block").iter("munderover")
    assert [line(child) for child in found] == ["∑", "i=1", "m"]


def test_words_are_one_upright_name_and_letters_are_many():
    texts = [element.text for element in tree(r"p_{data}(x) + ij + KL").iter("mi")]
    assert texts == ["p", "data", "x", "i", "j", "KL"]


def test_the_font_of_formulas_is_there_with_its_licence():
    fonts = DOCS / "_static" / "fonts"
    css = (DOCS / "_static" / "custom.css").read_text(encoding="utf-8")
    for name in re.findall(r'url\("fonts/([^"]+)"\)', css):
        assert (fonts / name).read_bytes()[:4] == b"wOF2"
    assert "SIL OPEN FONT LICENSE" in (fonts / "OFL.txt").read_text(encoding="utf-8")
