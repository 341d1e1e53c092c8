"""The games in PyTorch: as one would write them, tuned, and compiled.

The networks are minigan's, weight for weight, so that gradients can be compared. The eager
costs are without the tutorial's factor 1/2; half the learning rate, or twice Adam's epsilon,
makes the same step.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import measure
import numpy as np
import torch
import workloads
from measure import Contestant
from torch import nn
from torch.func import functional_call
from torch.nn.functional import binary_cross_entropy_with_logits as bce
from torch.nn.functional import softplus
from torch_networks import Maxout, PieceByPiece, PiecesFirst, flat, twin
from workloads import Trial

import minigan as mg

torch.set_num_threads(measure.THREADS)
torch.set_float32_matmul_precision("highest")  # no TF32 on a GPU

EPS = 1e-8  # Adam's, as minigan has it


def sampler(distribution, m: int, device: str) -> Callable[[], torch.Tensor]:
    """m rows of one of minigan's distributions, by PyTorch's generator."""
    if isinstance(distribution, mg.Examples):
        X = torch.from_numpy(distribution.X).to(device)
        return lambda: X[torch.randint(len(X), (m,), device=device)]
    if isinstance(distribution, mg.Mixture):
        means = torch.tensor(distribution.means, dtype=torch.float32, device=device)
        std = distribution.std
        return lambda: (
            means[torch.randint(len(means), (m,), device=device)]
            + torch.randn(m, distribution.dim, device=device) * std
        )
    if isinstance(distribution, mg.Normal):
        draw, scale, shift = torch.randn, distribution.std, distribution.mean
    else:
        draw, scale, shift = torch.rand, distribution.high - distribution.low, distribution.low
    shape = (m, distribution.dim)
    if (scale, shift) == (1, 0):
        return lambda: draw(shape, device=device)
    return lambda: draw(shape, device=device) * scale + shift


class Eager:
    """Algorithm 1, as one would write it."""

    maxout: type[Maxout] = Maxout

    def __init__(self, workload, networks, device: str):
        self.workload, self.networks = workload, networks
        self.G, self.D = (twin(network, self.maxout, device) for network in networks)
        self.G_optimizer, self.D_optimizer = self.optimizer(self.G), self.optimizer(self.D)
        self.draw_data = sampler(workload.data(), workload.batch, device)
        self.draw_noise = sampler(workload.noise, workload.batch, device)

    def optimizer(self, module: nn.Module, **options) -> torch.optim.Optimizer:
        """The workload's optimizer, for gradients that are twice as long."""
        lr, momentum, parameters = self.workload.lr, self.workload.momentum, module.parameters()
        if self.workload.optimizer is mg.Adam:
            return torch.optim.Adam(parameters, lr, (momentum, 0.999), 2 * EPS, **options)
        return torch.optim.SGD(parameters, lr / 2, momentum, **options)

    def step(self):
        """Make one step."""
        self.update(self.draw_data(), self.draw_noise(), self.draw_noise())

    def update(self, x, z_D, z_G):
        """One step of Algorithm 1 on given minibatches."""
        self.discriminator_gradients(x, z_D)
        self.D_optimizer.step()
        self.generator_gradients(z_G)
        self.G_optimizer.step()

    def discriminator_gradients(self, x, z):
        """Gradients of -V(G, D), which is twice J_D."""
        self.D_optimizer.zero_grad()
        a_real, a_fake = self.D(x), self.D(self.G(z).detach())
        loss = bce(a_real, torch.ones_like(a_real)) + bce(a_fake, torch.zeros_like(a_fake))
        loss.backward()

    def generator_gradients(self, z):
        """Gradients of twice the non-saturating J_G."""
        self.G_optimizer.zero_grad()
        a_fake = self.D(self.G(z))
        bce(a_fake, torch.ones_like(a_fake)).backward()

    def first_gradients(self, x, z) -> np.ndarray:
        """Gradients of J_D and of J_G at the present parameters."""
        self.discriminator_gradients(x, z)
        of_D = [p.grad.clone() for p in self.D.parameters()]
        self.generator_gradients(z)
        return self.flat(of_D, [p.grad for p in self.G.parameters()]) / 2

    def params(self) -> np.ndarray:
        """All parameters, in minigan's order."""
        return self.flat(self.D.parameters(), self.G.parameters())

    def flat(self, of_D, of_G) -> np.ndarray:
        """A tensor a parameter of D and of G, as one vector in minigan's order."""
        G, D = self.networks
        adjacent = self.maxout.adjacent
        return np.concatenate([flat(D, of_D, adjacent=adjacent), flat(G, of_G, adjacent=adjacent)])


