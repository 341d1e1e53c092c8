"""The poster: the GAN in twelve equations and twelve lines of code, on one page of A4.

The lines are taken from the code by inspect; one that is no longer there is an error.
"""

import ast
import inspect
import textwrap
from html import escape

from mathematics import mathml

from minigan import costs
from minigan.game.turns import GeneratorTurn
from minigan.layers.linear import Linear
from minigan.optimizers import SGD
from minigan.theory.game_state import GeneratorState, optimal_discriminator
from minigan.theory.pushforward import PushForward

ROWS = [  # what it is, the equation, where its line is, and how that begins
    (
        "The value of the game",
        r"V(G, D) = \mathbb{E}_x[\log D(x)] + \mathbb{E}_z[\log(1 - D(G(z)))]",
        (costs.value, "V ="),
    ),
    ("What D descends", r"J_D = -\frac{1}{2} V(G, D)", (costs.discriminator_cost, "J =")),
    (
        "What G descends: minimax",
        r"J_G = \frac{1}{2} \mathbb{E}_z[\log(1 - D(G(z)))]",
        (costs.minimax_cost, "return"),
    ),
    (
        "or, with a slope where D is sure",
        r"J_G = -\frac{1}{2} \mathbb{E}_z[\log D(G(z))]",
        (costs.non_saturating_cost, "return"),
    ),
    (
        "or maximum likelihood, with the logit a",
        r"J_G = -\frac{1}{2} \mathbb{E}_z[e^{a}]",
        (costs.maximum_likelihood_cost, "return"),
    ),
    ("A layer, forward", r"y = x W + b", (Linear.forward, "return")),
    (
        "A layer, backward",
        r"\frac{\partial J}{\partial x} = \frac{\partial J}{\partial y} W^T",
        (Linear.backward, "return"),
    ),
    (
        "G learns through D, which stands still",
        r"\frac{\partial J_G}{\partial x} \text{ at } x = G(z)",
        (GeneratorTurn.gradients, "dx_fake ="),
    ),
    (
        "A step, with momentum",
        r"v \leftarrow \mu v - \eta g, \quad \theta \leftarrow \theta + v",
        (SGD._move, "p += v"),
    ),
    (
        "The density of G(z)",
        r"p_g(x) = \sum_{z: G(z) = x} p_z(z) / |G'(z)|",
        (PushForward._share, "return"),
    ),
    (
        "The best D",
        r"D^*(x) = \frac{p_{data}(x)}{p_{data}(x) + p_g(x)}",
        (optimal_discriminator, "return"),
    ),
    (
        "What is left for G",
        r"V(G, D^*) = -\log 4 + 2 \mathrm{JSD}(p_{data} \| p_g)",
        (GeneratorState.__init__, "self.jsd = min"),
    ),
]

PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>minigan: the GAN in twelve equations and twelve lines</title>
<style>
@font-face {{ font-family: "minigan math"; src: url("_static/fonts/STIXTwoMath-subset.woff2"); }}
@page {{ size: A4; margin: 12mm; }}
body {{ font: 10pt/1.3 system-ui, sans-serif; color: black; background: white;
  max-width: 186mm; margin: auto; }}
h1 {{ font-size: 18pt; margin: 0; }}
p {{ margin: 1mm 0 2mm; }}
img {{ width: 100%; max-height: 85mm; object-fit: contain; }}
section {{ display: grid; grid-template-columns: 1fr 1fr; gap: 1.5mm 6mm; }}
article {{ border-top: 0.3mm solid #0072b2; break-inside: avoid; min-width: 0; }}
h2 {{ font-size: 10pt; margin: 0.5mm 0; }}
math {{ font: 13pt "minigan math", math; width: fit-content; margin: 1mm 0; }}
pre {{ font: 8.4pt/1.25 ui-monospace, monospace; margin: 1mm 0 0;
  white-space: pre-wrap; overflow-wrap: anywhere; }}
footer {{ font-size: 9pt; margin-top: 2mm; }}
@media screen and (max-width: 600px) {{ section {{ display: block; }} body {{ margin: 4mm; }} }}
</style>
<h1>The GAN in twelve equations and twelve lines</h1>
<p>G makes x = G(z) from noise z. D says how sure it is that x is real:
D(x) is the sigmoid of its logit a.</p>
<img src="_images/figure1.png"
  alt="Figure 1 of the 2014 paper: p_data, p_g, D and D* at four moments of a run">
<section>
{rows}
</section>
<footer>Goodfellow et al., <i>Generative Adversarial Nets</i>, 2014;
Goodfellow, <i>NIPS 2016 Tutorial</i>.
The lines are minigan's own, taken from its files: the GAN that you can read.</footer>
</html>
"""
ROW = "<article><h2>{n}. {title}</h2>{formula}<pre>{line}</pre></article>"


def poster():
    """The poster as a page of HTML, which prints on one sheet."""
    rows = (
        ROW.format(n=n, title=title, formula=mathml(formula, "block"), line=escape(line(*where)))
        for n, (title, formula, where) in enumerate(ROWS, 1)
    )
    return PAGE.format(rows="\n".join(rows))


def line(function, begins):
    """The statement of a function that begins so, on one line; LookupError if there is none."""
    source = textwrap.dedent(inspect.getsource(function))
    statements = (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.stmt))
    for statement in statements:
        text = ast.get_source_segment(source, statement)
        if text.startswith(begins):
            return " ".join(text.split())
    raise LookupError(f"{function.__qualname__}: no statement begins with {begins!r}")
