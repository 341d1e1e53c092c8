"""Minibatches for a GPU: many drawn by one call, handed out one by one.

A call for random numbers costs as much as several kernels. So minigan's own distributions
draw the minibatches of many turns at once, which are independent rows all the same; the
kernel that hands one to a network knows from a counter on the GPU which of them is due. Any
other sampler, or random numbers that come from the computer, are asked once a turn.
"""

from __future__ import annotations

from typing import Any

from minigan.cuda.passes import Tools
from minigan.training.players import minibatch

from minigan.distributions import Examples, IrwinHall, Mixture, Normal, Spherical, Uniform
from minigan.networks.sequential import Sequential

OWN = (Examples, IrwinHall, Mixture, Normal, Spherical, Uniform)
AHEAD = 64  # minibatches drawn at once, at most
ROOM = 1 << 24  # bytes that they may take


class Feed:
    """Minibatches of one sampler, in memory that keeps its place.

    Parameters
    ----------
    what : str
        What error messages call the sampler.
    sampler : Sampler
    m, width : int
        Shape of a minibatch.
    network : Sequential
        Whose device and dtype the minibatches have.
    rng : Generator
        Which random numbers they are made of.
    counter : int
        Place in ``state`` of the number of minibatches handed out.
    tools : Tools
    """

    def __init__(
        self,
        what: str,
        sampler: Any,
        m: int,
        width: Any,
        network: Sequential,
        rng: Any,
        counter: int,
        tools: Tools,
    ):
        self.sampler = sampler
        self._what, self._m, self._width = what, m, width
        self._network, self._rng, self._counter, self._tools = network, rng, counter, tools
        self._blocks = 1
        if type(sampler) in OWN and type(rng) is tools.xp.random.Generator:
            self._blocks = max(1, min(AHEAD, ROOM // (m * width * network.dtype.itemsize)))
        self.rows = tools.xp.empty((self._blocks * m, width), network.dtype)
        self.drawn = -1  # which of the blocks of minibatches stands in ``rows``

    def prepare(self, count: int) -> None:
        """Draw, if minibatch number ``count`` has not been drawn yet."""
        if count // self._blocks != self.drawn:
            m = self._blocks * self._m
            self.rows[...] = minibatch(
                self._what, self.sampler, m, self._width, self._network, self._rng
            )
            self.drawn = count // self._blocks

    def launch(self, state, x) -> None:
        """Copy the minibatch that is due into ``x``, shape (width, m)."""
        self._tools.kernels.feed(
            self.rows, state, self._counter, self._blocks, self._m, self._width, x
        )
