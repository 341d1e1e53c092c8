"""The five configurations of the 2014 paper, and two of ours, by name."""

from minigan.images import recipe_cifar10, recipe_digits, recipe_faces, recipe_mnist
from minigan.images.recipe import Recipe

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        recipe_digits.RECIPE,
        recipe_mnist.PAPER,
        recipe_mnist.QUICK,
        recipe_faces.PRETRAIN,
        recipe_faces.SECOND,
        recipe_cifar10.FULLY_CONNECTED,
        recipe_cifar10.CONVOLUTIONAL,
    )
}
