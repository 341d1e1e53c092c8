"""Pictures in a notebook, with words for those who cannot see them, and sliders.

Matplotlib's own pictures in notebooks carry no alternative text: a screen reader says "image", and
no more. `show` draws a small PNG and says what there is to see.
"""

import io
from collections.abc import Callable
from typing import Any

from minigan.figures.style import DPI, SETTINGS, Picture, new_picture

COLOURS = 48  # enough, and a dozen pictures stay under 300 kB
TEXT = {"font.size": 10, "axes.titlesize": 11, "legend.fontsize": 9}  # points, within a page


def panels(columns: int = 1, rows: int = 1, *, height: float = 3.2, **shared: Any) -> tuple:
    """An empty figure as wide as a page, and its axes, row by row; height in inches."""
    from matplotlib import rcParams

    rcParams.update(SETTINGS | TEXT)
    figure = new_picture(height, {1: 6.0, 2: 9.0}.get(columns, 11.0))
    return figure, *figure.subplots(rows, columns, squeeze=False, **shared).flat


def about(_: Picture) -> dict[str, str]:
    """What else is stored with a picture; tutorials/build.py puts in more."""
    return {}


def show(figure: Picture, *, alt: str) -> None:
    """Display a figure with alternative text: a sentence or two on what there is to see."""
    from IPython.display import Image, display
    from matplotlib.pyplot import close
    from PIL import Image as Pixels

    if not alt.strip():
        raise ValueError("alt: expected a sentence that says what one sees, got none")
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=DPI, bbox_inches="tight")
    close(figure)  # or the notebook would show it once more
    picture, png = Pixels.open(png).convert("RGB"), io.BytesIO()
    picture.quantize(COLOURS, dither=Pixels.Dither.NONE).save(png, "png", optimize=True)
    words = " ".join(alt.split())
    display(Image(png.getvalue(), format="png", retina=True, alt=words, metadata=about(figure)))


def slider(draw: Callable[..., None], **values: tuple[float, float, float]) -> None:
    """Call ``draw`` anew with what sliders say, one for each (lowest, highest, step)."""
    try:
        from ipywidgets import interact
    except ImportError:
        print("sliders: expected ipywidgets; pip install 'minigan[tutorials]'")
    else:
        interact(draw, **values)
