"""One look for all pictures: a colour has one meaning everywhere, lines are seen from afar.

The colours are safe for the colour-blind (Okabe and Ito), and have a contrast of 3:1 or more on
white. D* is drawn thick, under D. A picture is 10 inches wide, as a slide or the page of a book
shows it, so that text of 12 points is read as such. Matplotlib is imported where something is
drawn, and nowhere else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from minigan.base.files import write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Axes
    from matplotlib.figure import Figure as Picture
else:
    Axes = Picture = Any  # for annotations: what trains a game needs no Matplotlib

P_DATA: dict[str, Any] = {"color": "black", "ls": ":", "lw": 2.6, "label": "$p_{data}$"}
P_G: dict[str, Any] = {"color": "#009E73", "lw": 2.6, "label": "$p_g$ (exact)"}
D: dict[str, Any] = {"color": "#0072B2", "ls": "--", "lw": 2.2, "label": "$D$"}
D_STAR: dict[str, Any] = {"color": "#D55E00", "lw": 5.0, "alpha": 0.75, "label": "$D^*$"}
BEFORE: dict[str, Any] = {"lw": 1.8, "alpha": 0.45, "label": "_before"}  # a curve that has moved

# Of curves without such a meaning, such as methods beside one another.
GREEN, BLUE, ORANGE = (look["color"] for look in (P_G, D, D_STAR))
PURPLE, SKY, GREY = "#A8558A", "#3A8FC2", "#767676"

DPI = 160
FORMATS = ("png", "svg", "pdf")
SIZE = 12  # points, of text
SETTINGS: Any = {
    "font.size": SIZE,
    "axes.titlesize": SIZE,
    "axes.prop_cycle": f"cycler('color', {[BLUE, ORANGE, GREEN, PURPLE, SKY, GREY]})",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.fontsize": SIZE - 1,
    "legend.frameon": False,
    "lines.linewidth": 2.2,
    "svg.hashsalt": "minigan",  # the same picture is the same file
}


@contextmanager
def applied() -> Iterator[None]:
    """Let what is drawn inside have the look of all pictures."""
    from matplotlib import rc_context

    with rc_context(SETTINGS):
        yield


def new_picture(height: float, width: float = 10) -> Picture:
    """An empty Matplotlib figure, height and width in inches; no pyplot, so no screen."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=DPI, layout="constrained")


def name_curves(ax: Axes, **look: Any) -> None:
    """A legend, if there is a curve to name: none, if a run was interrupted at once."""
    if ax.get_legend_handles_labels()[0]:
        ax.legend(**look)


def name_all_curves(picture: Picture, columns: int) -> None:
    """One legend below all panels, with the curves of those that have none of their own."""
    named: dict[str, Any] = {}
    for ax in (ax for ax in picture.axes if not ax.get_legend()):
        artists, labels = ax.get_legend_handles_labels()
        named |= dict(zip(labels, artists, strict=True))
    if named:
        place: Any = {"loc": "outside lower center", "ncols": columns}
        picture.legend(named.values(), named.keys(), **place)


class PictureFiles(NamedTuple):
    """Format of written pictures, png, svg or pdf, and ``dpi``, the dots an inch of a PNG."""

    format: str = "png"
    dpi: int | None = None  # the picture's own

    def write(self, stem: Path, picture: Picture) -> Path:
        """Write a picture whole or not at all; its path, ``stem`` with the format's suffix."""
        return write_picture(stem.with_name(f"{stem.name}.{self.format}"), picture, self.dpi)


PNG = PictureFiles()


def write_picture(file: Path, picture: Picture, dpi: int | None = None) -> Path:
    """Write a picture, in the format that the file's suffix names, whole or not at all."""
    kind = file.suffix.lower()[1:]
    # No date, so that the same picture is the same file.
    date = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[kind]
    how: Any = {"format": kind, "dpi": dpi or picture.dpi, "metadata": date}
    with applied():
        write_whole(file, lambda opened: picture.savefig(opened, **how))
    return file
