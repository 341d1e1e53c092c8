"""Turns with one bug each; the shortest stand in the table of the test."""

import numpy as np

from minigan import DiscriminatorTurn, GeneratorTurn, SimultaneousTurn
from minigan.base.numerics import sigmoid, softplus
from minigan.costs import minimax_cost


def bug(name, of, **methods):
    """Class of that name with methods in the place of those of another."""
    return type(name, (of,), methods)


class DTurn(DiscriminatorTurn):
    """The discriminator's turn in two parts, one of which is wrong below."""

    def gradients(self, rng, z, x):
        x_fake = self.fake(rng, z, x)
        (a_real, a_fake), cache = self.D.forward((x, x_fake), rng=rng)
        J_D, da_real, da_fake = self.cost(a_real, a_fake)
        self.back(da_real, da_fake, cache)
        return {"J_D": J_D}

    def fake(self, rng, z, x):
        return self.G.forward(z, rng=rng)[0]

    def back(self, da_real, da_fake, cache):
        self.D.backward((da_real, da_fake), cache, input_grad=False)


class ZeroesItself(DTurn):
    def back(self, da_real, da_fake, cache):
        self.D.grads[...] = 0
        super().back(da_real, da_fake, cache)


class OwnRandomNumbers(DTurn):
    _own = np.random.default_rng(0)

    def fake(self, rng, z, x):
        return super().fake(rng, z + self._own.standard_normal(z.shape), x)


class FakesOfTheFirstCall(DTurn):
    def fake(self, rng, z, x):
        if not hasattr(self, "kept"):
            self.kept = super().fake(rng, z, x)
        return self.kept


class CopyOfGMadeInTheFirstCall(DTurn):
    def fake(self, rng, z, x):
        if not hasattr(self, "kept"):
            self.kept = [self.G.copy()]
        return self.kept[0].forward(z, rng=rng)[0]


class CopyOfGMadeAtTheStart(DTurn):
    def __init__(self, G, D):
        super().__init__(G, D)
        self.kept = [G.copy("float64")]

    def fake(self, rng, z, x):
        return self.kept[0].forward(z, rng=rng)[0]


class GoesOnIntoG(DiscriminatorTurn):
    def gradients(self, rng, z, x):
        x_fake, G_cache = self.G.forward(z, rng=rng)
        (a_real, a_fake), cache = self.D.forward((x, x_fake), rng=rng)
        J_D, da_real, da_fake = self.cost(a_real, a_fake)
        _, dx_fake = self.D.backward((da_real, da_fake), cache)
        self.G.backward(dx_fake, G_cache)
        return {"J_D": J_D}


class CacheOfRealForFake(DiscriminatorTurn):
    def gradients(self, rng, z, x):
        a_real, real = self.D.forward(x, rng=rng)
        a_fake, _fake = self.D.forward(self.G.forward(z, rng=rng)[0], rng=rng)
        J_D, da_real, da_fake = self.cost(a_real, a_fake)
        self.D.backward(da_real, real)
        self.D.backward(da_fake, real)
        return {"J_D": J_D}


class MeanOverTheWrongBatch(DiscriminatorTurn):
    """Two generated examples for one of data, z and -z."""

    def gradients(self, rng, z, x):
        x_fake, _ = self.G.forward(np.concatenate([z, -z]), rng=rng)
        (a_real, a_fake), cache = self.D.forward((x, x_fake), rng=rng)
        J_D = (softplus(-a_real).mean() + softplus(a_fake).mean()) / 2
        da_real, da_fake = -sigmoid(-a_real), sigmoid(a_fake)
        self.D.backward((da_real / (2 * len(x)), da_fake / (2 * len(x))), cache)
        return {"J_D": J_D}


class RealHalfOnlyValueToo(DiscriminatorTurn):
    def gradients(self, rng, z, x):
        self.G.forward(z, rng=rng)
        a_real, cache = self.D.forward(x, rng=rng)
        self.D.backward(-sigmoid(-a_real) / (2 * a_real.size), cache)
        return {"J_D": softplus(-a_real).mean() / 2}


class GTurn(GeneratorTurn):
    """The generator's turn in parts, one of which is wrong below."""

    def gradients(self, rng, z):
        x_fake, G_cache = self.G.forward(z, rng=rng)
        a_fake, D_cache = self.D.forward(x_fake, rng=rng)
        J_G, da_fake = self.cost(a_fake)
        self.G.backward(self.through_D(da_fake, D_cache), G_cache)
        return {"J_G": J_G}

    def through_D(self, da_fake, cache):
        return self.D.backward(da_fake, cache, param_grads=False)


