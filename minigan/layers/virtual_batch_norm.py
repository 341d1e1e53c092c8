"""Normalisation by a reference batch, so that the examples of a minibatch do not see one another.

Statistics are those of reference examples chosen once (reference batch norm), or of these and the
example itself (virtual batch norm: Salimans et al. 2016, section 3.4; NIPS 2016 tutorial, 4.3). The
reference examples go through the layers in front as well, so they are the last rows of each batch:
`minigan.networks.reference` brings them.
"""

from __future__ import annotations

from minigan.base.errors import InputError
from minigan.base.validation import whole_number
from minigan.layers.batch_norm import Normalisation, normalised, through_statistics
from minigan.layers.image import Shape


class VirtualBatchNorm(Normalisation):
    """y = gamma (x_i - mean_i) / s_i + beta, with the statistics of {r_1, ..., r_N, x_i}.

    Parameters
    ----------
    shape : int or (channels, rows, columns)
        Width of x, or the shape of its images, normalised channel by channel.
    references : int, optional
        N: as many rows at the end of a batch are the reference examples r. By default the
        network says it: `minigan.ReferenceNetwork`.
    eps : float
        Added to the variance, >= 0.
    name : str, optional
        What error messages call the layer.

    Raises
    ------
    InputError
        If a number is out of range; in ``forward``, if N is not known or there are no more than
        N rows.

    Notes
    -----
    The reference rows are normalised by their own mean m and variance v, which is batch norm. For
    the others let c = 1 / (N + 1). Without any difference of large squares

        mean_i = m + c (x_i - m),   var_i = (1 - c) (v + c (x_i - m)^2)

    so abs(xh_i) <= sqrt(N). Of an image, x_i - m is averaged over its pixels, and c times the
    variance over them is added. c = 0 is `ReferenceBatchNorm`.

    Backward: the moments are those of values with weights, c of the example's own and (1 - c) / N
    of each r_j (the pixels share them). With xh = (x - mean) / s and dxh = gamma dy

        dmean_i = -sum dxh / s_i,   dvar_i = -sum dxh xh / (2 s_i^2)
        dx_i = dxh / s_i + c (dmean_i + 2 dvar_i (x_i - mean_i))
        dr_j += (1 - c) / N sum_i (dmean_i + 2 dvar_i (r_j - mean_i))

    beside what comes back through the r_j's own y. To leave dr_j out is the usual bug.
    """

    _counts_itself = True

    def __init__(
        self,
        shape: int | Shape,
        *,
        references: int | None = None,
        eps: float = 1e-5,
        name: str | None = None,
    ):
        super().__init__(shape, eps=eps, name=name)
        if references is not None:
            references = whole_number(f"{self}: references", references, 2)
        self.references = references

    def forward(self, x, *, train=True, rng=None):
        """The same in training and at test; the cache is xh, s, and both parts of x - mean."""
        x, N = self._pixels(x), self.references or 0
        if not 0 < N < len(x):
            raise InputError(
                f"{self}: expected a batch that ends in {N or 'the'} reference examples, "
                f"got {len(x)} rows; a ReferenceNetwork brings them along"
            )
        own, r = x[:-N], x[-N:]
        c = 1 / (N + 1) if self._counts_itself else 0.0
        rh, r_s, m, v = normalised(r, self.eps, self.xp)
        x_mean = own.mean(axis=2)[..., None]  # (batch, channels, 1)
        shift = c * (x_mean - m)  # mean_i - m
        spread = ((own - x_mean) ** 2).mean(axis=2)[..., None]  # 0 of a single pixel
        var = (1 - c) * (v + shift * (x_mean - m)) + c * spread
        s = self.xp.sqrt(var + self.eps)
        off = (own - m) - shift
        xh = self.xp.concatenate([off / s, rh])
        return self._output(xh), (xh, s, off, shift, r_s, c)

    def backward(self, dy, cache, *, param_grads=True):
        """dx of the examples and of the reference batch. See `Layer.backward`."""
        xh, s, off, shift, r_s, c = cache
        dxh = self._back_to_xh(dy, xh, param_grads)
        m, pixels = len(s), xh.shape[2]
        own, rh = dxh[:m], xh[m:]
        dmean = -(own / s).sum(axis=2)[..., None]
        dvar = -(own * off / (2 * s**3)).sum(axis=2)[..., None]
        dx = own / s + c / pixels * (dmean + 2 * dvar * off)
        # r_j - mean_i = (r_j - m) - shift_i, and r_j - m = rh_j r_s
        dr = (dmean - 2 * dvar * shift).sum(axis=0) + 2 * dvar.sum(axis=0) * rh * r_s
        dr = (1 - c) / (len(rh) * pixels) * dr + through_statistics(dxh[m:], rh, r_s)
        return self.xp.concatenate([dx, dr]).reshape(dy.shape)


class ReferenceBatchNorm(VirtualBatchNorm):
    """y = gamma (x - m) / s + beta, with mean and variance of the reference batch alone.

    Parameters
    ----------
    shape, references, eps, name
        As in `VirtualBatchNorm`.

    Raises
    ------
    InputError
        As there.

    Notes
    -----
    c = 0 in the formulas of `VirtualBatchNorm`. Nothing bounds xh.
    """

    _counts_itself = False
