"""BiGAN and ALI: labels, messages, noise that falls, and scores that see a wrong scale."""

import math

import numpy as np
import pytest
from devices import put, quietly

import minigan as mg
from minigan.base.randomness import generator
from minigan.checks import GradientError, check_layer, check_turn
from minigan.variants import bigan_toys as toys
from minigan.variants import linear_ali as ali
from minigan.variants.bigan import (
    EncoderGeneratorTurn,
    FallingNoise,
    GaussianOutput,
    PairDiscriminatorTurn,
)


def net(n_in, n_out, seed, name):
    layers = [mg.Linear(n_in, 5), mg.Tanh(), mg.Linear(5, n_out)]
    return mg.Sequential(layers, seed=seed, dtype="float64", name=name)


def players():
    return net(1, 2, 1, "G"), net(2, 1, 2, "E"), net(3, 1, 3, "D")


DRAWN = {"x": mg.Normal(dim=2), "z": mg.Normal(), "noise": FallingNoise(6, 0.5, 10**6)}


def batch(m=6, noise=0.0):
    rng = np.random.default_rng(0)
    return rng.normal(size=(m, 2)), rng.normal(size=(m, 1)), noise * rng.normal(size=(m, 6))


class WithLabelsAndSignsSwapped(PairDiscriminatorTurn):
    """E's pairs have label 0 and G's label 1, and D is the negative of its own logit."""

    def gradients(self, rng, x, z, noise):
        pairs, _, _ = self.pairs(rng, x, z, noise)
        (a_real, a_fake), cache = self.D.forward(pairs, rng=rng)
        J_D, da_fake, da_real = mg.discriminator_cost(-a_fake, -a_real)
        self.D.backward((-da_real, -da_fake), cache, input_grad=False)
        return {"J_D": J_D}


def test_it_does_not_matter_which_pairs_are_called_real():
    """houssamzenati/Efficient-GAN-Anomaly-Detection #8, #9; wiseodd/generative-models #59."""
    G, E, D = players()
    found = []
    for kind in (PairDiscriminatorTurn, WithLabelsAndSignsSwapped):
        D.zero_grads()
        J = kind(G, E, D).gradients(np.random.default_rng(0), *batch())["J_D"]
        found.append((J, D.grads.copy()))
    (J, grads), (other_J, other_grads) = found
    assert pytest.approx(other_J, rel=1e-12) == J
    assert grads == pytest.approx(other_grads, rel=1e-10)


class EncoderWantsItsOwnLabel(EncoderGeneratorTurn):
    """E helps D: the label of its pairs is not swapped. A published mistake: see above."""

    def gradients(self, rng, x, z, noise):
        pairs, E_cache, G_cache = self.pairs(rng, x, z, noise)
        (a_real, a_fake), cache = self.D.forward(pairs, rng=rng)
        J, _, da_real = mg.discriminator_cost(a_fake, a_real)
        _, da_fake = mg.non_saturating_cost(a_fake)
        d_real, d_fake = self.D.backward((-da_real, da_fake), cache, param_grads=False)
        self.E.backward(d_real[:, x.shape[1] :], E_cache)
        self.G.backward(d_fake[:, : x.shape[1]], G_cache)
        return {"J_GE": J}


def test_an_encoder_that_wants_its_own_label_is_caught():
    with pytest.raises(GradientError, match=r"d J_GE / d E\.linear"):
        check_turn(EncoderWantsItsOwnLabel(*players()), seeds=range(2), **DRAWN)


def test_e_and_g_minimise_what_is_left_of_v_with_swapped_labels():
    G, E, D = players()
    x, z, noise = batch(noise=0.3)
    figures = EncoderGeneratorTurn(G, E, D).gradients(generator(0), x, z, noise)
    real = np.concatenate([x, E(x)], axis=1) + noise[:, :3]
    fake = np.concatenate([G(z), z], axis=1) + noise[:, 3:]
    probability = [1 / (1 + np.exp(-D(pairs))) for pairs in (real, fake)]
    asked = -(np.log(1 - probability[0]).mean() + np.log(probability[1]).mean()) / 2
    assert figures["J_GE"] == pytest.approx(asked, rel=1e-12)


