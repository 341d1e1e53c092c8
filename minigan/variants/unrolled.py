"""The unrolled GAN: G looks K steps of D ahead, and its gradient goes back through them.

Metz et al. 2017 ("Unrolled generative adversarial networks"); section 5.1.1 of the NIPS 2016
tutorial. With phi_0 = theta_D and steps of D's own optimizer, here plain gradient descent,

    phi_k+1 = phi_k - eta dJ_D/dphi (theta_G, phi_k)
    G descends f_K = J_G(theta_G, phi_K(theta_G)), D its J_D at phi_0.

K = 0 is the ordinary game; as K grows, f_K goes to max over D. The gradient has two parts: that of
J_G at phi_K, and what comes back through the steps. With lam = dJ_G/dphi_K, going from
k = K - 1 down to 0, and H the Hessian of J_D at phi_k,

    dJ/dx_fake += -eta d/dx_fake (lam . dJ_D/dphi)
    lam        <- lam - eta H lam

where both products come of one pass of Pearlmutter's R (`minigan.networks.second`). x_fake is the
same in all steps, so one backward pass through G does for all of them.

With the minimax cost J_G is the *whole* of -J_D: its half of real examples does not depend on
G at a given D, but phi_K does. ``stopped`` leaves the second part out: then G looks at a D that
has been trained K steps further, which is no unrolling, and its control.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from minigan.base.errors import InputError
from minigan.base.validation import whole_number
from minigan.costs import (
    discriminator_cost,
    discriminator_curvature,
    generator_cost,
    minimax_cost,
)
from minigan.game.turn import Turn
from minigan.game.turns import accuracies, check_players
from minigan.networks import Sequential
from minigan.networks.second import SecondOrderPass, require_r
from minigan.optimizers import Optimizer
from minigan.variants.inner_steps import inner_steps


class UnrolledGeneratorTurn(Turn):
    """G's turn, with its gradient through K further steps of D's optimizer.

    ``optimizer`` is D's, an `SGD` or an `Adam`, whose state is not touched. ``cost`` is a
    generator's cost by name, or a function of a_fake. InputError if K < 0, the optimizer is
    another, or a layer of D has no second derivatives, mixes, or has a limit on its columns.
    """

    moves: ClassVar[tuple[str, ...]] = ("G",)
    draws = ("z", "x")
    J_D = staticmethod(discriminator_cost)
    curvature = staticmethod(discriminator_curvature)

    def __init__(
        self,
        G: Sequential,
        D: Sequential,
        optimizer: Optimizer,
        *,
        K: int = 5,
        cost: str | Callable = "minimax",
        stopped: bool = False,
    ):
        check_players(G, D)
        if getattr(optimizer, "network", None) is not D:
            raise InputError(f"optimizer: expected D's, built on D, got {optimizer!r}")
        inner_steps(optimizer)
        if D.mixes:
            raise InputError(
                f"D: expected layers that say mixes = False, for real and generated examples go "
                f"through it side by side, got {next(layer for layer in D if layer.mixes)}"
            )
        require_r("D", D)
        for layer in D:
            if getattr(layer, "max_col_norm", None) is not None:
                raise InputError(
                    f"D: expected no max_col_norm, which is not unrolled, got one of {layer}"
                )
        self.G, self.D, self.optimizer = G, D, optimizer
        self.K, self.stopped = whole_number("K", K, low=0), bool(stopped)
        self.cost = generator_cost(cost)

    def gradients(self, rng, z, x):
        """Gradient of f_K, by z and x, into ``G.grads``. See `Turn.gradients`."""
        x_fake, G_cache = self.G.forward(z, rng=rng)
        J_G, dx_fake = self.look_ahead(rng, x, x_fake)
        self.G.backward(dx_fake, G_cache, input_grad=False)
        return {"J_G": J_G}

    def look_ahead(self, rng: Any, x: Any, x_fake: Any) -> tuple[Any, Any]:
        """f_K of minibatches (m, width) and its gradient at x_fake, the message to G."""
        D, steps = self.D.copy(), inner_steps(self.optimizer)
        path = []
        for _ in range(self.K):
            run, curvature = self._gradient_of_D(D, rng, x, x_fake)
            path.append((D.params.copy(), run, curvature))
            D.params += steps.forward(D.grads.copy())
        J_G, dx_fake, lam = self._cost_there(D, rng, x, x_fake)
        while path and not self.stopped:
            D.params, run, curvature = path.pop()
            Ra = run.forward_r(steps.backward(lam))
            H, Rdx = run.backward_r(curvature * Ra)
            lam = lam + H
            dx_fake = dx_fake + Rdx[len(x) :]
        return J_G, dx_fake

    def _gradient_of_D(self, D: Sequential, rng: Any, x: Any, x_fake: Any) -> tuple:
        """dJ_D/dphi into ``D.grads``; the pass of both minibatches, and J_D's curvature there."""
        join, m = D.xp.concatenate, len(x)
        run = SecondOrderPass(D, join([x, x_fake]), rng)
        a_real, a_fake = run.y[:m], run.y[m:]
        _, da_real, da_fake = self.J_D(a_real, a_fake)
        D.zero_grads()
        run.backward(join([da_real, da_fake]))
        return run, join(self.curvature(a_real, a_fake))

    def _cost_there(self, D: Sequential, rng: Any, x: Any, x_fake: Any) -> tuple:
        """J_G of D, its gradient at x_fake, and at D's parameters."""
        D.zero_grads()
        if self.cost is minimax_cost:  # Eq. 10 in full
            (a_real, a_fake), cache = D.forward((x, x_fake), rng=rng)
            J_D, da_real, da_fake = self.J_D(a_real, a_fake)
            _, dx_fake = D.backward((-da_real, -da_fake), cache)
            return -J_D, dx_fake, D.grads.copy()
        a_fake, cache = D.forward(x_fake, rng=rng)
        J_G, da_fake = self.cost(a_fake)
        dx_fake = D.backward(da_fake, cache)
        return J_G, dx_fake, D.grads.copy()


class UnrolledTurn(UnrolledGeneratorTurn):
    """Both players' gradients at one point, from the same minibatch; D's is the ordinary one."""

    moves = ("D", "G")

    def gradients(self, rng, z, x):
        """Gradient of J_D into ``D.grads``, of f_K into ``G.grads``. See `Turn.gradients`."""
        x_fake, G_cache = self.G.forward(z, rng=rng)
        (a_real, a_fake), D_cache = self.D.forward((x, x_fake), rng=rng)
        J_D, da_real, da_fake = self.J_D(a_real, a_fake)
        self.D.backward((da_real, da_fake), D_cache, input_grad=False)
        J_G, dx_fake = self.look_ahead(rng, x, x_fake)
        self.G.backward(dx_fake, G_cache, input_grad=False)
        return {"J_D": J_D, "J_G": J_G, **accuracies(a_real, a_fake)}
