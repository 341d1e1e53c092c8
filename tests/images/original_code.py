"""The update of the original code, once more and by other means: PyTorch differentiates.

goodfeli/adversarial's AdversaryCost2 with pylearn2's Momentum and max_col_norm:

    d_obj = 1/2 (mean softplus(-D(x)) + mean softplus(D(G(z))))
    g_obj = mean softplus(-D(G(z)))
    v <- m v - lr g,  theta <- theta + v,  W_j <- W_j min(|W_j|, c) / max(|W_j|, 1e-7)

with both gradients at the same point, the same z and the same dropout masks. minigan gives the
layers' sizes, the starting values and what was drawn; nothing else.
"""

import torch
from torch.nn.functional import conv2d, conv_transpose2d, max_pool2d, softplus

from minigan.layers import (
    ChannelMaxout,
    Conv2D,
    ConvTranspose2D,
    Dropout,
    Linear,
    Maxout,
    MaxPool2D,
    ReLU,
    Sigmoid,
)


class Player:
    """A network's parameters in PyTorch, and their velocities.

    ``lr`` and ``momentum`` are functions of the number of updates made.
    """

    def __init__(self, network, lr, momentum, longest=None):
        self.layers, self.lr, self.momentum, self.longest = network.layers, lr, momentum, longest
        self.params = [
            (torch.tensor(layer.W, requires_grad=True), torch.tensor(layer.b, requires_grad=True))
            if layer.params
            else None
            for layer in network.layers
        ]
        self.flat = [p for pair in self.params if pair for p in pair]
        self.velocity = [torch.zeros_like(p) for p in self.flat]
        self.t = 0
        self.start = self.vector()

    def __call__(self, x, masks=()):
        masks = iter(masks)
        for layer, pair in zip(self.layers, self.params, strict=True):
            x = apply(layer, pair, x, masks)
        return x

    def move(self, gradients):
        """One step of gradient descent with momentum, and the limit on columns."""
        with torch.no_grad():
            for p, v, g in zip(self.flat, self.velocity, gradients, strict=True):
                v.mul_(self.momentum(self.t)).sub_(self.lr(self.t) * g)
                p.add_(v)
            for pair in self.params:
                if pair and self.longest:
                    norm = pair[0].norm(dim=0)
                    pair[0].mul_(norm.clamp(max=self.longest) / norm.clamp(min=1e-7))
        self.t += 1

    def vector(self):
        """All parameters, in minigan's order."""
        return torch.cat([p.detach().reshape(-1) for p in self.flat]).numpy()


def apply(layer, pair, x, masks):
    """A layer's output."""
    W, b = pair or (None, None)
    match layer:
        case Maxout():
            return (x @ W + b).reshape(len(x), layer.pieces, -1).max(1).values
        case Linear():
            return x @ W + b
        case ReLU():
            return x.relu()
        case Sigmoid():
            return x.sigmoid()
        case Dropout():
            return x * torch.tensor(next(masks)) / layer.keep
    c, h, w = layer.shape_in
    x = x.reshape(-1, c, h, w)
    match layer:
        case Conv2D():
            k = layer.kernel
            y = conv2d(x, W.T.reshape(-1, c, k, k), b, padding=layer.pad)
        case ConvTranspose2D():
            k = layer.kernel
            y = conv_transpose2d(x, W.reshape(c, -1, k, k), stride=layer.stride)
            y = y + b.reshape(y.shape[1:])  # a bias for each pixel
        case ChannelMaxout():
            y = x.reshape(len(x), layer.pieces, -1, h, w).max(1).values
        case MaxPool2D():
            y = max_pool2d(x, layer.pool, layer.stride, ceil_mode=True)
    return y.reshape(len(x), -1)


def update_both(G, D, x, z, masks):
    """One step of the original code; masks are for x first and then for G(z)."""
    m = len(x)
    x_fake = G(z)
    a = D(torch.cat([x, x_fake]), masks)
    a_real, a_fake = a[:m], a[m:]
    d_obj = (softplus(-a_real).mean() + softplus(a_fake).mean()) / 2
    g_obj = softplus(-a_fake).mean()
    of_D = torch.autograd.grad(d_obj, D.flat, retain_graph=True)
    of_G = torch.autograd.grad(g_obj, G.flat)
    D.move(of_D)
    G.move(of_G)


def update_in_turn(G, D, x, z, masks):
    """One step of Algorithm 1 with k = 1: ``z`` and ``masks`` are of D's turn, then of G's."""
    m = len(x)
    a = D(torch.cat([x, G(z[0])]), masks[0])
    d_obj = (softplus(-a[:m]).mean() + softplus(a[m:]).mean()) / 2
    D.move(torch.autograd.grad(d_obj, D.flat))
    g_obj = softplus(-D(G(z[1]), masks[1])).mean()
    G.move(torch.autograd.grad(g_obj, G.flat))