def test_widths_that_do_not_fit_are_refused():
    G, E, _ = players()
    with pytest.raises(mg.InputError, match=r"^expected G, E, D of n_z -> n_x"):
        PairDiscriminatorTurn(G, E, net(2, 1, 3, "D"))
    with pytest.raises(mg.InputError, match=r"^expected G, E, D of n_z -> n_x"):
        EncoderGeneratorTurn(G, net(1, 2, 1, "E"), net(3, 1, 3, "D"))


def test_noise_falls_to_nothing_and_a_game_goes_on_where_it_stood():
    noise, rng = FallingNoise(3, 2.0, 40_000), generator(0)
    stds = [noise.sample(10_000, rng).std() for _ in range(6)]
    assert stds == pytest.approx([2.0, 1.5, 1.0, 0.5, 0.0, 0.0], rel=0.03)
    game = toys.bigan_game(toys.LINE, 10, 0)
    kept = [game.state(), *(record["J_D"] for record in game.play(3))]
    game.restore(kept[0])
    assert [record["J_D"] for record in game.play(3)] == kept[1:]
    with pytest.raises(mg.InputError, match=r"^FallingNoise: std: expected"):
        FallingNoise(3, -1.0)


def test_a_drawn_output_has_its_mean_and_spread():
    layer = GaussianOutput(1)
    mg.Sequential([mg.Linear(1, 2), layer])
    x = np.tile(np.array([[3.0, math.log(0.5)]], "float32"), (40_000, 1))
    y, _ = layer.forward(x, rng=np.random.default_rng(0))
    assert (y.mean(), y.std()) == pytest.approx((3.0, 0.5), abs=0.01)
    assert (layer.forward(x, train=False)[0] == 3).all()
    for each in (layer, ali.Squares()):
        assert check_layer(each, seeds=range(3)).worst < 1e-6
    with pytest.raises(mg.InputError, match="expected rng"):
        layer.forward(x)


@pytest.mark.parametrize("kind", [PairDiscriminatorTurn, EncoderGeneratorTurn])
def test_no_turn_crosses_to_the_host_on_a_gpu(kind, device):
    nets = [one.copy(dtype="float32", device=device) for one in players()]
    drawn = [put(device.xp, array, "float32") for array in batch(noise=0.3)]
    turn, plain = kind(*nets), kind(*players())
    with quietly(device.xp):
        figures = turn.gradients(device.generator(np.random.SeedSequence(0)), *drawn)
    expected = plain.gradients(generator(0), *batch(noise=0.3))
    assert {k: float(v) for k, v in figures.items()} == pytest.approx(expected, rel=1e-4)


# Linear ALI


def test_the_least_squares_slope_of_z_on_x_is_the_posterior_of_a_solution():
    """From 200,000 pairs (G(z), z), by regression."""
    solution = ali.Solution(a=0.1, t=0.2, w=1.2, s=1.6)
    rng = np.random.default_rng(0)
    z, e = rng.standard_normal((2, 200_000))
    x = solution.w * z + solution.s * e
    slope = (x @ z) / (x @ x)
    assert solution.var_x == pytest.approx(x.var(), rel=0.01) == 4.0
    assert solution.posterior == pytest.approx((slope, (z - slope * x).std()), rel=0.01)


def test_at_a_solution_neither_player_has_a_gradient_and_elsewhere_one_has():
    """The mean gradient over many pairs is 0 at w = 1.2, and D's is not at w = 0.5."""
    for w, is_one in ((1.2, True), (0.5, False)):
        game = ali.linear_ali_game(1, 0, w)
        s = math.sqrt(4 - 1.2**2)
        for name, numbers in (("E", (0.3, s / 2)), ("G", (w, s))):
            game.networks[name].params[[0, 3]] = numbers[0], math.log(numbers[1])
        D = game.networks["D"]
        D.zero_grads()
        rng = generator(1)
        drawn = [game.samplers[name].sample(200_000, rng) for name in ("x", "z", "noise")]
        game.turns[0].gradients(rng, *drawn)
        assert (abs(D.grads).max() < 0.02) == is_one


def test_the_unused_numbers_of_e_and_g_stay_0():
    game = ali.linear_ali_game(5, 0)
    for _ in game.play(5):
        pass
    for name in "EG":
        assert (
            not game.networks[name].params[1:3].any() and game.networks[name].params[[0, 3]].all()
        )


