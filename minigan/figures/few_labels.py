"""Few labels: K + 1 classes on the 8 x 8 digits, beside supervised training and D's features.

Section 7.4 of the 2014 paper, and section 4.1 of the NIPS 2016 tutorial with the feature matching
of Salimans et al. (2016). They found feature matching ahead of other costs of G. Which is ahead
depends on the networks: see ``--wide``. What holds in both is that D learns from images without
labels.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from minigan.averages import ParameterAverage
from minigan.base.randomness import Streams
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import PURPLE, Axes, Picture, name_curves, new_picture
from minigan.variants import few_labels as games

PER_CLASS = {False: (1, 2, 5), True: (1,)}  # labels of each class; of the wide networks, one
SHARE = 1.0  # of the steps of the setting
SHEET = 6  # samples a row, and rows
FEATURES = ("raw pixels", "D untrained", "D trained")
LOOKS = dict(zip(games.METHODS, (("black", ":o"), (PURPLE, "--s"), ("#009E73", "-^")), strict=True))


@dataclass(eq=False)
class FewLabels(Figure):
    """Test error with few labels: D alone, and with a G that plays either of two costs.

    After ``play``, ``errors`` has them by labels and method; ``features`` those of logistic
    regression on D's features; ``samples`` images by cost, of the fewest labels. ``wide`` takes the
    wide networks, and one label of each class.
    """

    name = "few-labels"
    settings = ("wide",)
    asked: ClassVar = {
        **{f"10 labels.{method}": None for method in games.METHODS},
        "10 labels.gain": None,
        "features, 10 labels.raw pixels": None,
        "features, 10 labels.D trained": None,
    }

    wide: bool = False

    def run(self, progress: Progress) -> None:
        """Play the games, then one without labels for D's features."""
        setting = games.WIDE if self.wide else games.SMALL
        labels = PER_CLASS[self.wide]
        self.errors: dict[int, dict[str, float]] = {10 * n: {} for n in labels}
        self.features: dict[int, dict[str, float]] = {}
        self.samples: dict[str, np.ndarray] = {}
        plan = [(n, method) for n in labels for method in games.METHODS]
        plan += [(labels[0], "no labels")]
        with self.until_interrupted():
            for n, method in progress(plan, len(plan)):
                self._play_one(setting, n, method)

    def _play_one(self, setting: games.Setting, n: int, method: str) -> None:
        data = games.split(self.seed, n)
        steps = setting.supervised_steps if method == "supervised" else setting.steps
        steps = max(1, round(SHARE * steps))
        game = games.few_labels_game(setting, data, method, self.seed, steps)
        average, untrained = ParameterAverage(game.D, games.DECAY), game.D.copy()
        for _ in game.play(steps):
            average.update()
        if method == "no labels":
            self._score_features(untrained, game.D)
            return
        self.errors[10 * n][method] = games.error(average.network, data)
        if method != "supervised" and method not in self.samples:
            z = games.NOISE.sample(SHEET**2, Streams(self.seed)["shown"])
            self.samples[method] = game.G(z)

    def _score_features(self, untrained, D) -> None:
        maps = (lambda x: x, untrained[:-1], D[:-1])
        for n in PER_CLASS[self.wide]:
            data = games.split(self.seed, n)
            found = (games.features_error(of, data) for of in maps)
            self.features[10 * n] = dict(zip(FEATURES, found, strict=True))

    def numbers(self) -> dict:
        """Test errors by ``10 labels`` and method, ``gain`` of the better game; by features too."""
        found: dict[str, dict] = {}
        for labels, errors in self.errors.items():
            gain = {}
            if len(errors) == len(games.METHODS):
                gain["gain"] = errors["supervised"] - min(errors[m] for m in games.METHODS[1:])
            found[f"{labels} labels"] = errors | gain
        return found | {f"features, {n} labels": errors for n, errors in self.features.items()}

    def text(self) -> str:
        """Two tables of test errors in per cent, by number of labels."""
        size = "wide" if self.wide else "small"
        rows: list[tuple] = [("labels", "supervised", "feature matching", "non-saturating")]
        for labels, errors in self.errors.items():
            rows.append((str(labels), *(_percent(errors, method) for method in games.METHODS)))
        won = {m: _ahead(self.errors, m) for m in games.METHODS[1:]}
        features: list[tuple] = [("labels", *FEATURES)]
        for labels, errors in self.features.items():
            features.append((str(labels), *(_percent(errors, name) for name in FEATURES)))
        head = f"Test error in % on the 8 x 8 digits, split {self.seed}, {size} networks; labels of"
        return "\n".join(
            [
                f"{head} all classes\n",
                table(rows, "8", ">14.1f", ">20.1f", ">18.1f"),
                "",
                *(f"{method}: ahead of supervised at {at}" for method, at in won.items()),
                "Other splits: --seeds; other networks: --wide, where the costs change places.",
                "\nD's features of a game without labels, with logistic regression (2014, 7.4)\n",
                table(features, "8", ">14.1f", ">14.1f", ">14.1f"),
                f"\nD trained: ahead of raw pixels at {_ahead(self.features, *FEATURES[::-2])}",
            ]
        )

    def _draw(self) -> Picture:
        """Test error by labels, D's features, and samples of G under either cost."""
        picture = new_picture(8.6)
        axes = picture.subplots(2, 2).ravel()
        _draw_lines(axes[0], self.errors, LOOKS)
        axes[0].set(title=_finding(self.errors), ylabel="test error, %")
        styles = (("black", ":o"), ("#999999", "--s"), ("#0072B2", "-^"))
        _draw_lines(axes[1], self.features, dict(zip(FEATURES, styles, strict=True)))
        ahead = _ahead(self.features, *FEATURES[::-2])
        axes[1].set(title=f"D's features, no labels in the game:\nahead of raw pixels at {ahead}")
        for ax, method in zip(axes[2:], games.METHODS[1:], strict=True):
            ax.set(title=f"G, {method}", xticks=[], yticks=[])
            if method in self.samples:
                images = np.pad(self.samples[method].reshape(-1, 8, 8), ((0, 0), (1, 1), (1, 1)))
                rows = images.reshape(SHEET, SHEET, 10, 10).transpose(0, 2, 1, 3)
                ax.imshow(rows.reshape(10 * SHEET, -1), cmap="gray_r", vmin=0, vmax=1)
        return picture


