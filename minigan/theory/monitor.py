"""A monitor for Algorithm 1: the distance from what the theory asks, while a game is played.

The costs of two players say little about how well a game goes: each of them depends on
how good the other is. With a p_data that is known, and G and D maps of the line, the
quantities of the theory can be computed instead, exactly, from the networks as they
stand: the Jensen-Shannon divergence that the game is to bring to 0, and the distance of
D from the D* that the theory assumes in every step.

The monitor only looks. It draws no random numbers and moves nothing, so that a game is
the same, to the last bit, with it and without it.
"""

import time
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, cast

from minigan.base.errors import InputError
from minigan.base.types import Density
from minigan.base.validation import whole_number
from minigan.theory.densities import require_density
from minigan.theory.game_state import GeneratorState


class Observation(NamedTuple):
    """JSD, C(G), V(G, D) and the distance of D from D* after ``step`` steps of a game.

    ``jsd`` and ``c_of_g``, in nats, are those of `GeneratorState` (2014 paper, Eq. 4 to 6);
    ``value`` (Eq. 1) and ``inner_gap``, in nats, ``d_gap`` and ``d_minus_half`` those of
    `DiscriminatorState`, with D* of Eq. 2; ``residual`` is C(G) - (-log 4 + 2 JSD), in nats, from
    two routes, and None where G saturates.
    """

    step: int
    jsd: float
    c_of_g: float
    value: float
    inner_gap: float
    d_gap: float
    d_minus_half: float
    residual: float | None


class Monitor:
    """Watches a game on the line whose p_data is known.

    Parameters
    ----------
    game : Algorithm1
        G and D from one variable to one; data and noise with a known density.
    every : int
        Steps between two observations, >= 1. An observation of the toy game takes as
        long as about 60 of its steps: at the default interval, a fifth of all time.

    Attributes
    ----------
    observations : list of Observation
        In the order in which they were made.
    seconds : float
        Time that they have taken.

    Raises
    ------
    InputError
        If G or D is not a map 1 -> 1, or data or noise have no known density.

    Examples
    --------
    >>> import minigan as mg
    >>> from minigan.theory.monitor import Monitor
    >>> G = mg.Sequential([mg.Linear(1, 1)], seed=1)
    >>> D = mg.Sequential([mg.Linear(1, 1)], seed=2)
    >>> game = mg.Algorithm1(G, D, data=mg.Normal(2.0), noise=mg.Normal(),
    ...                      G_optimizer=mg.SGD(G, 0.1), D_optimizer=mg.SGD(D, 0.1))
    >>> monitor = Monitor(game, every=5)
    >>> for record in monitor.watch(game.play(10)):
    ...     pass
    >>> [observation.step for observation in monitor.observations]
    [0, 5, 10]
    """

    def __init__(self, game: Any, every: int = 250):
        self.every = whole_number("Monitor: every", every)
        for name, player in (("G", game.G), ("D", game.D)):
            if (player.n_in, player.n_out) != (1, 1):
                widths = f"{player.n_in} -> {player.n_out}"
                raise InputError(f"Monitor: expected {name} of width 1 -> 1, got {widths}")
        self._data, self._noise = cast(Density, game.data), cast(Density, game.noise)
        require_density("Monitor: data", self._data)
        require_density("Monitor: noise", self._noise)
        self.game = game
        self.observations: list[Observation] = []
        self.seconds = 0.0

    def observe(self) -> Observation:
        """Append to ``observations`` one of the game as it stands now; it is returned too.

        An InputError if G is not finite on the range of the noise.
        """
        start = time.perf_counter()
        generator = GeneratorState(self.game.G, self._noise, self._data)
        of_D = generator.judge(self.game.D)[:4]  # value, inner_gap, d_gap, d_minus_half
        of_G = generator.jsd, generator.c_of_g
        observation = Observation(self.game.steps_done, *of_G, *of_D, generator.residual)
        self.observations.append(observation)
        self.seconds += time.perf_counter() - start
        return observation

    def watch(self, records: Iterable[Any]) -> Iterator[Any]:
        """Hand on the records of ``game.play``, and observe every so many steps.

        Also before the first step and after the last. The observation of a step is made
        before its record is handed on. The iterator may be left at any point.

        Returns
        -------
        iterator of Record
            The same records.
        """
        self._observe_unless_seen()
        for record in records:
            if record.step % self.every == 0:
                self.observe()
            yield record
        self._observe_unless_seen()

    def _observe_unless_seen(self) -> None:
        if not self.observations or self.observations[-1].step != self.game.steps_done:
            self.observe()
