"""The plain gradients on a GPU: the functions to read, and their figures for the ledger.

`minigan.training.steps` runs there as it stands, some hundred small launches a step. It is
what the fast gradients are compared with, and what a layer may need that mixes the examples
of a batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minigan.training.steps import (
    discriminator_gradients,
    generator_gradients,
    simultaneous_gradients,
)

if TYPE_CHECKING:
    from minigan.training.algorithm1 import Algorithm1


class PlainGradients:
    """Draws minibatches, and takes gradients by `minigan.training.steps`.

    Parameters
    ----------
    game : Algorithm1
    figures : array, shape (7,)
        See `minigan.cuda.gradients.FIGURES`.
    """

    def __init__(self, game: Algorithm1, figures: Any):
        self._game, self._figures = game, figures

    def discriminator(self, rng) -> None:
        """Gradient of J_D into ``D.grads``."""
        game = self._game
        z, x = game._sample_noise(), game._sample_data()
        self._note_D(*discriminator_gradients(game.G, game.D, x, z, rng))

    def generator(self, rng) -> None:
        """Gradient of J_G into ``G.grads``."""
        game = self._game
        J_G, _ = generator_gradients(game.G, game.D, game._sample_noise(), game._cost, rng)
        self._note_G(J_G)

    def simultaneous(self, rng) -> None:
        """Both, at the same point."""
        game = self._game
        z, x = game._sample_noise(), game._sample_data()
        J_D, J_G, a_real, a_fake = simultaneous_gradients(game.G, game.D, x, z, game._cost, rng)
        self._note_D(J_D, a_real, a_fake)
        self._note_G(J_G)

    def _note_D(self, J_D, a_real, a_fake) -> None:
        figures, grads = self._figures, self._game.D.grads
        figures[0] = J_D
        figures[1] = 0  # plain functions do not tell the two halves of J_D apart
        figures[2] = (a_real > 0).sum()
        figures[3] = (a_fake < 0).sum()
        figures[4] = grads.dot(grads)

    def _note_G(self, J_G) -> None:
        figures, grads = self._figures, self._game.G.grads
        figures[5] = J_G
        figures[6] = grads.dot(grads)
