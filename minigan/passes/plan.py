"""A row of layers and sizes of batches, and every array that forward and backward need."""

from __future__ import annotations

import copy
import math
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from minigan.base.errors import InputError
from minigan.passes import cpu
from minigan.passes.extra import compiled
from minigan.passes.layer_pass import LayerPass, learns
from minigan.passes.team import team
from minigan.passes.units import Units, is_wide


class Kit(NamedTuple):
    """Tools of a device: its array module, and the passes of the layers that have one."""

    xp: Any
    passes: dict[type, type[LayerPass]]


def kit_of(xp: Any, images: bool = False) -> Kit:
    """Kit of an array module, for layers some of which may be of images."""
    if xp is np:
        faster = compiled()
        passes = cpu.PASSES | (faster.PASSES if faster else {})
        if images:
            from minigan.passes import convolution  # only where there are any

            passes |= convolution.PASSES
        return Kit(np, passes)
    from minigan.passes import cuda  # only where there is a GPU

    return Kit(xp, cuda.PASSES)


class Arrays:
    """Hands out arrays from the front of a block of bytes, each on a cache line of its own.

    Aligned to 64 bytes, arrays cost the paper's MNIST nets 1 %, smaller ones 3 to 5 % less time
    a step than where ``np.empty`` puts them. Without a block the bytes are only counted.
    """

    def __init__(self, block: np.ndarray | None):
        self._block, self.stop = block, 0

    def __call__(self, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
        """Array whose numbers are not set."""
        size = math.prod(shape) * np.dtype(dtype).itemsize
        start, self.stop = self.stop, self.stop + (size + 127) // 64 * 64
        if self._block is None:
            return np.empty(shape, dtype)
        return self._block[start : start + size].view(dtype).reshape(shape)


class Block:
    """Memory for one pass, whatever the sizes of its batches: all plans use the same bytes.

    A few small arrays that hold zeros are a plan's own, so no more than ``MOST`` plans are kept.
    """

    MOST = 8

    def __init__(self, layers: tuple, n_in: int, dtype: Any, kit: Kit):
        self._layers, self._n_in, self._dtype, self._kit = layers, n_in, dtype, kit
        self._plans: dict[tuple[int, ...], Plan] = {}
        self._bytes = np.empty(0, np.uint8)
        self._last: Plan | None = None

    def plan(self, sizes: tuple[int, ...]) -> Plan:
        """Plan for batches of these sizes."""
        plan = self._plans.get(sizes)
        if plan is None:
            if len(self._plans) == self.MOST:  # batches of many sizes came by
                self._plans = {}
            plan = self._plans[sizes] = self._make(sizes)
        if plan is not self._last:  # another plan has written here since
            plan.fill_ones()
            self._last = plan
        return plan

    def _make(self, sizes: tuple[int, ...]) -> Plan:
        made_of = self._layers, self._n_in, sizes, self._dtype, self._kit
        if self._kit.xp is not np:  # its pool of memory is aligned, and reuses what is free
            return Plan(*made_of, self._kit.xp.empty)
        count = Arrays(None)
        Plan(*made_of, count)
        if not count.stop <= self._bytes.size <= 8 * count.stop:  # too small, or far too large
            room = np.empty(count.stop + 64, np.uint8)
            start = -room.ctypes.data % 64
            self._bytes, self._plans = room[start : start + count.stop], {}
        return Plan(*made_of, Arrays(self._bytes))


class Plan:
    """The passes of layers for batches side by side, joined by the arrays between them."""

    def __init__(self, layers: tuple, n_in: int, sizes: tuple, dtype: Any, kit: Kit, empty: Any):
        M, width = sum(sizes), n_in
        stops = accumulate(sizes)
        self.columns = [slice(stop - m, stop) for m, stop in zip(sizes, stops, strict=True)]
        array = empty((width + 1, M), dtype)
        self._ones, self.passes = [array[width]], []
        self._x = array[:width]
        for layer in layers:
            kind = kit.passes.get(type(layer), LayerPass)  # a subclass may compute something else
            x = array if kind.needs_ones else array[:width]
            width = layer.n_out or width
            array = empty((width + 1, M), dtype)
            self._ones.append(array[width])
            self.passes.append(kind(layer, x, array[:width], self.columns, empty))
        self._is_wide = is_wide(self.passes)
        self._units: Units | None = None
        most = max(each.scratch_size for each in self.passes)
        scratch = [empty((most,), dtype) for _ in range(1 + self._is_wide)]
        for i, each in enumerate(each for each in self.passes if each.scratch_size):
            each.share(scratch[i % len(scratch)])  # by units one reads while the next one writes
        self._random = [each for each in self.passes if type(each).draw is not LayerPass.draw]
        self._y = array[:width]
        self._dy = empty(self._y.shape, dtype)
        self.xs = [self._x[:, columns] for columns in self.columns]
        self.ys = [self._y[:, columns] for columns in self.columns]
        self._dys = [self._dy[:, columns] for columns in self.columns]
        learning = (i for i, layer in enumerate(layers) if learns(layer))
        self._first_learning = next(learning, len(layers))
        self._parts: dict[int, Plan] = {}

    def fill_ones(self) -> None:
        """Write the rows of ones, which meet the biases."""
        for row in self._ones:
            row[...] = 1

    def forward(self, rng: Any) -> None:
        """Outputs into ``ys``, for what stands in ``xs``; dropout and noise are at work."""
        units = self._by_units() if self._is_wide else None
        if len(self.columns) > 1:
            for columns in self.columns:  # as each batch on its own would draw
                for each in self._random:
                    each.draw(rng, columns)
            if units:
                return units.forward(rng)
            for each in self.passes:
                each.forward(rng)
        elif units:
            units.forward(rng, self.columns[0])
        else:
            for each in self.passes:
                if each in self._random:
                    each.draw(rng, self.columns[0])
                each.forward(rng)

    def backward(self, dys: tuple, param_grads: bool, input_grad: bool) -> tuple:
        """Gradients at the batches; the parameters' are added to ``grads``, or replace them."""
        if len(dys) != len(self._dys):
            raise InputError(f"expected {len(self._dys)} gradients, got {len(dys)}")
        for place, dy in zip(self._dys, dys, strict=True):
            if dy is None and len(dys) > 1:
                return self._backward_of_some(dys, param_grads, input_grad)
            if type(dy) is not type(place) or dy.shape[::-1] != place.shape:
                self.passes[-1].layer.check_gradient(dy, place.shape[::-1])
            place[...] = dy.T
        first = 0 if input_grad else self._first_learning
        dx = self._dy
        units = self._by_units() if self._is_wide else None
        if units:
            dx = units.backward(dx, param_grads, input_grad, first)
        for i in range(-1 if units else len(self.passes) - 1, first - 1, -1):
            dx = self.passes[i].backward(dx, param_grads, input_grad or i > first)
        if not input_grad:
            return (None,) * len(dys)
        return tuple([dx[:, columns].copy().T for columns in self.columns])

    def _by_units(self) -> Units | None:
        """The passes in shares, one for each thread of the team, if there is one."""
        at_hand = team()
        if at_hand is None:
            return None
        if self._units is None or self._units.team is not at_hand:
            self._units = Units(self.passes, len(self._x), at_hand)
        return self._units

    def _backward_of_some(self, dys: tuple, param_grads: bool, input_grad: bool) -> tuple:
        """Gradients at those batches on which J depends, and None at the others."""
        dxs: list[Any] = [None] * len(dys)
        for i, dy in enumerate(dys):
            if dy is not None:
                (dxs[i],) = self._part(i).backward((dy,), param_grads, input_grad)
        return tuple(dxs)

    def _part(self, i: int) -> Plan:
        """Plan of one of the batches, on the same memory: for J that depends on it alone."""
        if i not in self._parts:
            columns = self.columns[i]
            part = copy.copy(self)
            part._parts, part._units = {}, None
            part.columns = [slice(0, columns.stop - columns.start)]
            part.passes = [each.part(i, columns) for each in self.passes]
            part._dy = self._dys[i].copy(order="C")
            part._dys = [part._dy]
            self._parts[i] = part
        return self._parts[i]
