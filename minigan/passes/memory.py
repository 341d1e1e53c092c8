"""Memory for the passes of one network: lent with a cache, back when the cache is dropped.

A network may have several passes open at once, and differentiate them in any order, so each
has memory of its own. What a forward pass hands out is a copy; only its cache holds kept
memory. A pass is over when its cache is dropped: to notice that costs 0.1 microseconds, and
cannot be forgotten, as a name or a number for each pass can.
"""

from __future__ import annotations

from typing import Any

from minigan.base.errors import InputError
from minigan.layers.image import ImageLayer
from minigan.passes.plan import Block, Kit


class Lender:
    """Stock of memory blocks for the passes of a row of layers."""

    MOST = 4  # free blocks that are kept

    def __init__(self, layers: tuple, n_in: int, dtype: Any, kit: Kit):
        self._made_of = layers, n_in, dtype, kit
        self._free: list[Block] = []
        own = kit.passes
        # Batches side by side draw batch by batch, before the pass. A layer that mixes may draw
        # in forward, and one that is derived from dropout or noise does: each batch on its own.
        self._stacks = not any(
            layer.mixes or (hasattr(layer, "draw") and type(layer) not in own) for layer in layers
        )
        self._images = any(isinstance(layer, ImageLayer) for layer in layers)

    def takes(self, batches: tuple) -> bool:
        """Kept memory gains for one batch, for several side by side, and for several of images."""
        return len(batches) == 1 or self._stacks or self._images

    def forward(self, batches: tuple, rng: Any) -> tuple[tuple, Loan | Loans]:
        """Outputs for batches of shape (m, n_in), each on its own, and one cache for all."""
        if len(batches) > 1 and not self._stacks:
            passes = [self.forward((batch,), rng) for batch in batches]
            return tuple([y for (y,), _ in passes]), Loans([loan for _, loan in passes])
        try:
            block = self._free.pop()
        except IndexError:
            block = Block(*self._made_of)
        loan = Loan(block, self._free, tuple([len(batch) for batch in batches]))
        plan = loan.plan
        for place, batch in zip(plan.xs, batches, strict=True):
            place[...] = batch.T
        plan.forward(rng)
        return tuple([y.copy().T for y in plan.ys]), loan


class Loan:
    """The cache of one forward pass: memory that goes back when the cache is dropped."""

    __slots__ = ("_block", "_free", "plan")

    def __init__(self, block: Block, free: list[Block], sizes: tuple[int, ...]):
        self._block, self._free = block, free
        self.plan = block.plan(sizes)

    def is_from(self, lender: Lender | None) -> bool:
        """Whether a network of this lender has made the pass."""
        return lender is not None and self._free is lender._free

    def backward(self, dys: tuple, param_grads: bool, input_grad: bool) -> tuple:
        """Gradients at the inputs, from those at the outputs; None where nothing comes back."""
        return self.plan.backward(dys, param_grads, input_grad)

    def __del__(self):
        if len(self._free) < Lender.MOST:
            self._free.append(self._block)

    def __reduce_ex__(self, protocol):
        raise TypeError("a cache belongs to one pass of one network: it cannot be copied or saved")


class Loans:
    """The cache of batches that cannot be side by side: a loan for each."""

    __slots__ = ("_loans",)

    def __init__(self, loans: list[Any]):
        self._loans = loans

    def is_from(self, lender: Lender | None) -> bool:
        """Whether a network of this lender has made the passes."""
        return self._loans[0].is_from(lender)

    def backward(self, dys: tuple, param_grads: bool, input_grad: bool) -> tuple:
        """As of one loan; None for a batch on which J does not depend."""
        if len(dys) != len(self._loans):
            raise InputError(f"expected {len(self._loans)} gradients, got {len(dys)}")
        return tuple(
            None if dy is None else loan.backward((dy,), param_grads, input_grad)[0]
            for loan, dy in zip(self._loans, dys, strict=True)
        )

    __reduce_ex__ = Loan.__reduce_ex__
