"""The layers, one short file each: open any of them."""

from minigan.layers.base import Layer
from minigan.layers.batch_norm import BatchNorm
from minigan.layers.channel_maxout import ChannelMaxout
from minigan.layers.conv2d import Conv2D
from minigan.layers.conv_transpose2d import ConvTranspose2D
from minigan.layers.dropout import Dropout
from minigan.layers.gaussian_noise import GaussianNoise
from minigan.layers.leaky_relu import LeakyReLU
from minigan.layers.linear import Linear
from minigan.layers.masked_linear import MaskedLinear
from minigan.layers.max_pool2d import MaxPool2D
from minigan.layers.maxout import Maxout
from minigan.layers.minibatch_features import MinibatchFeatures
from minigan.layers.relu import ReLU
from minigan.layers.sigmoid import Sigmoid
from minigan.layers.softplus import Softplus
from minigan.layers.tanh import Tanh
from minigan.layers.virtual_batch_norm import ReferenceBatchNorm, VirtualBatchNorm

__all__ = [
    "BatchNorm",
    "ChannelMaxout",
    "Conv2D",
    "ConvTranspose2D",
    "Dropout",
    "GaussianNoise",
    "Layer",
    "LeakyReLU",
    "Linear",
    "MaskedLinear",
    "MaxPool2D",
    "Maxout",
    "MinibatchFeatures",
    "ReLU",
    "ReferenceBatchNorm",
    "Sigmoid",
    "Softplus",
    "Tanh",
    "VirtualBatchNorm",
]
