"""Every planted bug in the chain from cost to parameters is caught, and named."""

import pytest

from minigan import Dropout, Linear, Maxout, ReLU, Sequential
from minigan.base.numerics import sigmoid, softplus
from minigan.checks import GradientError, PlainGradients, check_game
from minigan.costs import discriminator_cost, minimax_cost
from minigan.fast.gradients import FastGradients


class NotThroughD(PlainGradients):
    def generator(self, z, cost, rng):
        x_fake, cache = self.G.forward(z, rng=rng)
        a, _ = self.D.forward(x_fake, rng=rng)
        J, da = cost(a)
        self.G.grads[...] = 0
        self.G.backward(da, cache)
        return J, a


class GeneratorTouchesD(PlainGradients):
    def generator(self, z, cost, rng):
        x_fake, G_cache = self.G.forward(z, rng=rng)
        a, D_cache = self.D.forward(x_fake, rng=rng)
        J, da = cost(a)
        self.G.grads[...] = 0
        self.G.backward(self.D.backward(da, D_cache), G_cache)  # param_grads=False is missing
        return J, a


class GeneratorNeverTrains(PlainGradients):
    def generator(self, z, cost, rng):
        result = super().generator(z, cost, rng)
        self.G.grads[...] = 0
        return result


class GeneratorKeepsOldGrads(PlainGradients):
    def generator(self, z, cost, rng):
        before = self.G.grads.copy()
        result = super().generator(z, cost, rng)
        self.G.grads += before
        return result


class GeneratorAscends(PlainGradients):
    def generator(self, z, cost, rng):
        result = super().generator(z, cost, rng)
        self.G.grads *= -1
        return result


class GradientOfAnotherCost(PlainGradients):
    def generator(self, z, cost, rng):
        _, a = super().generator(z, minimax_cost, rng)
        return cost(a)[0], a


class ValueOfAnotherCost(PlainGradients):
    def generator(self, z, cost, rng):
        _, a = super().generator(z, cost, rng)
        return minimax_cost(a)[0], a


class UpdatesInItsTurn(PlainGradients):
    def generator(self, z, cost, rng):
        result = super().generator(z, cost, rng)
        self.G.params -= 0.01 * self.G.grads
        return result


class DOnD(PlainGradients):
    """Discriminator's turn by hand, so that parts of it can be left out."""

    def discriminator(self, x, z, rng):
        x_fake, self.G_cache = self.G.forward(z, rng=rng)
        a_real, real = self.D.forward(x, rng=rng)
        a_fake, fake = self.D.forward(x_fake, rng=rng)
        J, da_real, da_fake = discriminator_cost(a_real, a_fake)
        self.D.grads[...] = 0
        self.learn(da_real, real, da_fake, fake)
        return J, a_real, a_fake


class RealHalfOnly(DOnD):
    def learn(self, da_real, real, da_fake, fake):
        self.D.backward(da_real, real)


class CacheOverwritten(DOnD):
    def learn(self, da_real, real, da_fake, fake):
        self.D.backward(da_real, fake)
        self.D.backward(da_fake, fake)


class GoesOnIntoG(DOnD):
    def learn(self, da_real, real, da_fake, fake):
        self.D.backward(da_real, real)
        self.G.backward(self.D.backward(da_fake, fake), self.G_cache)


class RealHalfOnlyValueToo(PlainGradients):
    def discriminator(self, x, z, rng):
        a_fake, _ = self.D.forward(self.G.forward(z, rng=rng)[0], rng=rng)
        a_real, cache = self.D.forward(x, rng=rng)
        self.D.grads[...] = 0
        self.D.backward(-sigmoid(-a_real) / (2 * a_real.size), cache)
        return softplus(-a_real).mean() / 2, a_real, a_fake


class DSeesTheNoise(DOnD):
    def discriminator(self, x, z, rng):
        a_real, real = self.D.forward(x, rng=rng)
        a_fake, fake = self.D.forward(z, rng=rng)  # should be G(z)
        J, da_real, da_fake = discriminator_cost(a_real, a_fake)
        self.D.grads[...] = 0
        self.D.backward(da_real, real)
        self.D.backward(da_fake, fake)
        return J, a_real, a_fake


class DiscriminatorKeepsOldGrads(PlainGradients):
    def discriminator(self, x, z, rng):
        before = self.D.grads.copy()
        result = super().discriminator(x, z, rng)
        self.D.grads += before
        return result


class DiscriminatorZeroesG(PlainGradients):
    def discriminator(self, x, z, rng):
        self.G.grads[...] = 0
        return super().discriminator(x, z, rng)


