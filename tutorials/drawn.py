"""What a figure draws, as text: so that pictures are compared by their data, not their pixels.

A line of text for each thing drawn: its kind, and where its points are, averaged over up to eight
stretches; of an image, its brightness, averaged over up to 8 x 8 blocks. Places are parts of the
axes, from 0 to 1. What lies outside is not seen, and counts as lying on the edge.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.spines import Spine
from matplotlib.text import Annotation, Text

STRETCHES = 8


def about(figure: Figure) -> dict[str, str]:
    """What is stored with a picture, to hold another run's against."""
    return {"drawn": drawn(figure), "written": written(figure)}


def drawn(figure: Figure) -> str:
    """Where everything is in the axes of a figure that has been drawn, colour bars aside."""
    lines = []
    for ax in (ax for ax in figure.axes if ax.get_label() != "<colorbar>"):
        lines.append("axes:")
        for artist in ax.get_children():
            if artist is not ax.patch and not isinstance(artist, Spine):
                lines += [_line(artist, means) for means in _means(ax, artist)]
    return "\n".join(lines)


def written(figure: Figure) -> str:
    """All that is written in the figure, a line each, but for the numbers along the axes."""
    along = {text for ax in figure.axes for axis in (ax.xaxis, ax.yaxis) for text in _ticks(axis)}
    texts = [text.get_text() for text in figure.findobj(Text) if text not in along]
    return "\n".join(text for text in texts if text)


def _ticks(axis: Axis) -> Iterator[Text]:
    yield axis.get_offset_text()
    for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
        yield from (tick.label1, tick.label2)


def _line(artist: Artist, means: np.ndarray) -> str:
    return f"{type(artist).__name__}: " + " ".join(f"{mean:.3f}" for mean in means.ravel())


def _means(ax: Axes, artist: Artist) -> Iterator[np.ndarray]:
    """Averages of an image's blocks, or of stretches of an artist's points."""
    display = artist.get_transform()
    if isinstance(artist, AxesImage):
        yield _blocks(artist)
    elif isinstance(artist, Line2D):
        yield _stretches(ax, display.transform(artist.get_xydata()))
    elif isinstance(artist, Annotation):
        yield _stretches(ax, ax.transData.transform([artist.xyann, artist.xy]))
    elif isinstance(artist, Patch):
        yield _stretches(ax, display.transform(artist.get_path().vertices))
    elif isinstance(artist, Collection):
        for path in artist.get_paths():
            if path.vertices.size:
                yield _stretches(ax, path.get_extents(display).get_points())


def _stretches(ax: Axes, points: np.ndarray) -> np.ndarray:
    """Means of up to eight stretches of points (n, 2) on the display, in parts of the axes."""
    points = ax.transAxes.inverted().transform(points)
    points = points[np.isfinite(points).all(axis=1)].clip(0, 1)
    parts = np.array_split(points, min(STRETCHES, len(points)) or 1)
    return np.array([part.mean(axis=0) for part in parts if len(part)])


def _blocks(image: AxesImage) -> np.ndarray:
    """Mean brightness, from 0 to 1, of up to 8 x 8 blocks."""
    pixels = np.asarray(image.get_array(), float)
    grey = pixels[..., :3].mean(axis=2) if pixels.ndim == 3 else np.asarray(image.norm(pixels))
    rows = np.array_split(grey, min(STRETCHES, len(grey)))
    columns = min(STRETCHES, grey.shape[1])
    return np.array([[b.mean() for b in np.array_split(row, columns, axis=1)] for row in rows])
