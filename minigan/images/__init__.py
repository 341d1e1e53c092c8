"""Experiments on images: recipes, and runs that are watched, stopped, resumed, scored and drawn.

A recipe says what is trained and how. A run plays it on a data set, in a directory of its own.
"""

from minigan.images.all_recipes import RECIPES
from minigan.images.drawings import draw_curves, draw_samples, image_sheet
from minigan.images.pictures import figure2, figure3
from minigan.images.recipe import Recipe, Rows
from minigan.images.run import ImageRun
from minigan.images.settings import Settings, Splits, read_splits

__all__ = [
    "RECIPES",
    "ImageRun",
    "Recipe",
    "Rows",
    "Settings",
    "Splits",
    "draw_curves",
    "draw_samples",
    "figure2",
    "figure3",
    "image_sheet",
    "read_splits",
]
