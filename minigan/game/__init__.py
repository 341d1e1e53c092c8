"""Games: turns in an order. Start with `turns`, the ten lines that are each player's formula."""

from minigan.game.algorithm1 import Algorithm1
from minigan.game.game import Game
from minigan.game.records import Record
from minigan.game.turn import Turn
from minigan.game.turns import DiscriminatorTurn, GeneratorTurn, SimultaneousTurn

__all__ = [
    "Algorithm1",
    "DiscriminatorTurn",
    "Game",
    "GeneratorTurn",
    "Record",
    "SimultaneousTurn",
    "Turn",
]
