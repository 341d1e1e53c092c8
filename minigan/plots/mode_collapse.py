"""Mode collapse by the order of play alone: where p_g lies at every step."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure

from minigan.theory.mode_collapse import effective_modes

TITLES = {
    "min max": "min over G of max over D (Eq. 16): D answers fully, G takes steps",
    "D faster": "both at once, D faster",
    "G faster": "both at once, G faster",
    "max min": "max over D of min over G (Eq. 17): G answers fully, D takes steps",
}


def draw_orders(masses: dict[str, np.ndarray]) -> Figure:
    """A strip for each order of play: steps to the right, modes upward, mass as darkness.

    Parameters
    ----------
    masses : dict of str to array, shape (steps + 1, modes)
        p_g at every step, by the names in ``TITLES``.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = Figure(figsize=(11, 1.7 * len(masses) + 0.5), dpi=110, layout="constrained")
    axes = figure.subplots(len(masses), 1, sharex=True, squeeze=False)[:, 0]
    for ax, (name, p_g) in zip(axes, masses.items(), strict=True):
        image = ax.imshow(
            p_g.T,
            cmap="Blues",
            norm=PowerNorm(0.5, vmin=0, vmax=1),  # so that a mass of 1/8 can be seen
            aspect="auto",
            interpolation="nearest",
            origin="lower",
            extent=(-0.5, len(p_g) - 0.5, 0.5, p_g.shape[1] + 0.5),
        )
        covered = effective_modes(p_g)[len(p_g) // 2 :].mean()
        what = f"covers {covered:.1f} of {p_g.shape[1]} modes at once, later on"
        ax.set_title(f"{TITLES[name]}: {what}", fontsize=10)
        ax.set_ylabel("mode")
        ax.set_yticks(range(1, p_g.shape[1] + 1))
    axes[-1].set_xlabel("step")
    figure.colorbar(image, ax=list(axes), label="mass of p_g", shrink=0.6)
    return figure
