"""A game as a picture that moves, while a cell of a notebook plays it.

The picture is an image of IPython's, which the next one replaces: all front ends of notebooks show
it, and a saved notebook keeps the last. Widgets (ipympl, anywidget) would need an extension in
the browser, and a kernel that answers while a cell runs, which it does not.
"""

import io
import time
from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.base.numerics import sigmoid
from minigan.base.randomness import generator
from minigan.base.validation import real_number, whole_number
from minigan.figures import style
from minigan.figures.moments import Moment, draw_moment
from minigan.figures.style import Axes, Picture, applied, name_all_curves, new_picture
from minigan.game import Game, Record

SAMPLES, GRID = 500, 60  # in the plane: samples, and points a side of D's map


def live(game: Game, steps: int, *, seconds: float = 1.0) -> Record:
    """Play a game in a notebook, with a progress bar and a picture of where it stands.

    On the line the picture is that of Figure 1: p_data, the exact p_g, D and D*, pale as they were
    in the picture before. In the plane it shows samples of both, over a map of D. Of any other
    game it shows the costs over the steps. The game is the same as with ``game.play``, bit for bit.

    Parameters
    ----------
    game : Game
        Such as `minigan.Algorithm1`.
    steps : int
        To be played, >= 1.
    seconds : float
        Time between two pictures, >= 0.

    Returns
    -------
    Record
        That of the last step.

    Raises
    ------
    InputError
        Outside of a notebook, or if an option is out of range.
    NonFiniteError, KeyboardInterrupt
        As ``game.play`` does; the picture then shows the last good step.

    Examples
    --------
    In a notebook, ``mg.live(game, 2000)``.
    """
    steps = whole_number("live: steps", steps)
    seconds = real_number("live: seconds", seconds, 0)
    display, image = _notebook()
    from tqdm.auto import tqdm  # a widget in a notebook that has ipywidgets, text elsewhere

    view, shown, last = _View(game), display(display_id=True), time.perf_counter()
    try:
        for record in tqdm(game.play(steps), total=steps, unit="step"):
            view.past.append(record)
            if time.perf_counter() - last >= seconds:
                shown.update(image(view.png(), width=640))
                last = time.perf_counter()
    finally:
        if view.past:
            shown.update(image(view.png(), width=640))
    return record


def _notebook() -> tuple[Any, Any]:
    """IPython's ``display`` and ``Image``; InputError if no notebook runs this."""
    try:
        from IPython import get_ipython
        from IPython.display import Image, display
    except ImportError:
        shell = None
    else:
        shell = get_ipython()
    if not hasattr(shell, "kernel"):
        raise InputError(
            "live: expected a notebook, got none: use game.play(steps), or the command minigan play"
        )
    return display, Image


class _View:
    """Picture of a game; ``past`` holds the records of the steps that were played."""

    def __init__(self, game: Game):
        self.game, self.past = game, list[Record]()
        self._before: Moment | None = None
        G, D = (game.networks.get(name) for name in "GD")
        self._draw = self._draw_costs
        if G and D and {"x", "z"} <= game.samplers.keys() and G.n_out == D.n_in and D.n_out == 1:
            knows = all(hasattr(game.samplers[name], "interval") for name in "xz")
            if G.n_in == G.n_out == 1 and knows:
                self._draw = self._draw_line
            elif G.n_out == 2:
                self._draw = self._draw_plane

    def png(self) -> bytes:
        """The picture now, as the bytes of a PNG."""
        with applied():
            picture = self._drawn()
            data = io.BytesIO()
            picture.savefig(data, format="png")
        return data.getvalue()

    def _drawn(self) -> Picture:
        picture = new_picture(4.6, 7)
        ax = picture.subplots()
        step = self.past[-1].step
        try:
            title = self._draw(ax)
        except InputError as error:  # p_g cannot be computed: G is out of bounds
            ax.clear()
            self._draw_costs(ax)
            title = str(error)
        ax.set_title(f"step {step}: {title}", wrap=True)
        name_all_curves(picture, 4)
        return picture

    def _draw_line(self, ax: Axes) -> str:
        """Figure 1's picture; JSD and the gap as its title."""
        G, D = (self.game.networks[name].copy(device="cpu") for name in "GD")
        moment = Moment(self.past[-1].step, "", G, D)
        noise, data = self.game.samplers["z"], self.game.samplers["x"]
        state = draw_moment(ax, moment, noise, data, self._before)
        self._before = moment
        return f"JSD {state.jsd:.4f}, gap {state.judge(D).inner_gap:.4f} nats"

    def _draw_plane(self, ax: Axes) -> str:
        """Samples of p_data and of p_g over a map of D; its mean on either as title."""
        rng = generator(0)  # not the game's: looking changes nothing
        G, D = (self.game.networks[name].copy(device="cpu") for name in "GD")
        x, z = (np.asarray(self.game.samplers[name].sample(SAMPLES, rng)) for name in "xz")
        fake = G(z.astype(G.dtype))
        low, high = np.minimum(x.min(0), fake.min(0)), np.maximum(x.max(0), fake.max(0))
        low, high = low - (high - low) / 10, high + (high - low) / 10
        axes = [np.linspace(a, b, GRID, dtype=D.dtype) for a, b in zip(low, high, strict=True)]
        points = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
        shades = sigmoid(D(points)).reshape(GRID, GRID)
        ax.pcolormesh(*axes, shades, cmap="Blues", vmin=0, vmax=1.6, shading="gouraud")
        ax.scatter(x[:, 0], x[:, 1], s=9, color=style.P_DATA["color"], label="data")
        ax.scatter(fake[:, 0], fake[:, 1], s=9, color=style.P_G["color"], label="samples of G")
        ax.set(xticks=[], yticks=[], aspect="equal")
        real, made = (sigmoid(D(rows.astype(D.dtype))).mean() for rows in (x, fake))
        return f"D (blue) is {real:.2f} on data, {made:.2f} on samples, in the mean"

    def _draw_costs(self, ax: Axes) -> str:
        """All costs over the steps; their present values as title."""
        names = [name for name in self.past[-1] if name.startswith("J")]
        steps = [record.step for record in self.past]
        for name in names:
            ax.plot(steps, [record[name] for record in self.past], lw=2, label=name)
        ax.set_xlabel("step")
        return ", ".join(f"{name} {self.past[-1][name]:.4f}" for name in names)
