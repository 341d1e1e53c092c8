"""Averages of parameters over updates: samples are often better there than at the end."""

from __future__ import annotations

from typing import Any

from minigan.base.states import expect_like
from minigan.base.validation import real_number, whole_number
from minigan.networks.sequential import Sequential


class ParameterAverage:
    """Running average of a network's parameters, each update decay times as heavy as the next.

    The players of a game circle; an average of their positions lies nearer the centre. What
    layers remember beside parameters, such as running means, is taken as it stands.

    Parameters
    ----------
    network : Sequential
        Whose parameters are averaged.
    decay : float
        In [0, 1); the average remembers about 1 / (1 - decay) updates.

    Raises
    ------
    InputError
        If ``decay`` is outside [0, 1).

    Notes
    -----
    With theta_t the parameters at update t = 1, 2, ..., the average is

        sum_s decay^(t - s) theta_s / sum_s decay^(t - s),  s = 1 ... t,

    and until the first update the present parameters. One often sees avg <- decay avg +
    (1 - decay) theta instead, from the starting values on: these keep the weight decay^t, and
    untrained weights make images soft. Adam's moments are corrected in the same way
    (Kingma & Ba 2015, Section 3).
    """

    def __init__(self, network: Sequential, decay: float):
        self._decay = real_number("ParameterAverage: decay", decay, 0, 1, high_open=True)
        self._source = network
        self.network = network.copy()
        self.t = 0

    def update(self) -> None:
        """Take the present parameters into the average."""
        self.t += 1
        average, decay = self.network.params, self._decay
        average += (1 - decay) / (1 - decay**self.t) * (self._source.params - average)
        for own, layer in zip(self.network, self._source, strict=True):
            own.restore(layer.state())

    def state(self) -> dict[str, Any]:
        """For a checkpoint: ``t``, and the averaged network's ``state()`` as ``average``."""
        return {"t": self.t, "average": self.network.state()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from where `state` was taken.

        Parameters
        ----------
        state : dict
            From the average of a network of the same size and dtype.

        Raises
        ------
        InputError
            If it is of another; nothing has changed then.
        """
        expect_like("ParameterAverage", state, self.state())
        t = whole_number("ParameterAverage: t", state["t"], 0)
        self.network.restore(state["average"])
        self.t = t
