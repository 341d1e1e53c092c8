"""A step of `minigan train dcgan`'s networks: this checkout, other checkouts, and PyTorch.

    git worktree add ../old COMMIT
    python benchmarks/dcgan_step.py [../old ...] [--width 32] [--rounds 30]

Written out by hand, so that any version plays it: D's gradient of a real and a generated minibatch
of 64, each on its own, then G's through D, Adam for both. All start from the same weights, and
must find the same costs. Each plays in a process of its own, on one thread; blocks of steps
alternate in random order, and what is compared is processor time. minigan is without the extra
``fast``. PyTorch, where it is installed, runs eagerly, in both of its memory orders.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from measure import at_least_one, machine
from versions import HERE, Worker, checkout

import minigan as mg

BATCH, BLOCK = 64, 5  # examples of a minibatch, steps of a block
CLOSE = 1e-4  # relative, of the costs of the third step, in float32


class PlainBatchNorm(mg.Layer):
    """Batch norm of images as a textbook has it, for checkouts that have none."""

    def __init__(self, shape):
        super().__init__()
        self.shape, self.n_in = shape, int(np.prod(shape))
        self.n_out = self.n_in

    def parameter_shapes(self):
        """Gamma and beta."""
        return {"gamma": (self.shape[0],), "beta": (self.shape[0],)}

    def initialise(self, rng):
        """As everywhere."""
        self.gamma[...], self.beta[...] = 1, 0

    def forward(self, x, *, train=True, rng=None):
        """The cache is xh and s."""
        x = x.reshape(len(x), self.shape[0], -1)
        d = x - x.mean(axis=(0, 2))[:, None]
        s = np.sqrt((d * d).mean(axis=(0, 2)) + 1e-5)[:, None]
        xh = d / s
        return (self.gamma[:, None] * xh + self.beta[:, None]).reshape(len(x), -1), (xh, s)

    def backward(self, dy, cache, *, param_grads=True):
        """Through mean and variance as well."""
        xh, s = cache
        dy = dy.reshape(xh.shape)
        if param_grads:
            self.dgamma += (dy * xh).sum(axis=(0, 2))
            self.dbeta += dy.sum(axis=(0, 2))
        dxh = self.gamma[:, None] * dy
        constant, along = (v.mean(axis=(0, 2))[:, None] for v in (dxh, dxh * xh))
        return ((dxh - constant - xh * along) / s).reshape(len(xh), -1)


def layers(w: int) -> tuple[list, list]:
    """G and D of the recipe, with w and 2 w channels."""
    norm = getattr(mg, "BatchNorm", PlainBatchNorm)
    image, half, quarter = (1, 28, 28), (w, 14, 14), (2 * w, 7, 7)
    how = {"kernel": 4, "stride": 2, "pad": 1, "weights": _weights}
    G = [mg.Linear(64, 2 * w * 49, weights=_weights), norm(quarter), mg.ReLU()]
    G += [mg.ConvTranspose2D(quarter, w, **how), norm(half), mg.ReLU()]
    G += [mg.ConvTranspose2D(half, 1, **how), mg.Sigmoid()]
    D = [mg.Conv2D(image, w, **how), mg.LeakyReLU(0.2)]
    D += [mg.Conv2D(half, 2 * w, **how), norm(quarter), mg.LeakyReLU(0.2)]
    return G, [*D, mg.Linear(2 * w * 49, 1, weights=_weights)]


def _weights(rng, shape):
    return rng.normal(0.0, 0.02, shape)


def minibatches() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What stands in for digits, and z for either turn; the same in every step."""
    rng = np.random.default_rng(0)
    x = rng.random((BATCH, 784), dtype=np.float32)
    z = rng.uniform(-1, 1, (2, BATCH, 64)).astype(np.float32)
    return x, z[0], z[1]


def minigan_step(w: int) -> Callable[[], tuple]:
    """Step of the minigan that is imported; it returns J_D and J_G."""
    of_G, of_D = layers(w)
    G, D = mg.Sequential(of_G, seed=1), mg.Sequential(of_D, seed=2)
    move_G, move_D = (mg.Adam(net, 2e-4, beta1=0.5) for net in (G, D))
    x, z_D, z_G = minibatches()

    def step():
        zero(D)
        x_fake, _ = G.forward(z_D)
        (a_real, on_real), (a_fake, on_fake) = D.forward(x), D.forward(x_fake)
        J_D, da_real, da_fake = mg.discriminator_cost(a_real, a_fake)
        D.backward(da_real, on_real, **no_dx)
        D.backward(da_fake, on_fake, **no_dx)
        del on_real, on_fake
        move_D.step()
        zero(G)
        x_fake, on_z = G.forward(z_G)
        a_fake, on_fake = D.forward(x_fake)
        J_G, da_fake = mg.non_saturating_cost(a_fake)
        dx = D.backward(da_fake, on_fake, param_grads=False)
        G.backward(dx, on_z, **no_dx)
        move_G.step()
        return J_D, J_G

    has_switch = "input_grad" in mg.Sequential.backward.__kwdefaults__
    zero = getattr(mg.Sequential, "zero_grads", lambda net: net.grads.fill(0))
    no_dx = {"input_grad": False} if has_switch else {}
    return step


