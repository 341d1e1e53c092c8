"""A turn: one player's part in a step of a game."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from minigan.base.errors import InputError
from minigan.base.validation import whole_number
from minigan.networks.sequential import Sequential


class Turn(ABC):
    """Base of all turns: the gradient of one cost, and the names of the networks it moves.

    A subclass keeps its networks as attributes, under the names by which a game knows them,
    and writes ``gradients``. The game draws what is named in ``draws``, zeroes the gradients
    of what is named in ``moves``, calls ``gradients``, checks that all is finite, and steps the
    optimizers of what moves. A turn that remembers something is saved by its own ``state()`` and
    ``restore(state)``; one whose networks are in lists returns them by name from ``networks``.

    Attributes
    ----------
    moves : tuple of str
        Names of the networks whose parameters change; ``check_turn`` sees that others stay.
    draws : tuple of str
        Names of the samplers from which a fresh minibatch is drawn for each turn.
    k : int
        Turns in a step of the game, >= 1.
    estimator : bool
        Whether ``gradients`` is right only in the mean over ``rng``, as REINFORCE is.

    Examples
    --------
    >>> import minigan as mg
    >>> class LeastSquares(mg.Turn):
    ...     '''G's turn with J_G = mean (a - 1)^2 / 2 of D's outputs a.'''
    ...     moves, draws = ("G",), ("z",)
    ...     def __init__(self, G, D):
    ...         self.G, self.D = G, D
    ...     def gradients(self, rng, z):
    ...         x, G_cache = self.G.forward(z, rng=rng)
    ...         a, D_cache = self.D.forward(x, rng=rng)
    ...         dx = self.D.backward((a - 1) / len(a), D_cache, param_grads=False)
    ...         self.G.backward(dx, G_cache, input_grad=False)
    ...         return {"J_G": ((a - 1) ** 2).mean() / 2}
    """

    moves: ClassVar[tuple[str, ...]] = ()
    draws: ClassVar[tuple[str, ...]] = ()
    estimator: ClassVar[bool] = False
    k: int = 1

    @abstractmethod
    def gradients(self, rng: Any, *_: Any, **drawn: Any) -> dict[str, Any]:
        """Add dJ/dtheta to ``grads`` of what moves, and return the figures of the turn.

        Parameters
        ----------
        rng : numpy.random.Generator or cupy.random.Generator
            For layers that draw random numbers.
        *_, **drawn : array, shape (batch, width)
            A minibatch for each name in ``draws``, the turn's own to keep or to change; a tuple of
            arrays from a sampler of pairs.

        Returns
        -------
        dict of str to number
            The cost first. Numbers stay on the networks' device; the game reads them later.
        """

    def networks(self) -> dict[str, Sequential]:
        """The networks of the turn, by name."""
        return {name: part for name, part in vars(self).items() if isinstance(part, Sequential)}

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(vars(self).get(name), Sequential) and value is not getattr(self, name):
            raise InputError(
                f"{type(self).__name__}.{name}: expected the network that the turn was made with; "
                f"write into {name}.params, or make another turn"
            )
        object.__setattr__(self, name, whole_number("k", value) if name == "k" else value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self.networks())})"
