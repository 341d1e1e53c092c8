"""The GPU's own kernels: a line or two of C each, next to the formula that it is.

An ``ElementwiseKernel`` is a loop over all elements, of which only the body is written; T is
float or double, whichever the arrays are. A ``raw`` array is indexed by hand. They are
compiled by CUDA when they are first called.

``state`` holds whole numbers that live on the GPU: whether all figures and gradients so far were
finite, how many turns were taken, and then, for each network, in how many of them it was due to
move.
"""

from __future__ import annotations

import functools
from types import SimpleNamespace
from typing import Any

ALIVE, TURNS, MOVED = range(3)  # places in ``state``; networks have the places from MOVED on

# A layer's y = f(x), and dx = dy f'(x); c is its constant, if it has one. NaN stays NaN.
ACTIVATIONS = {
    "ReLU": ("y = x < 0 ? T(0) : x", "dx = dy * T(y > 0)"),
    "LeakyReLU": ("y = x * (x > 0 ? T(1) : c)", "dx = dy * (x > 0 ? T(1) : c)"),
    "Sigmoid": (
        "const T e = exp(-fabs(x)); y = (x >= 0 ? T(1) : e) / (1 + e)",
        "dx = dy * y * (1 - y)",
    ),
    "Softplus": (
        "y = (x > 0 ? x : T(0)) + log1p(exp(-fabs(x)))",
        "const T e = exp(-fabs(x)); dx = dy * ((x >= 0 ? T(1) : e) / (1 + e))",
    ),
    "Tanh": ("y = tanh(x)", "dx = dy * (1 - y * y)"),
}

ELEMENTWISE = {
    # y_u = max over pieces of z_pu; z is (pieces * units, batch), and y has ``stride`` elements.
    "maxout": (
        "raw T z, int32 pieces, int64 stride",
        "T y",
        """
        T best = z[i];
        for (int p = 1; p < pieces; ++p) {
            const T next = z[i + p * stride];
            best = next > best || next != next ? next : best;
        }
        y = best;
        """,
    ),
    # dz_pu = dy_u at the first piece that has won, 0 at the others.
    "maxout_backward": (
        "T y, T dy, raw T z, int32 pieces, int64 stride",
        "raw T dz",
        """
        bool open = true;
        for (int p = 0; p < pieces; ++p) {
            const bool wins = open && z[i + p * stride] == y;
            dz[i + p * stride] = dy * T(wins);
            open = open && !wins;
        }
        """,
    ),
    # x times a mask, which is 1 / keep where a uniform number u is below keep, 0 elsewhere.
    "dropout": (
        "T x, float32 u, float32 keep, T scale",
        "T y, T mask",
        "mask = T(u < keep) * scale; y = x * mask",
    ),
    # The next rows of X, by a table of their numbers that is read round and round; the place of
    # the first one in it is then moved on.
    "gather": (
        "raw S X, raw int64 numbers, int64 length, raw int64 next, int64 width",
        "T x",
        "x = T(X[numbers[(next[0] + i / width) % length] * width + i % width])",
    ),
    "advance": (
        "int64 rows, int64 length",
        "raw int64 next",
        "next[0] = (next[0] + rows) % length",
    ),
    # Write the figures of a turn and the squared lengths of its gradients into its row, see if
    # they are finite, and count the turn; ``moves`` has a bit for each network that it moves.
    "judge": (
        "raw float64 figures, int32 count, raw T norms, int32 lengths, int64 moves, int32 width, "
        "int64 capacity",
        "raw float64 rows, raw int64 state",
        """
        const long long row = (state[1] % capacity) * width;
        for (int k = 0; k < count; ++k) {
            rows[row + k] = figures[k];
            if (!isfinite(figures[k])) state[0] = 0;
        }
        for (int k = 0; k < lengths; ++k) {
            rows[row + count + k] = norms[k];
            if (!isfinite(norms[k])) state[0] = 0;
        }
        state[1] += 1;
        for (int k = 0; moves >> k; ++k) state[2 + k] += moves >> k & 1;
        """,
    ),
    # v <- mu v - lr g, theta <- theta + v, with lr and mu from a table of the coming updates.
    "sgd": (
        "T g, raw T rates, raw int64 state, int32 place, int64 updates",
        "T theta, T v",
        """
        if (state[0]) {
            const long long now = 2 * ((state[place] - 1) % updates);
            v = rates[now + 1] * v - rates[now] * g;
            theta += v;
        }
        """,
    ),
    # m and v of Adam; theta <- theta - rate m / (sqrt(v) + eps), both numbers from the table.
    "adam": (
        "T g, raw T rates, raw int64 state, int32 place, int64 updates, "
        "T beta1, T rest1, T beta2, T rest2",
        "T theta, T m, T v",
        """
        if (state[0]) {
            const long long now = 2 * ((state[place] - 1) % updates);
            m = beta1 * m + rest1 * g;
            v = beta2 * v + rest2 * (g * g);
            theta -= rates[now] * (m / (sqrt(v) + rates[now + 1]));
        }
        """,
    ),
    # A column that is longer than c is shortened to it.
    "shorten": (
        "T norm2, T c, raw int64 state",
        "T w",
        "const T norm = sqrt(norm2); "
        "if (state[0]) w *= (norm < c ? norm : c) / (norm > T(1e-7) ? norm : T(1e-7))",
    ),
    # Back to what it was, if the game has stopped.
    "undo": ("T before, raw int64 state", "T theta", "if (!state[0]) theta = before"),
}


# Inputs, outputs and C of every kernel, by name.
SOURCES = dict(ELEMENTWISE)
for _name, (_forward, _backward) in ACTIVATIONS.items():
    SOURCES[_name] = ("T x, T c", "T y", _forward)
    SOURCES[f"{_name}_backward"] = ("T x, T y, T dy, T c", "T dx", _backward)


@functools.cache
def kernels(xp: Any) -> SimpleNamespace:
    """All kernels of an array module, by name; nothing is compiled yet."""
    made = {
        name: xp.ElementwiseKernel(inputs, outputs, code, name=f"minigan_{name}", no_return=True)
        for name, (inputs, outputs, code) in SOURCES.items()
    }
    return SimpleNamespace(**made)
