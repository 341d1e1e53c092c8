"""Turns and layers of the papers' other games, for ``minigan check``."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from minigan.distributions import Normal
from minigan.game import DiscriminatorTurn, GeneratorTurn, Turn
from minigan.layers import (
    BatchNorm,
    Layer,
    Linear,
    Maxout,
    MinibatchFeatures,
    ReferenceBatchNorm,
    Tanh,
    VirtualBatchNorm,
)
from minigan.networks import ReferenceNetwork, Sequential
from minigan.optimizers import SGD, Adam
from minigan.variants import (
    arithmetic,
    bigan,
    chosen_z,
    conditional,
    conditional_toys,
    infogan,
    lapgan,
    linear_ali,
    missing_parts,
    one_state,
    posterior,
    ppgn,
    semi_supervised,
)
from minigan.variants.gradient_penalty import PENALTIES, PenalisedDiscriminatorTurn
from minigan.variants.learned_noise import ConcatenatedNoise, LearnedNoise
from minigan.variants.unrolled import UnrolledGeneratorTurn, UnrolledTurn
from minigan.variants.weight_norm import WeightNormLinear


class Checked(NamedTuple):
    """A turn, and samplers by name, or sizes of batches, for `check_turn`."""

    turn: Turn
    samplers: dict[str, Any]


def layers() -> list[Layer]:
    """Layers that only variants have."""
    last = [bigan.GaussianOutput(2), linear_ali.Squares(), semi_supervised.LogSumExp(3)]
    of_pairs = [lapgan.Detail(lapgan.Pyramid(2, 4)), lapgan.Rebuilt(lapgan.Pyramid(4, 2))]
    return [*last, *of_pairs, ConcatenatedNoise(2), WeightNormLinear(3, 4)]


def costs() -> dict[str, tuple[Callable, tuple]]:
    """Functions with a gradient that are no layers, and shapes of what they are given."""
    G, C, t = _G(2, 4), _G(4, 3), np.eye(3)[np.arange(5) % 3]

    def condition(h):
        log_p, dh = ppgn.log_p(C, G, h.astype("float64"), t)
        return log_p.sum(), dh.astype(h.dtype)

    return {"PPGN, log p(y|G(h))": (condition, ((5, 2),))}


def turns() -> dict[str, Checked]:
    """The turns by what they are called in the table."""
    parts = _conditional() | _missing_parts() | _semi_supervised() | _mixing()
    return (
        parts | _second_order() | _inference() | _papers() | _learned_noise() | _ppgn() | _lapgan()
    )


def _G(n_in: int, n_out: int) -> Sequential:
    return Sequential(
        [Linear(n_in, 6), Tanh(), Linear(6, n_out)], seed=5, dtype="float64", name="G"
    )


def _D(n_in: int) -> Sequential:
    return Sequential([Maxout(n_in, 6, 2), Linear(6, 1)], seed=6, dtype="float64", name="D")


def _conditional() -> dict[str, Checked]:
    G, D, blind = _G(2, 1), _D(2), _D(1)
    pairs, c, z = conditional_toys.SINE.pairs, Normal(), Normal()
    of_D = {"pairs": pairs, "c": c, "z": z}
    F = Sequential([Linear(1, 6), Tanh(), Linear(6, 1)], seed=7, dtype="float64", name="F")
    return {
        "conditional turn of D": Checked(conditional.ConditionalDiscriminatorTurn(G, D), of_D),
        "conditional turn of G": Checked(
            conditional.ConditionalGeneratorTurn(G, D), {"c": c, "z": z}
        ),
        "conditional turn of G, D sees x": Checked(
            conditional.ConditionalGeneratorTurn(G, blind), {"c": c, "z": z}
        ),
        "conditional simultaneous turn": Checked(
            conditional.ConditionalSimultaneousTurn(G, D), of_D
        ),
        "squared error": Checked(conditional.SquaredErrorTurn(F), {"pairs": pairs}),
    }


def _missing_parts() -> dict[str, Checked]:
    G, D = _G(6, 2), _D(4)
    x = Normal(dim=2)
    of_G = {"y": x, "M": missing_parts.Masks(2), "z": x}
    return {
        "missing parts, turn of D": Checked(
            missing_parts.MissingPartsDiscriminatorTurn(G, D), of_G | {"x": x}
        ),
        "missing parts, turn of G": Checked(missing_parts.MissingPartsGeneratorTurn(G, D), of_G),
    }


def _semi_supervised() -> dict[str, Checked]:
    G, K = _G(2, 2), 3
    layers = [Maxout(2, 6, 2), Linear(6, 5), Tanh(), Linear(5, K), semi_supervised.LogSumExp(K)]
    D = Sequential(layers, seed=6, dtype="float64", name="D")
    rows = np.random.default_rng(8).standard_normal((12, 2))
    labelled = {"labelled": semi_supervised.Labelled(rows, np.arange(12) % K, K)}
    return {
        "supervised turn of D": Checked(semi_supervised.SupervisedTurn(D), labelled),
        "semi-supervised turn of D": Checked(semi_supervised.SemiSupervisedTurn(G, D), labelled),
        "turn of G: K + 1 classes": Checked(GeneratorTurn(G, D), {}),
        "feature matching": Checked(semi_supervised.FeatureMatchingTurn(G, D, layers=-2), {}),
    }


def _mixing() -> dict[str, Checked]:
    sizes = {"batch": (5, 3, 17)}  # two rows behind batch norm are 1 and -1, whatever came in
    look = [Linear(2, 5), Tanh(), MinibatchFeatures(5, features=3, dims=2), Linear(8, 1)]
    G, D = _G(1, 2), Sequential(look, seed=6, dtype="float64", name="D")
    found = {
        "turn of D: minibatch features": Checked(DiscriminatorTurn(G, D), sizes),
        "turn of G: minibatch features": Checked(GeneratorTurn(G, D), sizes),
    }
    z = np.random.default_rng(7).standard_normal((6, 2))  # of 1, W has no effect but its sign
    for norm in (BatchNorm, ReferenceBatchNorm, VirtualBatchNorm):
        layers = [Linear(2, 6), norm(6), Tanh(), Linear(6, 5), norm(5), Tanh(), Linear(5, 2)]
        make: Any = Sequential if norm is BatchNorm else partial(ReferenceNetwork, reference=z)
        G = make(layers, seed=8, dtype="float64", name="G")
        found[f"turn of G: {norm.__name__}"] = Checked(GeneratorTurn(G, D), sizes)
    return found


def _inference() -> dict[str, Checked]:
    G, E, D, noise = _G(2, 1), _G(1, 2), _D(3), bigan.FallingNoise(6, 0.5, 10**9)
    drawing_G, drawing_E = (
        Sequential([Linear(a, 2 * b), bigan.GaussianOutput(b)], seed=8, dtype="float64", name=name)
        for a, b, name in ((2, 1, "G"), (1, 2, "E"))
    )
    of_pairs = {"x": Normal(), "z": Normal(dim=2), "noise": noise}
    ali_D, ali_GE = linear_ali.linear_ali_game(1, 0).turns
    of_ali = {"x": Normal(), "z": Normal(), "noise": bigan.FallingNoise(4, 0.5, 10**9)}
    Q, F = _G(1, 2), _G(1, 2)
    info = infogan.InfoGeneratorTurn(_G(3, 1), _D(1), Q, 2, 0.7)
    likelihood = posterior.LikelihoodTurn(F)
    return {
        "BiGAN, turn of D": Checked(bigan.PairDiscriminatorTurn(G, E, D), of_pairs),
        "BiGAN, turn of E and G": Checked(bigan.EncoderGeneratorTurn(G, E, D), of_pairs),
        "ALI, E and G that draw": Checked(
            bigan.EncoderGeneratorTurn(drawing_G, drawing_E, D), of_pairs
        ),
        "linear ALI, turn of D": Checked(ali_D, of_ali),
        "linear ALI, turn of E and G": Checked(ali_GE, of_ali),
        "InfoGAN, turn of G and Q": Checked(info, {"z": infogan.CodedNoise(2, 1)}),
        "likelihood of z given x": Checked(likelihood, {"pairs": posterior.Joint()}),
    }


def _lapgan() -> dict[str, Checked]:
    pyramid, make = lapgan.Pyramid(2, 4), conditional_toys.network
    G = make((3, 6, 8), Tanh, 1.0, last=[lapgan.Detail(pyramid)], dtype="float64", name="G")
    D = make((10, 6, 1), Tanh, 1.0, lapgan.Rebuilt(pyramid), dtype="float64", name="D")
    of_G: dict[str, Any] = {"c": Normal(dim=2), "z": Normal()}
    pairs = {"pairs": lapgan.Pairs(np.random.default_rng(7).random((9, 8)), pyramid)}
    turn_D = conditional.ConditionalDiscriminatorTurn(G, D)
    return {
        "LAPGAN, stage B, turn of D": Checked(turn_D, of_G | pairs),
        "LAPGAN, stage B, turn of G": Checked(conditional.ConditionalGeneratorTurn(G, D), of_G),
    }


def _learned_noise() -> dict[str, Checked]:
    inner = LearnedNoise(6, 0.5, multiplicative=True)
    layers = [Linear(1, 6), Tanh(), inner, Linear(6, 2), LearnedNoise(2, 0.3)]
    G = Sequential(layers, seed=5, dtype="float64", name="G")
    beside = [Linear(1, 6), Tanh(), ConcatenatedNoise(6), Linear(7, 2)]
    other = Sequential(beside, seed=5, dtype="float64", name="G")
    return {
        "turn of G: learned noise": Checked(GeneratorTurn(G, _D(2)), {}),
        "turn of G: noise beside": Checked(GeneratorTurn(other, _D(2)), {}),
    }


def _papers() -> dict[str, Checked]:
    G, D = _G(1, 2), _D(2)
    chosen = chosen_z.ChosenZ(G, D, "weight e^a")
    sums = dict(zip("DG", arithmetic.arithmetic_game(0, width=5).turns, strict=True))
    return {
        "turn of D: squared error": Checked(DiscriminatorTurn(G, D, one_state.critic_cost), {}),
        "turn of G: z with weights": Checked(chosen_z.WeightedTurn(G, D), {"chosen": chosen}),
    } | {
        f"arithmetic, turn of {name}": Checked(turn, {"batch": (5, 3, 17)})
        for name, turn in sums.items()
    }


def _ppgn() -> dict[str, Checked]:
    G, E, D = _G(2, 4), _G(4, 2), _D(4)
    decoder = ppgn.DecoderTurn(G, E, D, 0.3, ppgn.Weights(0.7, 1.5, 0.8))
    return {"PPGN, turn of G: four costs": Checked(decoder, {"x": Normal(dim=4)})}


def _second_order() -> dict[str, Checked]:
    G, layers = _G(2, 2), [Linear(2, 5), Tanh(), Linear(5, 1)]
    D = Sequential(layers, seed=8, dtype="float64", name="D")  # smooth: it bends everywhere
    sgd, adam = SGD(D, 0.5, 0.5), Adam(D, 1e-2, beta1=0.5)
    of_G = UnrolledGeneratorTurn(G, D, sgd, K=3, cost="non-saturating")
    return {
        "turn of G: unrolled, SGD": Checked(of_G, {}),
        "simultaneous turn: unrolled, Adam": Checked(UnrolledTurn(G, D, adam, K=2), {}),
        **{
            f"turn of D: {penalty} penalty": Checked(
                PenalisedDiscriminatorTurn(G, D, penalty, weight=0.5), {}
            )
            for penalty in PENALTIES
        },
    }