class MovesWhatDRemembers(GTurn):
    def through_D(self, da_fake, cache):
        grads = self.D.grads.copy()
        dx = self.D.backward(da_fake, cache)
        self.D.grads[...] = grads
        return dx


class FirstCacheKept(GTurn):
    def through_D(self, da_fake, cache):
        if not hasattr(self, "kept"):
            self.kept = [cache]
        return self.D.backward(da_fake, self.kept[0], param_grads=False)


class CopyOfDMadeInTheFirstCall(GTurn):
    def gradients(self, rng, z):
        if not hasattr(self, "kept"):
            self.kept = {"D": self.D.copy()}
        x_fake, G_cache = self.G.forward(z, rng=rng)
        a_fake, D_cache = self.kept["D"].forward(x_fake, rng=rng)
        J_G, da_fake = self.cost(a_fake)
        dx = self.kept["D"].backward(da_fake, D_cache, param_grads=False)
        self.G.backward(dx, G_cache)
        return {"J_G": J_G}


class NeverTrains(GTurn):
    def gradients(self, rng, z):
        figures = super().gradients(rng, z)
        self.G.zero_grads()
        return figures


class AnswersWithItsFirstCost(GTurn):
    def gradients(self, rng, z):
        figures = super().gradients(rng, z)
        self.first = getattr(self, "first", figures)
        return self.first


class ConstantCost(GTurn):
    def gradients(self, rng, z):
        return {"J_G": super().gradients(rng, z)["J_G"] * 0 + 1}


class UpdatesInItsTurn(GTurn):
    def gradients(self, rng, z):
        figures = super().gradients(rng, z)
        self.G.params -= 0.01 * self.G.grads
        return figures


class UpdatesD(GTurn):
    def gradients(self, rng, z):
        self.D.params *= 0.99
        return super().gradients(rng, z)


class GradientOfAnotherCost(GTurn):
    def gradients(self, rng, z):
        a, _ = self.D.forward(self.G.forward(z, rng=rng)[0], rng=rng)
        J, _ = self.cost(a)
        self.cost, kept = minimax_cost, self.cost
        super().gradients(rng, z)
        self.cost = kept
        return {"J_G": J}


class ValueOfAnotherCost(GTurn):
    def gradients(self, rng, z):
        a, _ = self.D.forward(self.G.forward(z, rng=rng)[0], rng=rng)
        super().gradients(rng, z)
        return {"J_G": minimax_cost(a)[0]}


class ReturnsAFloat(GTurn):
    def gradients(self, rng, z):
        return super().gradients(rng, z)["J_G"]


class ReturnsACostAnExample(GTurn):
    def gradients(self, rng, z):
        super().gradients(rng, z)
        a, _ = self.D.forward(self.G.forward(z, rng=rng)[0], rng=rng)
        return {"J_G": softplus(-a)}


class ReturnsFloat(GTurn):
    def gradients(self, rng, z):
        return {"J_G": float(super().gradients(rng, z)["J_G"])}


class BranchesOnAMean(GTurn):
    def through_D(self, da_fake, cache):
        dx = super().through_D(da_fake, cache)
        return dx if abs(dx).mean() > 0 else dx + 1e-3


class PrintsItsCost(GTurn):
    def gradients(self, rng, z):
        figures = super().gradients(rng, z)
        self.progress = f"J_G = {figures['J_G']:.3f}"
        return figures


class GWithTheCostOfD(SimultaneousTurn):
    """G descends J_D's gradient at the generated examples, not J_G's."""

    def gradients(self, rng, z, x):
        x_fake, G_cache = self.G.forward(z, rng=rng)
        (a_real, a_fake), cache = self.D.forward((x, x_fake), rng=rng)
        J_D, da_real, da_fake = self.D_cost(a_real, a_fake)
        _, dx_fake = self.D.backward((da_real, da_fake), cache)
        self.G.backward(dx_fake, G_cache)
        return {"J_D": J_D, "J_G": self.cost(a_fake)[0]}


class DLearnsFromG(SimultaneousTurn):
    """The way back to G leaves its gradient in D too: param_grads is not False."""

    def gradients(self, rng, z, x):
        x_fake, G_cache = self.G.forward(z, rng=rng)
        (a_real, a_fake), cache = self.D.forward((x, x_fake), rng=rng)
        J_D, da_real, da_fake = self.D_cost(a_real, a_fake)
        self.D.backward((da_real, da_fake), cache, input_grad=False)
        J_G, da_G = self.cost(a_fake)
        _, dx_fake = self.D.backward((None, da_G), cache)
        self.G.backward(dx_fake, G_cache)
        return {"J_D": J_D, "J_G": J_G}
