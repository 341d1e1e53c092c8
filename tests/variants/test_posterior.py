"""A net for z given x, and InfoGAN: costs of a code, the exact posterior, two bounds."""

import numpy as np
import pytest
from devices import put, quietly
from scipy import integrate, stats

import minigan as mg
from minigan.base.randomness import generator
from minigan.checks import GradientError, check_turn
from minigan.variants import infogan, posterior


def net(n_in, n_out, seed, name, dtype="float64"):
    layers = [mg.Linear(n_in, 5), mg.Tanh(), mg.Linear(5, n_out)]
    return mg.Sequential(layers, seed=seed, dtype=dtype, name=name)


def numeric(function, array):
    """Central differences of a scalar function at an array."""
    grads = np.zeros_like(array)
    for i in np.ndindex(array.shape):
        step = np.zeros_like(array)
        step[i] = 1e-6
        grads[i] = (function(array + step) - function(array - step)) / 2e-6
    return grads


# Costs of a code


def test_the_cost_of_real_codes_is_minus_the_log_of_a_gaussian():
    rng = np.random.default_rng(0)
    outputs, z = rng.normal(size=(4, 6)), rng.normal(size=(4, 3))
    J, grads = posterior.gaussian_cost(outputs, z)
    log_q = stats.norm(outputs[:, :3], np.exp(outputs[:, 3:])).logpdf(z)
    assert pytest.approx(-(log_q + np.log(2 * np.pi) / 2).sum() / 4, rel=1e-12) == J
    difference = numeric(lambda at: posterior.gaussian_cost(at, z)[0], outputs)
    assert grads == pytest.approx(difference, abs=1e-8)


def test_the_cost_of_classes_is_minus_the_log_of_their_probability():
    """The published "entropy" of one-hot labels, log(c) c, is always 0: eriklindernoren/Keras-GAN
    #130, wiseodd/generative-models #61, #4. H(c) is that of their distribution, log K."""
    rng = np.random.default_rng(0)
    logits, c = 3 * rng.normal(size=(5, 4)), np.eye(4)[[0, 3, 1, 1, 2]]
    J, grads = infogan.cross_entropy(logits, c)
    odds = np.exp(logits)
    asked = -np.log((odds / odds.sum(axis=1, keepdims=True))[c == 1]).mean()
    assert pytest.approx(asked, rel=1e-12) == J > 0
    difference = numeric(lambda at: infogan.cross_entropy(at, c)[0], logits)
    assert grads == pytest.approx(difference, abs=1e-8)
    right, _ = infogan.cross_entropy(1000 * c, c)  # and no overflow
    blind, _ = infogan.cross_entropy(0 * c, c)
    assert right == 0 and blind == pytest.approx(np.log(4))  # L_I = log 4 - J: all, and nothing


def test_codes_of_another_width_are_refused():
    with pytest.raises(mg.InputError, match=r"^cross_entropy: expected \(2, 3\) logits"):
        infogan.cross_entropy(np.ones((2, 4)), np.ones((2, 3)))
    with pytest.raises(mg.InputError, match=r"^gaussian_cost: expected \(2, 6\)"):
        posterior.gaussian_cost(np.ones((2, 3)), np.ones((2, 3)))


def regressed_through_a_softmax(outputs, code):
    """hwalsuklee/tensorflow-generative-model-collections #21: a code in [-1, 1] is no share."""
    n = code.shape[1]
    shares = np.exp(outputs[:, :n]) / np.exp(outputs[:, :n]).sum(axis=1, keepdims=True)
    return ((shares - code) ** 2).sum() / len(code), None


def test_published_regression_of_real_codes_never_comes_near_them():
    code = np.array([[-0.9, 0.9], [-0.5, -0.5]])
    best = min(
        regressed_through_a_softmax(np.array([[a, b, 0, 0]] * 2), code)[0]
        for a in np.linspace(-9, 9, 19)
        for b in np.linspace(-9, 9, 19)
    )
    right = np.concatenate([code, np.full_like(code, -9.0)], axis=1)
    assert best > 0.8 and posterior.gaussian_cost(right, code)[0] < -17


# InfoGAN


def test_infogan_with_real_codes_passes_too():
    turn = infogan.InfoGeneratorTurn(
        net(3, 2, 1, "G"), net(2, 1, 2, "D"), net(2, 2, 3, "Q"), 1, 0.5, posterior.gaussian_cost
    )
    assert check_turn(turn, seeds=range(3)).passed


class QAloneHears(infogan.InfoGeneratorTurn):
    """L_I never reaches G. Asked in openai/InfoGAN #29, JonathanRaiman/tensorflow-infogan #13."""

    def gradients(self, rng, z):
        figures = super().gradients(rng, z)
        self.G.zero_grads()
        x, cache = self.G.forward(z)
        a, D_cache = self.D.forward(x)
        da = mg.non_saturating_cost(a)[1]
        self.G.backward(self.D.backward(da, D_cache, param_grads=False), cache)
        return figures


def test_a_generator_that_does_not_hear_q_is_caught():
    nets = net(3, 2, 1, "G"), net(2, 1, 2, "D"), net(2, 2, 3, "Q")
    with pytest.raises(GradientError, match="G"):
        check_turn(QAloneHears(*nets, 2), seeds=range(2), z=infogan.CodedNoise(2, 1))


def test_coded_noise_is_a_class_and_gaussian_noise():
    rows = infogan.CodedNoise(3, 2).sample(30_000, generator(0))
    assert set(np.unique(rows[:, :3])) == {0, 1} and (rows[:, :3].sum(axis=1) == 1).all()
    assert rows[:, :3].mean(axis=0) == pytest.approx(np.full(3, 1 / 3), abs=0.01)
    assert np.cov(rows[:, 3:].T) == pytest.approx(np.eye(2), abs=0.03)


