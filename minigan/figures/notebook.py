"""Pictures in a notebook, with words for those who cannot see them, and sliders."""

import io
from collections.abc import Callable
from typing import Any

from minigan.figures.style import DPI, SETTINGS, Picture, new_picture

TEXT = {"font.size": 10, "axes.titlesize": 11, "legend.fontsize": 9}  # points, within a page
COLOURS = 48  # enough, and a dozen pictures stay under 300 kB
ABOUT: list[Callable[[Picture], dict]] = []  # what else is stored with a picture, to compare it by


def panels(columns: int = 1, rows: int = 1, *, height: float = 3.2, **shared: Any) -> tuple:
    """An empty figure as wide as a page, and its axes, row by row; height in inches."""
    from matplotlib import rcParams

    rcParams.update(SETTINGS | TEXT)
    figure = new_picture(height, {1: 6.0, 2: 9.0}.get(columns, 11.0))
    return figure, *figure.subplots(rows, columns, squeeze=False, **shared).flat


def show(figure: Picture, *, alt: str) -> None:
    """Display a figure with a sentence on what is to be seen, where Matplotlib would have none."""
    from IPython.display import Image, display
    from matplotlib.pyplot import close
    from PIL import Image as Pixels

    if not alt.strip():
        raise ValueError("alt: expected a sentence that says what one sees, got none")
    png, small = io.BytesIO(), io.BytesIO()
    figure.savefig(png, format="png", dpi=DPI, bbox_inches="tight")
    close(figure)  # or the notebook would show it once more
    picture = Pixels.open(png).convert("RGB").quantize(COLOURS, dither=Pixels.Dither.NONE)
    picture.save(small, "png", optimize=True)
    stored = {key: text for about in ABOUT for key, text in about(figure).items()}
    words = " ".join(alt.split())
    display(Image(small.getvalue(), format="png", retina=True, alt=words, metadata=stored))


def slider(draw: Callable[..., None], **values: tuple[float, float, float]) -> None:
    """Call ``draw`` anew with what sliders say, one for each (lowest, highest, step)."""
    try:
        from ipywidgets import interact
    except ImportError:
        print("sliders: expected ipywidgets; pip install 'minigan[tutorials]'")
    else:
        interact(draw, **values)