class Tuned(Eager):
    """D sees one batch, and is frozen in G's step; the optimizers are fused."""

    maxout = PiecesFirst

    def __init__(self, workload, networks, device: str):
        super().__init__(workload, networks, device)
        m, like = workload.batch, next(self.D.parameters())
        self.ones, zeros = like.new_ones(m, 1), like.new_zeros(m, 1)
        self.targets = torch.cat([self.ones, zeros])

    def optimizer(self, module: nn.Module, **options) -> torch.optim.Optimizer:
        """The same in one kernel."""
        return super().optimizer(module, fused=True, **options)

    def discriminator_gradients(self, x, z):
        """Gradients of -V(G, D), from one batch."""
        with torch.no_grad():
            x_fake = self.G(z)
        self.D_optimizer.zero_grad()
        (2 * bce(self.D(torch.cat([x, x_fake])), self.targets)).backward()

    def generator_gradients(self, z):
        """Gradients of twice J_G, without any for D."""
        self.G_optimizer.zero_grad()
        self.D.requires_grad_(False)
        bce(self.D(self.G(z)), self.ones).backward()
        self.D.requires_grad_(True)


class Compiled(Eager):
    """The whole step as one graph, optimizers and random numbers included."""

    maxout = PieceByPiece

    def __init__(self, workload, networks, device: str):
        super().__init__(workload, networks, device)
        self.theta_G, self.theta_D = (dict(net.named_parameters()) for net in (self.G, self.D))
        for theta in (self.theta_G, self.theta_D):
            for parameter in theta.values():
                parameter.requires_grad_(False)  # torch.func differentiates, not the tape
        self.moments_G, self.moments_D = (
            [(torch.zeros_like(p), torch.zeros_like(p)) for p in theta.values()]
            for theta in (self.theta_G, self.theta_D)
        )
        self.t = torch.zeros((), dtype=torch.float64, device=device)
        compiled = functools.partial(torch.compile, fullgraph=True, options={"cpp_wrapper": True})
        self.step, self.update = compiled(super().step), compiled(self.whole_update)

    def whole_update(self, x, z_D, z_G):
        """One step of Algorithm 1 on given minibatches."""
        self.t += 1
        self.move(self.theta_D, self.moments_D, self.gradient_D(x, z_D))
        self.move(self.theta_G, self.moments_G, self.gradient_G(z_G))

    def gradient_D(self, x, z):
        """Gradient of J_D."""
        both = torch.cat([x, functional_call(self.G, self.theta_G, (z,))])

        def J_D(theta):
            a_real, a_fake = functional_call(self.D, theta, (both,)).chunk(2)
            return (softplus(-a_real).mean() + softplus(a_fake).mean()) / 2

        return torch.func.grad(J_D)(self.theta_D)

    def gradient_G(self, z):
        """Gradient of the non-saturating J_G."""

        def J_G(theta):
            a_fake = functional_call(self.D, self.theta_D, functional_call(self.G, theta, (z,)))
            return softplus(-a_fake).mean() / 2

        return torch.func.grad(J_G)(self.theta_G)

    def first_gradients(self, x, z) -> np.ndarray:
        """Gradients of J_D and of J_G at the present parameters."""
        return self.flat(self.gradient_D(x, z).values(), self.gradient_G(z).values())

    def move(self, theta, moments, gradient):
        """One update by momentum or Adam, in place."""
        lr, beta1, beta2 = self.workload.lr, self.workload.momentum, 0.999
        for (name, parameter), (m, v) in zip(theta.items(), moments, strict=True):
            g = gradient[name]
            if self.workload.optimizer is mg.SGD:
                m.mul_(beta1).add_(g)
                parameter.sub_(m, alpha=lr)
                continue
            m.lerp_(g, 1 - beta1)
            v.lerp_(g * g, 1 - beta2)
            m_hat, v_hat = m / (1 - beta1**self.t), v / (1 - beta2**self.t)
            parameter.sub_(lr * m_hat / (v_hat.sqrt() + EPS))


class Graphed(Tuned):
    """The tuned step as one CUDA graph, captured at the first step and replayed from then on."""

    def optimizer(self, module: nn.Module, **options) -> torch.optim.Optimizer:
        """The same with Adam's count of updates on the GPU, where a graph can raise it."""
        if self.workload.optimizer is mg.Adam:
            options["capturable"] = True
        return super().optimizer(module, **options)

    def step(self):
        """Capture the step; the instance's ``step`` is then the replay of it."""
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):  # what is made once is made before the capture
                super().step()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            super().step()
        self.step = graph.replay


ON_CPU = {"PyTorch eager": Eager, "PyTorch tuned": Tuned, "PyTorch compiled": Compiled}
ON_GPU = {"PyTorch eager": Eager, "PyTorch tuned": Tuned, "PyTorch CUDA graph": Graphed}


def contestant(workload, kind: type[Eager], device: str) -> Contestant:
    """A game that is ready to be timed: compiled, or captured, by a first step."""
    game = kind(workload, workloads.players(workload), device)
    game.step()
    wait = torch.cuda.synchronize if device == "cuda" else measure.at_once
    return Contestant(game.step, wait=wait)


def trial(workload, kind: type[Eager], device: str) -> Trial:
    """The `Trial` of a kind of game, in float64 and without dropout."""
    game = kind(workload, workloads.players(workload, dtype="float64", dropout=False), device)
    x, z = (torch.from_numpy(rows).to(device) for rows in workloads.minibatch(workload))
    gradients, start = game.first_gradients(x, z), game.params()
    for _ in range(2):
        game.update(x, z, z)
    return Trial(gradients, game.params() - start)
