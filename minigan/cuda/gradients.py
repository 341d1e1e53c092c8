"""The gradients of Algorithm 1 on a GPU, and what is to be recorded of them.

Nothing is returned: gradients go into ``grads``, and costs, counts and squared norms into
``figures``, an array on the GPU. A twin of `minigan.fast.gradients`, and of
`minigan.training.steps`, where the formulas stand.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from minigan.costs import maximum_likelihood_cost, minimax_cost, non_saturating_cost
from minigan.cuda.passes import Tools
from minigan.cuda.plan import Plan
from minigan.networks.sequential import Sequential

# What is recorded of a turn of D, the first five, and of G, the other two.
FIGURES = ("J_real", "J_fake", "right_real", "right_fake", "D_norm2", "J_G", "G_norm2")
OF_D, OF_G = slice(0, 5), slice(5, 7)

REAL, FAKE = -1.0, 1.0  # s in c softplus(s a): what the logit is wanted to say


class DeviceGradients:
    """Gradients of J_D and J_G for two networks and one batch size.

    Write the minibatches into ``x`` and ``z`` of the player whose turn it is, then call.

    Parameters
    ----------
    G, D : Sequential
        The players, on one device.
    batch : int
        m, examples a minibatch.
    cost : callable
        One of the generator's costs in `minigan.costs`.
    figures : array, shape (7,)
        Where costs, counts and squared norms go: those of `FIGURES`.
    tools : Tools
    """

    def __init__(
        self, G: Sequential, D: Sequential, batch: int, cost: Callable, figures, tools: Tools
    ):
        self.G, self.D, self._m, self._cost, self._tools = G, D, batch, cost, tools
        self._J_D = figures[:4].reshape(2, 2)
        self._D_norm2, self._J_G, self._G_norm2 = figures[4:5], figures[5:6], figures[6:7]
        xp, m, dtype = tools.xp, batch, D.dtype
        self._halves = xp.zeros((2 * m, 2), dtype)  # column 0 sums over real, 1 over fake
        self._halves[:m, 0] = 1
        self._halves[m:, 1] = 1
        self._wish = xp.full((1, 2 * m), FAKE, dtype)  # what D should say
        self._wish[:, :m] = REAL
        self._D_parts = xp.empty((2, 2 * m), dtype)  # of each logit: its cost, and if D is right
        self._da_D = xp.empty((1, 2 * m), dtype)
        self._G_parts = xp.empty((2, m), dtype)
        self._da_G = xp.zeros((1, 2 * m), dtype)  # 0 for real examples: they are not G's

    # The plans are made when they are first needed: simultaneous players need two of four.

    @cached_property
    def D_both(self) -> Plan:
        """D on real examples, then generated ones."""
        return Plan(self.D, 2 * self._m, self._tools)

    @cached_property
    def D_fake(self) -> Plan:
        """D on generated examples, in G's turn."""
        return Plan(self.D, self._m, self._tools)

    @cached_property
    def G_for_D(self) -> Plan:
        """G, writing its examples behind the real ones."""
        return Plan(self.G, self._m, self._tools, y=self.D_both.x[:, self._m :])

    @cached_property
    def G_for_G(self) -> Plan:
        """G in its own turn, writing its examples in front of D."""
        return Plan(self.G, self._m, self._tools, y=self.D_fake.x)

    @property
    def x(self):
        """Where D's real examples go, shape (D.n_in, m)."""
        return self.D_both.x[:, : self._m]

    def z(self, of_D: bool):
        """Where the noise goes, shape (G.n_in, m), in a turn of D or in one of G alone."""
        return self.plans(of_D)[0].x

    def plans(self, of_D: bool) -> tuple[Plan, Plan]:
        """The plans of G and D that a turn of D, or of G alone, makes use of."""
        return (self.G_for_D, self.D_both) if of_D else (self.G_for_G, self.D_fake)

    def discriminator(self, rng) -> None:
        """Gradient of J_D into ``D.grads``. See `discriminator_gradients`."""
        self.G_for_D.forward(rng)
        self._judge_D(self.D_both.forward(rng))

    def generator(self, rng) -> None:
        """Gradient of J_G into ``G.grads``, through D. See `generator_gradients`."""
        self.G_for_G.forward(rng)
        da = self._da_G[:, self._m :]
        self._judge_G(self.D_fake.forward(rng), da)
        dx = self.D_fake.backward(da, param_grads=False)
        self._finish_G(self.G_for_G, dx)

    def simultaneous(self, rng) -> None:
        """Both gradients at the same point. See `simultaneous_gradients`."""
        self.G_for_D.forward(rng)
        a = self.D_both.forward(rng)
        self._judge_D(a)
        self._judge_G(a[:, self._m :], self._da_G[:, self._m :])
        dx = self.D_both.backward(self._da_G, param_grads=False)
        self._finish_G(self.G_for_D, dx[:, self._m :])

    def _judge_D(self, a) -> None:
        """J_D, its gradient at the logits ``a``, and at the parameters."""
        cost, right = self._D_parts[:1], self._D_parts[1:]
        half = 0.5 / self._m
        self._tools.kernels.logistic(a, self._wish, half, self._da_D, cost, right)
        self.D_both.backward(self._da_D, input_grad=False)
        self._tools.products.product(self._D_parts, self._halves, self._J_D)
        self._tools.products.squared_length(self.D.grads, self._D_norm2)

    def _judge_G(self, a, da) -> None:
        """J_G, and its gradient at the logits ``a``."""
        cost, right = self._G_parts[:1], self._G_parts[1:]
        half, made = 0.5 / self._m, self._tools.kernels
        if self._cost is maximum_likelihood_cost:
            made.exponential(a, -half, da, cost)
        else:
            s, c = {non_saturating_cost: (REAL, half), minimax_cost: (FAKE, -half)}[self._cost]
            made.logistic(a, s, c, da, cost, right)
        ones = self._halves[: self._m, :1]
        self._tools.products.product(cost, ones, self._J_G.reshape(1, 1))

    def _finish_G(self, plan: Plan, dx) -> None:
        """From the gradient at G's examples to that at its parameters."""
        plan.backward(dx, input_grad=False)
        self._tools.products.squared_length(self.G.grads, self._G_norm2)