class CentresItsData(PlainGradients):
    def discriminator(self, x, z, rng):
        x -= x.mean()
        return super().discriminator(x, z, rng)


class Fast(FastGradients):
    def __init__(self, G, D, batch):
        super().__init__(G, D, batch)
        self.G, self.D = G, D


class FastWithoutTheHalf(Fast):
    def discriminator(self, x, z, rng):
        result = super().discriminator(x, z, rng)
        self.D.layers[-1].dW *= 2
        return result


class FastRealAndFakeSwapped(Fast):
    def discriminator(self, x, z, rng):
        J, a_real, a_fake = super().discriminator(x, z, rng)
        return J, a_fake, a_real


class FastGeneratorTouchesD(Fast):
    def generator(self, z, cost, rng):
        result = super().generator(z, cost, rng)
        self.D.layers[0].db[...] = 0
        return result


class FastSecondTurnStale(Fast):
    """Answers the generator's second turn with the logits of the first."""

    def generator(self, z, cost, rng):
        if not hasattr(self, "first"):
            J, a = super().generator(z, cost, rng)
            self.first = J, a.copy()
        return self.first


GAME_BUGS = [
    (NotThroughD, r"d J_G / d G\.linear1\.W\[0, \d\]: backward gives"),
    (GeneratorTouchesD, "the turn of G changes D.grads"),
    (GeneratorNeverTrains, r"d J_G / d G\.linear1\.W\[0, \d\]: backward gives 0, "),
    (GeneratorKeepsOldGrads, r"d J_G / d G\.linear1\.W"),
    (GeneratorAscends, r"d J_G / d G\.linear1\.W\[0, \d\]: .*relative error 2e\+00"),
    (GradientOfAnotherCost, r"d J_G / d G\.linear1\.W"),
    (ValueOfAnotherCost, "J_G is .*, the cost of the logits is"),
    (UpdatesInItsTurn, "the turn of G changes G.params"),
    (RealHalfOnly, r"d J_D / d D\.maxout1\.W\[0, \d\]"),
    (RealHalfOnlyValueToo, "J_D is .*, the cost of the logits is"),
    (CacheOverwritten, r"d J_D / d D\.maxout1\.W\[0, \d\]"),
    (GoesOnIntoG, "the turn of D changes G.grads"),
    (DiscriminatorKeepsOldGrads, r"d J_D / d D\.maxout1\.W"),
    (DiscriminatorZeroesG, "the turn of D changes G.grads"),
    (CentresItsData, "the turn of D changes the data"),
    (FastWithoutTheHalf, r"d J_D / d D\.linear1\.W\[\d, 0\]: .*relative error 5e-01"),
    (FastRealAndFakeSwapped, "J_D is .*, the cost of the logits is"),
    (FastSecondTurnStale, "derivative lost in rounding along G.linear1.W"),
    (FastGeneratorTouchesD, "the turn of G changes D.grads"),
]


@pytest.mark.parametrize(
    ("gradients", "message"), GAME_BUGS, ids=[g.__name__ for g, _ in GAME_BUGS]
)
@pytest.mark.parametrize("dropout", [False, True], ids=["plain D", "dropout in D"])
def test_game_bug_is_caught_and_named(gradients, message, dropout):
    G = Sequential([Linear(1, 8), ReLU(), Linear(8, 1)], seed=1)
    hidden = [Maxout(1, 6, pieces=3), Dropout(0.8)] if dropout else [Maxout(1, 6, pieces=3)]
    D = Sequential([*hidden, Linear(6, 1)], seed=2)
    with pytest.raises(GradientError, match=message):
        check_game(G, D, "non-saturating", gradients=gradients)


def test_discriminator_that_sees_the_noise_is_caught():
    """Without dropout: with it, no one can say which masks D's logits should have."""
    G = Sequential([Linear(1, 8), ReLU(), Linear(8, 1)], seed=1)
    D = Sequential([Maxout(1, 6, pieces=3), Linear(6, 1)], seed=2)
    with pytest.raises(GradientError, match="the logits of the turn of D are not D's"):
        check_game(G, D, gradients=DSeesTheNoise)


def test_layer_bug_is_caught_through_the_game():
    class Mean(Linear):
        def backward(self, dy, cache, *, param_grads=True):
            return super().backward(dy / len(dy), cache, param_grads=param_grads)

    G = Sequential([Linear(1, 8), ReLU(), Linear(8, 1)], seed=1)
    D = Sequential([Maxout(1, 6, pieces=3), Mean(6, 1)], seed=2)
    with pytest.raises(GradientError, match=r"d J_D / d D\.maxout1\.W"):
        check_game(G, D, seeds=[0])
