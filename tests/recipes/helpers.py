"""Images that need no files, of the shapes that the recipes are for, only smaller."""

import numpy as np

from minigan.recipes import RECIPES, Rows

PAPER = ("mnist", "tfd-pretrain", "tfd", "cifar10", "cifar10-convolutional")
WIDTHS = {  # parts of full size at which a few units are left of each hidden layer
    "digits": 0.1,
    "mnist": 0.02,
    "mnist-quick": 0.03,
    "tfd-pretrain": 0.01,
    "tfd": 0.01,
    "cifar10": 0.01,
    "cifar10-convolutional": 0.05,
}
FULL_SIZE = {
    "digits": (1, 8, 8),
    "mnist": (1, 28, 28),
    "mnist-quick": (1, 28, 28),
    "tfd-pretrain": (1, 48, 48),
    "tfd": (1, 48, 48),
    "cifar10": (3, 32, 32),
    "cifar10-convolutional": (3, 32, 32),
}
SMALL = dict.fromkeys(RECIPES, (1, 4, 4)) | {
    "cifar10": (3, 4, 4),
    "cifar10-convolutional": (3, 11, 11),
}


def images(n, shape, seed=0):
    """Bright and dark random images with values in [0, 1], shape (n, pixels), float32."""
    rng = np.random.default_rng(seed)
    X = rng.random((n, np.prod(shape)), dtype=np.float32)
    return X ** rng.uniform(0.5, 3.0, (n, 1)).astype(np.float32)


def small_rows(name, n=None, width=None):
    """What a recipe's networks are built for, tiny; two minibatches and a half by default."""
    recipe = RECIPES[name]
    n = 5 * recipe.batch // 2 if n is None else n
    X = recipe.preprocess(images(n, SMALL[name]))
    return Rows(X, SMALL[name], WIDTHS[name] if width is None else width)
