"""The logistic costs, value and gradient together, in nine passes over the logits.

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
    With t = s a and l = log(1 + exp(-|t|)), nothing can overflow in

        softplus(t) = max(t, 0) + l,      sigmoid(t) = exp(min(t, 0) - l).
    """

    def __init__(self, s: np.ndarray, c: float):
        self._s, self._c, self._cs = s, c, c * s
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
        loss = np.abs(t)
        np.negative(loss, out=loss)
        np.exp(loss, out=loss)
        np.log1p(loss, out=loss)
        slope = np.minimum(t, self._zeros)
        slope -= loss
        np.exp(slope, out=slope)
        slope *= self._cs
        loss += np.maximum(t, self._zeros, out=t)
        return self._c * float(np.add.reduce(loss, axis=None)), slope
