"""The five configurations of the 2014 paper, and two of ours, by name."""

from minigan.recipes import cifar10, digits, mnist, tfd
from minigan.recipes.base import Recipe, Rows

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        digits.RECIPE,
        mnist.RECIPE,
        mnist.QUICK,
        tfd.PRETRAIN,
        tfd.RECIPE,
        cifar10.FULLY_CONNECTED,
        cifar10.CONVOLUTIONAL,
    )
}

__all__ = ["RECIPES", "Recipe", "Rows"]