def torch_step(w: int, channels_last: bool) -> Callable[[], tuple]:
    """The same in PyTorch, from minigan's weights."""
    import torch
    from torch import nn
    from torch.nn import functional

    torch.set_num_threads(1)
    twins = (mg.Sequential(each, seed=seed) for seed, each in enumerate(layers(w), 1))
    kind = {mg.ReLU: nn.ReLU, mg.Sigmoid: nn.Sigmoid}

    def module(layer):
        if type(layer) in kind:
            return [kind[type(layer)]()]
        if isinstance(layer, mg.LeakyReLU):
            return [nn.LeakyReLU(layer.slope)]
        if isinstance(layer, mg.BatchNorm):
            return [nn.BatchNorm2d(layer.shape[0])]
        if isinstance(layer, mg.Linear):
            to_image = [nn.Unflatten(1, (2 * w, 7, 7))] if layer.n_out > 1 else []
            own = nn.Linear(layer.n_in, layer.n_out)
            own.weight.data = torch.tensor(layer.W.T.copy())
            own.bias.data.zero_()
            return [*([] if to_image else [nn.Flatten()]), own, *to_image]
        channels, transposed = layer.shape_in[0], isinstance(layer, mg.ConvTranspose2D)
        own = (nn.ConvTranspose2d if transposed else nn.Conv2d)(channels, layer.channels, 4, 2, 1)
        W = layer.W if transposed else layer.W.T
        own.weight.data = torch.tensor(W.reshape(own.weight.shape).copy())
        own.bias.data.zero_()
        return [own]

    G, D = (nn.Sequential(*(m for layer in net.layers for m in module(layer))) for net in twins)
    if channels_last:
        G, D = (net.to(memory_format=torch.channels_last) for net in (G, D))
    move_G, move_D = (
        torch.optim.Adam(net.parameters(), 2e-4, betas=(0.5, 0.999), fused=True) for net in (G, D)
    )
    x, z_D, z_G = map(torch.tensor, minibatches())
    x = x.reshape(-1, 1, 28, 28)

    def step():
        move_D.zero_grad()
        with torch.no_grad():
            x_fake = G(z_D)
        J_D = (functional.softplus(-D(x)).mean() + functional.softplus(D(x_fake)).mean()) / 2
        J_D.backward()
        move_D.step()
        move_G.zero_grad()
        D.requires_grad_(False)
        J_G = functional.softplus(-D(G(z_G))).mean() / 2
        J_G.backward()
        D.requires_grad_(True)
        move_G.step()
        return J_D.item(), J_G.item()

    return step


def play(name: str, w: int) -> None:
    """Be a worker: a line of costs and versions, then for each line seconds of so many steps."""
    step = torch_step(w, "last" in name) if name.startswith("PyTorch") else minigan_step(w)
    for _ in range(3):
        J_D, J_G = step()
    torch = sys.modules.get("torch")
    print(J_D, J_G, torch.__version__ if torch else machine()["numpy"], flush=True)
    for line in sys.stdin:
        steps = int(line)
        step()  # the caches are another's
        start = time.process_time()
        for _ in range(steps):
            step()
        print([(time.process_time() - start) / steps], flush=True)


def contestants(others: list[Path], w: int) -> dict[str, Worker]:
    """Processes by name, this checkout first; they must agree."""
    where = {"this": HERE} | {str(each): each for each in others}
    if find_spec("torch"):
        where |= {"PyTorch": HERE, "PyTorch, channels last": HERE}
    workers = {
        name: Worker(checkout, __file__, "--play", name, "--width", str(w))
        for name, checkout in where.items()
    }
    costs = {name: np.array(each.machine.split()[:2], float) for name, each in workers.items()}
    for name, J in costs.items():
        if not np.allclose(J, costs["this"], rtol=CLOSE):
            raise SystemExit(f"not the same game: costs {J} of {name}, {costs['this']} of this")
        print(f"{name:24}J_D, J_G of step 3, library: {workers[name].machine}")
    return workers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("others", nargs="*", type=checkout)
    parser.add_argument("--width", type=at_least_one, default=32)
    parser.add_argument("--rounds", type=at_least_one, default=30)
    parser.add_argument("--play", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.play:
        play(given.play, given.width)
        return
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    workers = contestants(given.others, given.width)
    times: dict[str, list[float]] = {name: [] for name in workers}
    for _ in range(given.rounds):
        for name in random.sample(sorted(workers), len(workers)):
            times[name] += workers[name].seconds(BLOCK)
    for worker in workers.values():
        worker.close()
    for name, own in times.items():
        ratio = statistics.median(a / b for a, b in zip(times["this"], own, strict=True))
        print(
            f"{name:24}{1e3 * statistics.median(own):8.1f} ms ({1e3 * min(own):.1f} the least)"
            f"   this takes {ratio:.3f} of it"
        )


if __name__ == "__main__":
    main()