@pytest.mark.slow
def test_linear_ali_finds_the_posterior_wherever_it_ends():
    ends = []
    for seed, w in ((10, 0.2), (11, 1.4)):
        path = []
        for _ in ali.followed(ali.linear_ali_game(1500, seed, w), 1500, path):
            pass
        ends.append(ali.at_rest(path))
        a, t = ends[-1].posterior
        assert abs(ends[-1].a - a) < 0.01 and abs(ends[-1].t - t) < 0.01
        assert ends[-1].var_x == pytest.approx(4, rel=0.02)
    assert ends[1].w > ends[0].w + 0.2


# Scores


@pytest.mark.parametrize("scale", [0.05, 0.5, 0.7, 1.2, 2.0, 10.0])
def test_the_score_of_a_wrong_scale_is_its_closed_form(scale):
    """Of u ~ N(0, scale^2 I), ring j has mass exp(-r^2 / 2 scale^2) at r_j minus that at r_j+1."""
    u = scale * np.random.default_rng(0).standard_normal((200_000, 2))
    r = np.append(np.sqrt(-2 * np.log(1 - np.arange(6) / 6)), np.inf)
    masses = -np.diff(np.exp(-(r**2) / (2 * scale**2)))
    m = (masses + 1 / 6) / 2
    terms = [p * np.log(p / m) for p in (masses, np.full(6, 1 / 6))]
    asked = sum(np.where(masses > 0, terms[0], 0)) / 2 + sum(terms[1]) / 2
    assert toys.jsd_to_normal(u) == pytest.approx(asked, abs=1.2e-3)
    assert {0.05: 0.454, 0.5: 0.168, 0.7: 0.053, 1.2: 0.013, 2.0: 0.13, 10.0: 0.413}[
        scale
    ] == pytest.approx(asked, abs=6e-4)


def test_right_samples_fill_the_cells_evenly():
    u = np.random.default_rng(0).standard_normal((200_000, 2))
    assert abs(toys.cells(u) - 1 / 48).max() < 1.5e-3
    assert abs(toys.straight(toys.bent(u)) - u).max() < 1e-12


def line(slope, name):
    one = mg.Sequential([mg.Linear(1, 1)], dtype="float64", name=name)
    one.params = np.array([slope, 0.0])
    return one


def test_scores_on_the_line_see_a_wrong_scale_that_reconstruction_does_not():
    """G = z / 10, E = 10 x: each other's inverse. E[x^2] = 1.75, E[z x] = 1.3."""
    found = toys.scores_on_the_line(line(10.0, "E"), line(0.1, "G"))
    assert found["reconstruction"] < 1e-20 and found["of_z"] < 1e-20
    assert found["G_error"] == pytest.approx((0.01 - 0.2 * 1.3 + 1.75) / 1.75, rel=1e-6)
    assert found["std_E"] == pytest.approx(10 * math.sqrt(1.75), rel=1e-6)
    assert found["std_G"] == pytest.approx(0.1 / math.sqrt(1.75), rel=1e-6)
    turned = toys.scores_on_the_line(line(-10.0, "E"), line(-0.1, "G"))
    assert turned == pytest.approx(found)  # T(-z) is right too


@pytest.mark.slow
def test_noise_that_falls_is_what_makes_bigan_right_on_the_line():
    for noise in (1.0, 0.0):
        game = toys.bigan_game(toys.LINE, 4000, 10, noise)
        for _ in game.play(4000):
            pass
        found = toys.scores_on_the_line(game.networks["E"], game.networks["G"])
        assert (found["G_error"] < 0.1) == (noise > 0)
        assert found["reconstruction"] < 0.05 or noise == 0


@pytest.mark.slow
def test_bigan_in_the_plane_over_6000_steps():
    game = toys.bigan_game(toys.PLANE, 6000, 10)
    for _ in game.play(6000):
        pass
    found = toys.scores_in_the_plane(game.networks["E"], game.networks["G"])
    assert found["reconstruction"] < 0.1 and found["of_z"] < 0.05
    assert found["J_z"] < 0.04 and found["J_x"] < 0.04


def test_nets_that_draw_begin_with_a_standard_deviation_of_a_half():
    E = toys.drawing(seed=0, name="E")
    x = np.zeros((20_000, 2), np.float32)
    y, _ = E.forward(x, rng=generator(0))
    assert y.std(axis=0) == pytest.approx([0.5, 0.5], abs=0.02)
    assert np.array_equal(E(x), np.zeros_like(x))  # the mean: all biases in front of it are 0
