"""Backward passes held against finite differences, in float64.

    from minigan.checks import check_layer
    check_layer(MyLayer(4, 3))

`check_layer` also checks the contract that every layer keeps, and `check_cost` a cost. What is
made of these is differentiated end to end: a network by `check_network`, a turn of any game by
`check_turn`, the 2014 paper's game by `check_game`; a model of states that can be listed is held
against its own probabilities by `check_model`. A bug raises `GradientError`, which names
the wrong entry; `run_suite` checks all of minigan.
"""

from minigan.checks.costs import check_cost
from minigan.checks.layers import check_layer, check_network
from minigan.checks.models import check_model
from minigan.checks.numeric import slope
from minigan.checks.suite import run_suite
from minigan.checks.ties import check_ties
from minigan.checks.trials import GradientError, Report
from minigan.checks.turns import check_game, check_turn

__all__ = [
    "GradientError",
    "Report",
    "check_cost",
    "check_game",
    "check_layer",
    "check_model",
    "check_network",
    "check_ties",
    "check_turn",
    "run_suite",
    "slope",
]