def _ahead(errors: dict[int, dict], one: str, other: str = "supervised") -> str:
    """Numbers of labels at which the error of one is less than that of another."""
    found = [n for n, of in errors.items() if {one, other} <= of.keys() and of[one] < of[other]]
    return f"{', '.join(map(str, found))} labels" if found else "none of these"


def _percent(errors: dict[str, float], name: str) -> float | None:
    return 100 * errors[name] if name in errors else None


def _draw_lines(ax: Axes, errors: dict[int, dict], looks: dict[str, tuple]) -> None:
    """Errors by number of labels: a line for each column."""
    for name, (color, style) in looks.items():
        found = {labels: 100 * of[name] for labels, of in errors.items() if name in of}
        if found:
            ax.plot(list(found), list(found.values()), style, color=color, lw=2.4, ms=8, label=name)
    ax.set(xscale="log", xticks=list(errors), xticklabels=map(str, errors), xlabel="labels")
    ax.minorticks_off()
    ax.set_ylim(bottom=0)
    name_curves(ax)


def _finding(errors: dict[int, dict]) -> str:
    """The finding at the fewest labels, in a line."""
    labels, of = next(iter(errors.items()))
    if len(of) < len(games.METHODS):
        return "test error by number of labels"
    better = min(games.METHODS[1:], key=lambda method: of[method])
    gain = 100 * (of["supervised"] - of[better])
    if gain <= 0:
        return f"{labels} labels: no gain over supervised"
    return f"{labels} labels: {better}\nis {gain:.0f} points better than supervised"
