"""The layers, one short file each: open any of them."""

from minigan.layers.base import Layer
from minigan.layers.dropout import Dropout
from minigan.layers.leaky_relu import LeakyReLU
from minigan.layers.linear import Linear
from minigan.layers.maxout import Maxout
from minigan.layers.relu import ReLU
from minigan.layers.sequential import Sequential
from minigan.layers.sigmoid import Sigmoid
from minigan.layers.softplus import Softplus
from minigan.layers.tanh import Tanh

__all__ = [
    "Dropout",
    "Layer",
    "LeakyReLU",
    "Linear",
    "Maxout",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softplus",
    "Tanh",
]
