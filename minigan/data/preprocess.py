"""Pixels as the networks see them: scaled, or contrast-normalised, as in the 2014 paper.

MNIST and the faces are scaled to [0, 1]; CIFAR-10 is contrast-normalised besides. (The bias
with which a sigmoid generator starts at the pixel means is `initialisers.marginal_bias`.)
"""

import numpy as np

from minigan.base.errors import InputError
from minigan.base.validation import real_number

FLAT = 1e-8  # an image with less contrast than this is left flat


def unit_interval(pixels: np.ndarray, top: int = 255) -> np.ndarray:
    """Scale ``pixels``, uint8 from 0 to ``top``, to float32 from exactly 0 to exactly 1."""
    return np.divide(pixels, np.float32(top), dtype=np.float32)


def gcn(X: np.ndarray, scale: float = 55.0) -> np.ndarray:
    """Global contrast normalisation: every image with mean 0 and length ``scale``.

    x' = scale (x - mean(x)) / ||x - mean(x)||, over all pixels and channels of an image. With
    3,072 pixels and scale 55, what the 2014 paper uses on CIFAR-10, their standard deviation
    is 55 / sqrt(3072) = 0.992. (pylearn2's ``global_contrast_normalize``.)

    Parameters
    ----------
    X : array, shape (images, pixels)
        Floating-point; float32 stays float32.
    scale : float
        Length of an image afterwards, > 0.

    Returns
    -------
    array, shape (images, pixels)
        A new one. An image with ||x - mean(x)|| / scale < 1e-8 is centred only.

    Raises
    ------
    InputError
        If ``X`` is no such array, or scale is not > 0.
    """
    scale = real_number("gcn: scale", scale, 0, low_open=True)
    X = np.asarray(X)
    if X.ndim != 2 or X.size == 0 or X.dtype.kind != "f":
        raise InputError(
            f"gcn: expected floating-point images (images, pixels), got {X.dtype} {X.shape}"
        )
    # The mean in float64: of equal float32 pixels it is then exact, and they become exactly 0.
    centred = X - X.mean(axis=1, keepdims=True, dtype=np.float64).astype(X.dtype)
    divisor = np.sqrt(np.einsum("ij,ij->i", centred, centred)) / X.dtype.type(scale)
    divisor[divisor < FLAT] = 1
    centred /= divisor[:, None]
    return centred
