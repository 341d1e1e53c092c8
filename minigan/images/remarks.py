"""A line that describes a run's data, and remarks on probable mistakes in them."""

import math

import numpy as np

from minigan.base.errors import InputError
from minigan.images.recipe import Recipe, Rows
from minigan.images.run import ImageRun
from minigan.layers import ReLU, Sigmoid, Softplus, Tanh

COPIES = 28  # bytes that a parameter takes in training, with its gradients, means and averages
GIB = 1 << 30
LARGE = 3 * GIB / 8  # bytes of nets, beside which data and passes still fit into 1 GiB
BIT = np.float32(1) / 255  # what a byte of 1 becomes
LEAST = 0.1  # of [0, 1] that images use
RANGES = {Sigmoid: (0, 1), Tanh: (-1, 1), ReLU: (0, np.inf), Softplus: (0, np.inf)}


def described(run: ImageRun) -> str:
    """Numbers of images, their shape, and the range of their values as D sees them."""
    rows, valid, test = run.splits
    return (
        f"{len(rows.X)} images to train on, {len(valid)} to validate, {len(test)} to test; "
        f"{' x '.join(map(str, rows.shape))}, from {rows.X.min():.4g} to {rows.X.max():.4g}"
    )


def remarks_on_images(X: np.ndarray, shape: tuple[int, int, int]) -> list[str]:
    """Remarks on images (n, pixels) of a shape: nearly without contrast, or in a single row."""
    low, high, remarks = X.min(), X.max(), []
    if high - low < LEAST:
        remarks.append(
            f"the data go from {low:.4g} to {high:.4g}, where 0 is black and 1 is white"
            + ("; if they are bytes of 0 and 1, save them as booleans" if low < high <= BIT else "")
        )
    if shape[:2] == (1, 1) and shape[2] > 1:
        remarks.append(
            f"an image is {shape[2]} numbers in one row, which are no square; --shape says more"
        )
    return remarks


def remarks_on_run(run: ImageRun) -> list[str]:
    """Remarks on a run's images, and on those of their values that G cannot reach."""
    X = run.splits.rows.X
    remarks = remarks_on_images(X, run.splits.rows.shape)
    last = type(run.game.G.layers[-1])
    least, most = RANGES.get(last, (-np.inf, np.inf))
    if X.min() < least or X.max() > most:
        remarks.append(
            f"G ends in {last.__name__}, from {least:g} to {most:g}, and the data go from "
            f"{X.min():.4g} to {X.max():.4g}: what lies beyond is never drawn"
        )
    return remarks


def expect_small_nets(recipe: Recipe, rows: Rows) -> None:
    """Raise InputError if the nets for such images would be large; they are not made for it."""
    layers = [*recipe.generator(rows), *recipe.discriminator(rows)]
    shapes = [shape for layer in layers for shape in layer.parameter_shapes().values()]
    parameters = sum(map(math.prod, shapes))
    if parameters * COPIES > LARGE:
        raise InputError(
            f"{recipe.name}: G and D for images of {' x '.join(map(str, rows.shape))} have "
            f"{parameters:,} parameters, which take about {parameters * COPIES / GIB:.1f} GiB in "
            "training; ask for them by --width 1, or for smaller ones by --width 0.1"
        )