def test_mutual_information_of_known_tables():
    assert infogan.mutual_information(np.eye(8)) == pytest.approx(np.log(8))
    assert infogan.mutual_information(np.ones((8, 8))) == pytest.approx(0, abs=1e-12)
    two_to_one = np.repeat(np.eye(4), 2, axis=0)  # two codes share a mode
    assert infogan.mutual_information(two_to_one) == pytest.approx(np.log(4))


def test_networks_that_do_not_fit_are_refused():
    nets = net(3, 2, 1, "G"), net(2, 1, 2, "D"), net(3, 2, 3, "Q")
    with pytest.raises(mg.InputError, match=r"^expected D and Q to take what G makes"):
        infogan.InfoGeneratorTurn(*nets, 2)


def test_no_turn_crosses_to_the_host_on_a_gpu(device):
    nets = net(3, 2, 1, "G"), net(2, 1, 2, "D"), net(2, 2, 3, "Q")
    z = infogan.CodedNoise(2, 1).sample(6, generator(0))
    on = [one.copy(dtype="float32", device=device) for one in nets]
    rows = put(device.xp, z)
    with quietly(device.xp):
        figures = infogan.InfoGeneratorTurn(*on, 2).gradients(None, rows)
    expected = infogan.InfoGeneratorTurn(*nets, 2).gradients(None, z.astype("float64"))
    rng = device.generator(np.random.SeedSequence(0))
    assert infogan.CodedNoise(2, 1).sample(4, rng).shape == (4, 3)
    assert {k: float(v) for k, v in figures.items()} == pytest.approx(expected, rel=1e-4)


# The posterior of z


@pytest.mark.parametrize("x", [-0.5, 0.0, 1.0, 2.0])
def test_the_exact_posterior_is_scipys(x):
    def density(z):
        return stats.norm.pdf(z) * stats.norm.pdf(x, z**2 / 2, 0.3)

    whole = integrate.quad(density, -4, 4, points=[-2, 0, 2], limit=200)[0]
    masses = posterior.exact(x)
    for cell in (3, 20, 39, 40, 61):
        mass = integrate.quad(density, *posterior.EDGES[cell : cell + 2])[0] / whole
        assert masses[cell] == pytest.approx(mass, rel=1e-4, abs=1e-12)


def test_masses_of_a_net_are_those_of_its_kind():
    """A point in one cell; a Gaussian by its cdf; draws by their shares."""
    point, gaussian, drawn = (posterior.posterior_game(kind, 1, 0) for kind in posterior.KINDS)
    for game, name in ((point, "F"), (gaussian, "F"), (drawn, "G")):
        game.networks[name].params[...] = 0
    assert posterior.learned(point, 1.0)[40] == 1
    q = stats.norm.cdf(posterior.EDGES)
    assert posterior.learned(gaussian, 1.0)[1:-1] == pytest.approx(np.diff(q)[1:-1], abs=1e-12)
    drawn.networks["G"].layers[-1].b = [0.55]
    assert posterior.learned(drawn, 1.0)[45] == 1
    assert posterior.jsd(1.0, posterior.exact(1.0)) == 0


class WithoutTheFactorOfTheSpread(posterior.LikelihoodTurn):
    """The square is not divided by the variance: tdeboissiere/DeepLearningImplementations #47."""

    def gradients(self, rng, pairs):
        z, x = pairs
        outputs, cache = self.F.forward(x, rng=rng)
        J, grads = posterior.gaussian_cost(outputs, z)
        grads[:, :1] = (outputs[:, :1] - z) / len(z)
        self.F.backward(grads, cache)
        return {"J_F": J}


def test_the_published_likelihood_is_caught():
    with pytest.raises(GradientError, match="J_F"):
        check_turn(
            WithoutTheFactorOfTheSpread(net(1, 2, 1, "F")),
            seeds=range(2),
            pairs=posterior.Joint(),
        )


def test_pairs_are_those_of_the_generator():
    z, x = posterior.Joint().sample(40_000, generator(0))
    rest = (x - z**2 / 2)[:, 0]
    assert (z.std(), rest.mean(), rest.std()) == pytest.approx((1, 0, 0.3), abs=0.01)
    assert posterior.Observed().sample(40_000, generator(1)).mean() == pytest.approx(0.5, abs=0.02)


@pytest.mark.slow
def test_where_there_are_two_peaks_the_game_is_nearer_than_the_best_gaussian():
    jsds = {}
    for kind in posterior.KINDS:
        game = posterior.posterior_game(kind, 4000, 10)
        for _ in game.play(4000):
            pass
        jsds[kind] = [posterior.jsd(x, posterior.learned(game, x)) for x in (0, 1, 1.5, 2)]
    two = {kind: np.mean(values[1:]) for kind, values in jsds.items()}
    assert two["game"] < 0.27 and two["game"] < two["likelihood"] - 0.05
    assert min(jsds["squared error"]) > 0.55 and jsds["likelihood"][0] < 0.02


@pytest.mark.slow
def test_the_bounds_of_infogan_meet_and_a_generator_that_is_not_asked_ignores_its_code():
    for weight in (1.0, 0.0):
        game = infogan.infogan_game(2500, 10, weight)
        for _ in game.play(2500):
            pass
        found = infogan.scores(game.networks["G"], game.networks["Q"])
        most = np.log(8) + 0.01
        assert 2.0 < found["L_I"] < most if weight else found["L_I"] < 0.3
        assert found["of_modes"] < most
