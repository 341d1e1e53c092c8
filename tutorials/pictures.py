"""Show a figure in a notebook, with a description for those who cannot see it.

Matplotlib's own pictures in notebooks carry no alternative text, so a screen reader says
"image" and no more. `show` draws the figure as a small PNG and says what there is to see.
"""

from __future__ import annotations

import io

import matplotlib.pyplot as plt
import PIL.Image
from drawn import drawn, written
from IPython.display import Image, display
from matplotlib.figure import Figure

from minigan.figures.style import SETTINGS

plt.rcParams.update(SETTINGS | {"font.size": 10, "axes.titlesize": 11, "legend.fontsize": 9})

DPI, COLOURS = 160, 48  # sharp, and a dozen pictures stay under 300 kB


def show(figure: Figure, *, alt: str) -> None:
    """Display a figure with alternative text, and close it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Drawn, with its size in inches.
    alt : str
        What a reader who does not see the picture should know, in a sentence or two.

    Raises
    ------
    ValueError
        If ``alt`` is empty.
    """
    if not alt.strip():
        raise ValueError("alt: expected a sentence that says what one sees, got none")
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=DPI, bbox_inches="tight")
    plt.close(figure)  # or the notebook would show it once more
    picture, png = PIL.Image.open(png).convert("RGB"), io.BytesIO()
    picture.quantize(COLOURS, dither=PIL.Image.Dither.NONE).save(png, "png", optimize=True)
    what = {"drawn": drawn(figure), "written": written(figure)}  # to compare pictures by
    said = " ".join(alt.split())
    display(Image(data=png.getvalue(), format="png", retina=True, alt=said, metadata=what))
