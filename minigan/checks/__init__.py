"""Is a gradient right? Backward passes against finite differences, in float64.

    from minigan.checks import check_layer
    check_layer(MyLayer(4, 3))

`check_layer` also checks the contract that every layer keeps; `check_network`,
`check_cost` and `check_game` do the same for what is made of layers. A bug raises
`GradientError`, which names the wrong entry; `run_suite` checks all of minigan.
"""

from minigan.checks.choices import check_choice_ties
from minigan.checks.costs import check_cost
from minigan.checks.games import PlainGradients, check_game
from minigan.checks.layers import check_layer, check_network
from minigan.checks.report import GradientError, Report
from minigan.checks.suite import run_suite
from minigan.checks.ties import check_maxout_ties

__all__ = [
    "GradientError",
    "PlainGradients",
    "Report",
    "check_choice_ties",
    "check_cost",
    "check_game",
    "check_layer",
    "check_maxout_ties",
    "check_network",
    "run_suite",
]
