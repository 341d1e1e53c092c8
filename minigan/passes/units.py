"""Passes by units: each thread of a team has some rows of every layer, and computes what is theirs.

Row i of the output of a product needs row i of W^T and the whole input; ReLU, dropout and the
like need row i alone. So a thread can go from one product through all that follows, and wait for
the others only where the next product reads all rows. Backward likewise: dW, dx, and all that is
below up to the next product. Random numbers are drawn before, in the usual order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from minigan.layers.image import ImageLayer
from minigan.passes.cpu import LinearPass, MaxoutPass
from minigan.passes.layer_pass import LayerPass
from minigan.passes.team import Team, cuts

WIDE = 1e8  # operations of a product from which on its network is shared
PER_NUMBER = 64  # operations of a product that take as long as a number of another pass
WORTH = 2**17  # such numbers, from which on a stage is worth a fork and a join
FULL = 2**22  # operations of a share: small products have other kernels, and so other bits


def is_wide(passes: list[LayerPass]) -> bool:
    """Whether some product is so large that a team gains; images are left to threads of BLAS."""
    if any(isinstance(each.layer, ImageLayer) for each in passes):
        return False
    return any(isinstance(each, LinearPass) and each.operations >= WIDE for each in passes)


class Share(NamedTuple):
    """One thread's rows of a stage: what is called first, the passes, and those around them."""

    rows: slice
    first: Callable[[], object] | None
    passes: list[Any]
    into: Any
    out: Any


class Stage:
    """Layers of ``n`` units: a product into them, passes row by row, the product out of them."""

    out: Any = None

    def __init__(self, n: int, into: Any):
        self.n, self.into = n, into
        self.passes: list[Any] = []
        self._products: list[Callable[[], object]] = []
        self._shares: list[Share] = []

    def cut(self, threads: int) -> None:
        """Give each thread its rows, if all passes can be cut and that is worth it."""
        around = [each for each in (self.into, self.out) if each]
        if not all(each.has_units for each in (*around, *self.passes)):
            return
        numbers = sum(each.y.size for each in (self.into, *self.passes) if each)
        numbers += sum(each.operations for each in around) / PER_NUMBER
        most = [each.operations / FULL for each in around if each.outputs > 1]
        parts = int(min([threads, *most]))
        here = cuts(self.n, parts) if numbers >= WORTH else []
        if len(here) < 2:
            return
        maxout = isinstance(self.into, MaxoutPass)
        if self.into:
            z = cuts(len(self.into._out), parts)
            self._products = [self.into.product(rows) for rows in z]
        for i, rows in enumerate(here):
            into = self.into.of_units(rows) if maxout else self.into
            first = into.take_maximum if maxout else self._products[i] if into else None
            passes = [each.of_units(rows) for each in self.passes]
            out = self.out and self.out.of_inputs(rows)
            self._shares.append(Share(rows, first, passes, into, out))

    def forward(self, team: Team, rng: Any) -> None:
        """The product into it, and what follows."""
        if not self._shares:
            for each in (self.into, *self.passes) if self.into else self.passes:
                each.forward(rng)
            return
        if isinstance(self.into, MaxoutPass):  # its maximum is over rows that are far apart
            team.run(lambda i: self._products[i](), len(self._products))
        if self.into or self.passes:
            team.run(lambda i: _forward(self._shares[i]), len(self._shares))

    def backward(self, team: Team, dy: Any, param_grads: bool, go_on: bool) -> Any:
        """Gradient at the product into it, or at its rows where there is none, if it goes on."""
        if not self._shares:
            whole = Share(slice(None), None, self.passes, self.into, self.out)
            return _backward(whole, dy, param_grads, go_on)
        if self.out:
            for share in self._shares:
                share.out._gradients.due = self.out._gradients.due
        team.run(lambda i: _backward(self._shares[i], dy, param_grads, go_on), len(self._shares))
        if self.out:
            self.out._gradients.due &= not param_grads
        dx = self.out._dx if self.out else dy
        return self.into._dz if isinstance(self.into, MaxoutPass) else dx


def _forward(share: Share) -> None:
    if share.first:
        share.first()
    for each in share.passes:
        each.forward(None)


def _backward(share: Share, dy: Any, param_grads: bool, go_on: bool) -> Any:
    dx = share.out.of_product(dy, param_grads, go_on) if share.out else dy[share.rows]
    if not go_on:
        return None
    for each in reversed(share.passes):
        dx = each.backward(dx, param_grads, True)
    return share.into.at_product(dx) if share.into else dx


class Units:
    """The passes of a plan for ``n`` inputs, in stages, for a team."""

    def __init__(self, passes: list[LayerPass], n: int, team: Team):
        self.team, self._passes, self._stages = team, passes, [Stage(n, None)]
        for each in passes:
            if each.row_by_row:
                self._stages[-1].passes.append(each)
            else:
                self._stages[-1].out = each
                self._stages.append(Stage(len(each.y), each))
        for stage in self._stages:
            stage.cut(team.size)

    def forward(self, rng: Any, columns: slice | None = None) -> None:
        """See `Plan.forward`; with ``columns``, random numbers of that batch are yet to draw."""
        for stage in self._stages:
            if columns:
                for each in stage.passes:
                    each.draw(rng, columns)
            stage.forward(self.team, rng)

    def backward(self, dy: Any, param_grads: bool, input_grad: bool, first: int) -> Any:
        """See `Plan.backward`; ``first`` is the number of the first pass that it needs."""
        for stage in reversed(self._stages):
            number = self._passes.index(stage.out) if stage.out else len(self._passes)
            if number < first:
                break
            dy = stage.backward(self.team, dy, param_grads, input_grad or number > first)
        return dy
