"""Every gradient of minigan, checked: the rows of the table that ``minigan check`` prints."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from minigan.base.validation import whole_number
from minigan.checks.costs import check_cost
from minigan.checks.layers import check_layer, check_network
from minigan.checks.model_rows import model_rows
from minigan.checks.suite_divergences import divergence_rows
from minigan.checks.ties import check_ties
from minigan.checks.trials import GradientError, Report
from minigan.checks.turns import check_turn
from minigan.checks.variants import costs as costs_of_variants
from minigan.checks.variants import layers as layers_of_variants
from minigan.checks.variants import turns as turns_of_variants
from minigan.costs import GENERATOR_COSTS, discriminator_cost, value
from minigan.game.turn import Turn
from minigan.game.turns import DiscriminatorTurn, GeneratorTurn, SimultaneousTurn
from minigan.layers import (
    BatchNorm,
    ChannelMaxout,
    Conv2D,
    ConvTranspose2D,
    Dropout,
    GaussianNoise,
    Layer,
    LeakyReLU,
    Linear,
    Maxout,
    MaxPool2D,
    MinibatchFeatures,
    ReferenceBatchNorm,
    ReLU,
    Sigmoid,
    Softplus,
    Tanh,
    VirtualBatchNorm,
)
from minigan.networks import Sequential

COSTS = {"value": value, "discriminator": discriminator_cost, **GENERATOR_COSTS}
Row = Callable[..., Report]
"""A check, waiting for its ``seeds``."""


def run_suite(seeds: int = 20) -> Iterator[Report]:
    """Check every layer, every cost, and the whole chain from cost to parameters.

    Parameters
    ----------
    seeds : int
        Points for each row, >= 1; each is drawn from its own seed 0, 1, 2, ...

    Yields
    ------
    Report
        One a row, also where the row fails: then ``passed`` is False and ``message`` says
        what is wrong.

    Raises
    ------
    InputError
        If ``seeds`` makes no sense.

    Examples
    --------
    >>> from minigan.checks import run_suite
    >>> first = next(run_suite(seeds=1))
    >>> first.name, first.passed
    ('Linear', True)
    """
    whole_number("seeds", seeds)
    return (_row(name, check, seeds) for name, check in rows().items())


def _row(name: str, check: Row, seeds: int) -> Report:
    try:
        report = check(seeds=range(seeds))
    except GradientError as error:
        report = error.report
    return replace(report, name=name)


def rows() -> dict[str, Row]:
    """The checks by name, in the order in which a signal meets what they check."""
    maxout = Maxout(4, 3, pieces=3)
    pools: list = [ChannelMaxout((6, 2, 3), pieces=3), MaxPool2D((2, 5, 4), pool=3, stride=2)]
    elementwise = [ReLU(), LeakyReLU(0.2), Sigmoid(), Tanh(), Softplus()]
    convolutions = [
        Conv2D((2, 4, 5), 3, kernel=3, stride=2, pad=1),
        ConvTranspose2D((3, 2, 3), 2, kernel=3, stride=2, pad=1, tied_bias=False),
    ]
    random = [Dropout(0.7), GaussianNoise(0.3)]
    by_reference = [ReferenceBatchNorm(4, references=3), VirtualBatchNorm(4, references=3)]
    mixing = [MinibatchFeatures(4, features=3, dims=2), BatchNorm(4), *by_reference]
    layers: list[Layer] = [Linear(4, 3), maxout, *elementwise, *convolutions, *pools, *random]
    layers += [*mixing, *layers_of_variants()]
    one_of_each = [
        *[Linear(4, 8), ReLU(), Dropout(0.8), Maxout(8, 6, pieces=3), LeakyReLU(0.2)],
        *[Linear(6, 6), Softplus(), Linear(6, 5), Tanh(), Linear(5, 3), Sigmoid()],
    ]
    deep = Sequential(one_of_each, seed=0, dtype="float64")
    return {
        **{type(layer).__name__: partial(check_layer, layer) for layer in layers},
        **{f"{type(one).__name__} ties": partial(check_ties, one) for one in (maxout, *pools)},
        "BatchNorm, images": partial(check_layer, BatchNorm((2, 2, 3))),
        "Sequential": partial(check_network, deep),
        **{f"cost: {name}": partial(check_cost, cost) for name, cost in COSTS.items()},
        **{name: partial(check_turn, turn) for name, turn in _turns().items()},
        **{name: partial(check_turn, *t, **by) for name, (*t, by) in turns_of_variants().items()},
        **{
            name: partial(check_cost, *c, shapes=s) for name, (*c, s) in costs_of_variants().items()
        },
        **divergence_rows(),
        **model_rows(),
    }


def _turns() -> dict[str, Turn]:
    """Turns of D and, for each cost, of G; both at once; without and with random layers; images."""
    turns: dict[str, Turn] = {}
    hidden = [Linear(1, 8), ReLU(), Linear(8, 8), ReLU(), Linear(8, 1)]
    G = Sequential(hidden, seed=1, dtype="float64", name="G")
    for random in (False, True):
        first = [GaussianNoise(0.3), Maxout(1, 8, pieces=3), Dropout(0.8)]
        layers = [*first, Maxout(8, 8, pieces=3), Dropout(0.5), Linear(8, 1)]
        kept = [one for one in layers if random or not isinstance(one, Dropout | GaussianNoise)]
        D = Sequential(kept, seed=2, dtype="float64", name="D")
        what = ", dropout and noise" * random
        turns[f"turn of D{what}"] = DiscriminatorTurn(G, D)
        for cost in GENERATOR_COSTS:
            turns[f"turn of G: {cost}{what}"] = GeneratorTurn(G, D, cost)
        turns[f"simultaneous turn{what}"] = SimultaneousTurn(G, D)
    # images of 2 x 5 x 5, as small as convolutions can be
    paint = [Linear(2, 12), Sigmoid(), ConvTranspose2D((3, 2, 2), 2, 3, stride=2, tied_bias=False)]
    look = [Conv2D((2, 5, 5), 4, 3, pad=1), ChannelMaxout((4, 5, 5), 2), MaxPool2D((2, 5, 5), 3, 2)]
    G = Sequential(paint, seed=3, dtype="float64", name="G")
    D = Sequential([*look, Linear(8, 1)], seed=4, dtype="float64", name="D")
    turns["turn of D: images"] = DiscriminatorTurn(G, D)
    turns["turn of G: images"] = GeneratorTurn(G, D)
    return turns
