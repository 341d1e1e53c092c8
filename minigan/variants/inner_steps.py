"""Steps of SGD and of Adam that can be gone back through: what a step did to the next gradients.

The unrolled GAN moves a copy of D by K steps of D's optimizer, from a copy of its state, and
differentiates through them. With g_k the gradient at phi_k and lam_k = dJ/dphi_k, going back
from step K - 1 to step 0 each step says what J's gradient at g_k is, gb_k = dJ/dg_k.
"""

from __future__ import annotations

from typing import Any

from minigan.base.errors import InputError
from minigan.optimizers import SGD, Adam, Optimizer


class SGDSteps:
    """v <- mu v - lr g, phi <- phi + v; backwards vb <- vb + lam, gb = -lr vb, vb <- mu vb."""

    def __init__(self, optimizer: SGD):
        self.optimizer, self.t = optimizer, optimizer.t
        self.v, self.vb = optimizer.velocity, 0
        self.kept: list[Any] = []

    def forward(self, g: Any) -> Any:
        """Change of phi, given g; both vectors as ``network.params``."""
        lr, mu = (self.optimizer.rate(name, self.t) for name in ("lr", "momentum"))
        self.t += 1
        self.v = mu * self.v - lr * g
        self.kept.append((lr, mu))
        return self.v

    def backward(self, lam: Any) -> Any:
        """dJ/dg of the last step that was not gone back through, given dJ/dphi behind it."""
        lr, mu = self.kept.pop()
        vb = self.vb + lam
        self.vb = mu * vb
        return -lr * vb


class AdamSteps:
    """Adam's: phi <- phi - lr (m / c1) / q with r = sqrt(v / c2), q = r + eps, c = 1 - beta^t.

    Backwards, with mb = vb = 0 behind the last step,

        mb <- mb - lr / (c1 q) lam
        vb <- vb + lr (m / c1) / (2 r c2 q^2) lam       0 where r = 0, as of units that are dead
        gb = (1 - beta1) mb + 2 (1 - beta2) g vb
        mb <- beta1 mb,  vb <- beta2 vb
    """

    def __init__(self, optimizer: Adam):
        self.optimizer, self.t = optimizer, optimizer.t
        self.m, self.v, self.mb, self.vb = optimizer.m, optimizer.v, 0, 0
        self.kept: list[Any] = []

    def forward(self, g: Any) -> Any:
        """Change of phi, given g; both vectors as ``network.params``."""
        opt = self.optimizer
        lr, self.t = opt.rate("lr", self.t), self.t + 1
        self.m = opt.beta1 * self.m + (1 - opt.beta1) * g
        self.v = opt.beta2 * self.v + (1 - opt.beta2) * g * g
        c1, c2 = 1 - opt.beta1**self.t, 1 - opt.beta2**self.t
        r = opt.network.xp.sqrt(self.v / c2)
        step = -lr / (c1 * (r + opt.eps))
        self.kept.append((g, self.m, step, r, c2))
        return step * self.m

    def backward(self, lam: Any) -> Any:
        """dJ/dg of the last step that was not gone back through, given dJ/dphi behind it."""
        opt, (g, m, step, r, c2) = self.optimizer, self.kept.pop()
        safe = opt.network.xp.where(r > 0, r, 1)
        mb = self.mb + step * lam
        vb = self.vb - (r > 0) * step * m / ((r + opt.eps) * 2 * safe * c2) * lam
        self.mb, self.vb = opt.beta1 * mb, opt.beta2 * vb
        return (1 - opt.beta1) * mb + 2 * (1 - opt.beta2) * g * vb


def inner_steps(optimizer: Optimizer) -> SGDSteps | AdamSteps:
    """Steps from where the optimizer stands, which itself stays there; InputError if it is other.

    Its state is not written into: what a step makes of it is a new array.
    """
    if type(optimizer) is Adam:
        return AdamSteps(optimizer)
    if type(optimizer) is SGD:
        return SGDSteps(optimizer)
    raise InputError(f"optimizer: expected D's, an SGD or an Adam, got {optimizer!r}")
