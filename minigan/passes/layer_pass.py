"""One layer's forward and backward, on arrays that are kept between passes.

Arrays are (features, batch), where several batches may stand side by side. The array that a
pass reads may end in a row of ones, for the bias; that is settled when the passes are built.
"""

from __future__ import annotations

import copy
from typing import Any

from minigan.base.backend import described
from minigan.base.errors import InputError
from minigan.layers.base import Layer


class LayerPass:
    """Any layer: its own forward and backward, batch by batch, on transposed arrays.

    ``x`` (n_in, batch) is where the input stands, ``y`` (n_out, batch) where the output goes,
    ``columns`` the batches in them; ``empty(shape, dtype)`` makes further arrays. Subclasses
    name the arrays that hold what forward has left in ``kept``, and those of backward alone
    in ``scratch``.
    """

    needs_ones = False
    row_by_row = False  # whether row i of y needs row i of x only, and dx that of dy
    has_units = False  # whether `minigan.passes.units` may cut it
    scratch_size = 0  # numbers of the memory that all passes of a plan share, one after another
    kept: tuple[str, ...] = ("x", "y")
    scratch: tuple[str, ...] = ("_dx",)
    _first = 0  # number of the first batch of the pass in ``_caches``

    def __init__(self, layer: Any, x: Any, y: Any, columns: list[slice], empty: Any):
        self.layer, self.x, self.y, self.columns = layer, x, y, columns
        self._caches: list[Any] = [None] * len(columns)
        self._dx: Any = empty(x.shape, x.dtype) if type(self) is LayerPass else None

    def share(self, scratch: Any) -> None:
        """Take ``scratch_size`` numbers of memory that other passes write to as well."""

    def draw(self, rng: Any, columns: slice) -> None:
        """Draw the random numbers of one batch."""

    def forward(self, rng: Any) -> None:
        """Write the layer's output into ``y``."""
        for i, here in enumerate(self.columns):
            y, self._caches[i] = self.layer.forward(self.x[:, here].T, train=True, rng=rng)
            self._write("forward", y, self.y[:, here])

    def backward(self, dy: Any, param_grads: bool, input_grad: bool) -> Any:
        """Gradient at ``x``, in memory of the pass or that of ``dy``, which is overwritten."""
        for cache, here in zip(self._caches[self._first :], self.columns, strict=False):
            dx = self.layer.backward(dy[:, here].T, cache, param_grads=param_grads)
            if input_grad:
                self._write("backward", dx, self._dx[:, here])
        return self._dx

    def _write(self, what: str, rows: Any, to: Any) -> None:
        """Copy what the layer gives, (batch, width), if it is what it promises."""
        shape, got = to.shape[::-1], (getattr(rows, "shape", None), getattr(rows, "dtype", None))
        if got != (shape, to.dtype):
            given = f"{got[1]} {got[0]}" if got[0] is not None else described(rows)
            raise InputError(
                f"{self.layer}: expected {what} to give {to.dtype} {shape}, got {given}"
            )
        to[...] = rows.T

    def part(self, i: int, columns: slice) -> LayerPass:
        """Pass of batch number ``i`` alone, on what forward has left of it."""
        twin = copy.copy(self)
        twin._first, twin.columns = i, [slice(0, columns.stop - columns.start)]
        for name in self.kept:
            setattr(twin, name, getattr(self, name)[..., columns])
        for name in self.scratch:
            setattr(twin, name, getattr(self, name)[..., columns].copy(order="C"))
        return twin

    def at_product(self, dy: Any) -> Any:
        """Gradient at the product, of a pass that has one, from that at its output."""
        return dy

    def of_product(self, dz: Any, param_grads: bool, input_grad: bool) -> Any:
        """Gradient at ``x``, from that at the product: ``backward`` without its first part."""
        return self.backward(dz, param_grads, input_grad)


class RowByRow(LayerPass):
    """Pass whose every row is by itself."""

    row_by_row = has_units = True

    def of_units(self, rows: slice) -> RowByRow:
        """Pass of some of its rows, in the same memory."""
        twin = copy.copy(self)
        for name in (*self.kept, *self.scratch):
            setattr(twin, name, getattr(self, name)[rows])
        return twin


def learns(layer: Layer) -> bool:
    """Whether backward with ``param_grads`` changes something of the layer's own."""
    return bool(layer.params) or type(layer).state is not Layer.state
