"""The five configurations of the 2014 paper, and three of ours, by name."""

from minigan.images import recipe_cifar10, recipe_dcgan, recipe_faces, recipe_mnist, recipe_quick
from minigan.images.recipe import Recipe

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        recipe_quick.DIGITS,
        recipe_mnist.MNIST,
        recipe_quick.MNIST,
        recipe_dcgan.DCGAN,
        recipe_faces.PRETRAIN,
        recipe_faces.SECOND,
        recipe_cifar10.FULLY_CONNECTED,
        recipe_cifar10.CONVOLUTIONAL,
    )
}
