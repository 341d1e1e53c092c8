"""The logistic costs, value and gradient together, from one logarithm.

J_D and two of the generator's costs are one formula with different constants,

    J = sum_i c_i softplus(s_i a_i),        dJ/da_i = c_i s_i sigmoid(s_i a_i),

with s = -1 where D should say real and +1 where it should say fake:

    J_D              c = 1/2m     s = -1 on data, +1 on G(z)
    non-saturating   c = 1/2m     s = -1
    minimax          c = -1/2m    s = +1
"""

import numpy as np


class LogisticCost:
    """J = sum of c softplus(s a), and its gradient at the logits a.

    Parameters
    ----------
    s : array, shape (1, batch)
        +1 or -1 for each logit.
    c : float
        Weight of each logit.

    Notes
    -----
    Split t = s a into p = max(t, 0) and n = min(t, 0), so that n - p = -|t|. Then
    nothing can overflow in

        l = log(1 + exp(n - p)),    softplus(t) = p + l,    sigmoid(t) = exp(n - l).
    """

    def __init__(self, s: np.ndarray, c: float):
        self._s, self._c, self._cs = s, np.full_like(s, c), c * s
        self._zeros = np.zeros_like(s)

    def __call__(self, a: np.ndarray):
        """Value of J, and a new array of the gradient.

        Parameters
        ----------
        a : array, shape (1, batch)
            Logits.

        Returns
        -------
        J : float
        da : array, shape (1, batch)
        """
        t = a * self._s
        n = np.minimum(t, self._zeros)
        p = np.maximum(t, self._zeros, out=t)
        l = n - p  # noqa: E741 (the formula's name)
        np.exp(l, out=l)
        np.log1p(l, out=l)
        n -= l
        da = np.exp(n, out=n)
        da *= self._cs
        p += l
        return float(np.vdot(self._c, p)), da
