"""Table 1 of the 2014 paper with its rivals trained here, small, within some minutes.

The paper's scores are of means of pixels given the last hidden state; binary samples of the same
chain score otherwise, and so does the same model from another start. Each is printed. Two controls
are no models at all: the training images, and means of clusters of them. Below stands what the
score makes of a model whose log p(x) is known, of a decoder's means, and of a chain's start.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from minigan.base.errors import InputError
from minigan.base.randomness import Streams
from minigan.base.validation import did_you_mean, real_number
from minigan.data import load
from minigan.evaluation import parzen
from minigan.evaluation.critique import true_model_scored
from minigan.evaluation.references import k_means
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import BLUE, GREEN, GREY, SIZE, Picture, name_curves, new_picture
from minigan.models.rivals import DECODER, RIVALS, Rival

PUBLISHED = {"DBN": (138, 2), "Stacked CAE": (121, 1.6), "Deep GSN": (214, 1.1), "GAN": (225, 2)}
PILOT = 20  # updates of a model that tell how long one takes
TRAINING = 0.65  # of the time; the rest is for chains and scores
SIZES = {"digits": (5000, 299, 299), "mnist": (10_000, 1000, 2000)}  # samples, valid, test
LEAST = {"digits": 0.5, "mnist": 2.0}  # minutes that the chains and scores need alone
SHORT = 5.0  # minutes below which a score has fewer samples and images, in proportion
COLUMNS = ("43", ">7.1f", "<9", "<9.4f", ">7.1f", "<9", "<.4f")
NOTE = """\
Nats; +- is the standard error over the test images, and says nothing of another run. The paper
scores means: so do we, and binary samples of the same chains beside them. A chain's score is of
its start, of the number of chains and of the thinning too. Images that no model made, and means of
clusters, are scored in the same way: a higher score is no better model. These networks are not the
paper's, and are trained for minutes."""


@dataclass(eq=False)
class Table1(Figure):
    """Parzen scores of the rivals on ``data``, digits or mnist, in at most so many ``minutes``.

    After ``play``, ``rows``: a dict for each score. Which updates were made depends on the clock
    only where the minutes are too short for all of them.
    """

    name = "table1"
    settings: ClassVar = ("data", "minutes")

    data: str = "digits"
    minutes: float = 5.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.data not in RIVALS:
            near = did_you_mean(self.data, RIVALS) or f" ({', '.join(RIVALS)})"
            raise InputError(f"data: expected a name, got {self.data!r}{near}")
        self.minutes = real_number("minutes", self.minutes, LEAST[self.data])

    def run(self, progress: Progress) -> None:
        """Score the controls, then train and score one rival after another."""
        end, rivals = time.perf_counter() + 60 * self.minutes, RIVALS[self.data]
        self.X, *shown = (load(self.data, split=s).X for s in ("train", "valid", "test"))
        part = min(1.0, self.minutes / SHORT) if self.data == "mnist" else 1.0
        self.m, *sizes = (max(20, int(part * size)) for size in SIZES[self.data])
        self.shown = [X[:size] for X, size in zip(shown, sizes, strict=True)]
        self.rows: list[dict[str, Any]] = []
        self.true_model = true_model_scored(Streams(self.seed)["critique"])
        with self.until_interrupted():
            self.rows += self._controls()
            needed = [self._seconds(rival) for rival in rivals]
            part = min(1.0, TRAINING * (end - time.perf_counter()) / sum(needed))
            for rival in progress(rivals, len(rivals)):
                self.rows += self._trained(rival, max(PILOT, int(part * rival.steps)))

    def _seconds(self, rival: Rival) -> float:
        """Seconds that all updates of a rival would take, by a few of them."""
        times = [time.perf_counter()]
        for steps in (1, 1 + PILOT):  # what comes before the first update is not counted again
            rival.fit(self.X, self.seed, steps)
            times.append(time.perf_counter())
        once, more = np.diff(times)
        return once + rival.steps * max(more - once, 0.0) / PILOT

    def _controls(self) -> Iterator[dict[str, Any]]:
        """Scores of training images, and of means of clusters."""
        X = self.X[Streams(self.seed)["controls"].permutation(len(self.X))]
        X = X[: 2 * self.m]
        for title, rows in (
            ("training images", X[: self.m]),
            ("means of clusters", k_means(X, X[: min(self.m, len(X)) // 2], 2)),
        ):
            yield {"title": title, "chains": "", "updates": 0, **self._score(rows, "means")}

    def _trained(self, rival: Rival, steps: int) -> Iterator[dict[str, Any]]:
        """Scores of a rival from each of its starts, after so many updates of each layer."""
        model = rival.fit(self.X, self.seed, steps)
        rng = Streams(self.seed)[rival.title]
        for samples in rival.samples(model, self.X, self.m, rng):
            row = {"title": rival.title, "chains": samples.chains, "updates": steps}
            row |= self._score(samples.means, "means")
            if samples.binary is not None:
                row |= self._score(samples.binary, "binary")
            yield row

    def _score(self, rows: np.ndarray, what: str) -> dict[str, float]:
        score = parzen(rows.astype(np.float32), *self.shown)
        numbers = score.test_log_likelihood, score.standard_error, score.sigma
        return dict(zip((what, f"{what}_error", f"{what}_sigma"), numbers, strict=True))

    def critique(self) -> dict[str, dict[str, float]]:
        """Errors of the score itself, in nats, of the models that were trained."""
        found = {"true_model": self.true_model._asdict()}
        for title in dict.fromkeys(row["title"] for row in self.rows):
            rows = [row for row in self.rows if row["title"] == title]
            if title == DECODER:
                found["decoder"] = {what: rows[0][what] for what in ("means", "binary")}
                found["decoder"] |= {"real_images": self.rows[0]["means"]}
            elif len(rows) > 1:
                found[title] = {row["chains"].partition(";")[0]: row["means"] for row in rows}
        return found

    def numbers(self) -> dict:
        """``published``, ``rows``, ``critique``, and how many samples and images a score is of."""
        published = {name: {"score": s, "error": e} for name, (s, e) in PUBLISHED.items()}
        sizes = {"samples": self.m, "valid": len(self.shown[0]), "test": len(self.shown[1])}
        return {"published": published, "rows": self.rows, "critique": self.critique(), **sizes}

    def text(self) -> str:
        """The paper's four numbers; ours, means and binary samples, and how chains were run."""
        paper = [("the paper, MNIST, means", "")]
        paper += [(name, f"{score} +- {error}") for name, (score, error) in PUBLISHED.items()]
        sizes = f"{self.m} samples, {len(self.shown[0])} + {len(self.shown[1])} images"
        head = (f"{self.data}, {sizes}", "means", "", "sigma", "binary", "", "sigma")
        lines = [table([head], *COLUMNS)]
        for row in self.rows:
            scores: list[Any] = []
            for what in ("means", "binary") if "binary" in row else ("means",):
                scores += [row[what], f" +- {row[f'{what}_error']:.1f}"]
                scores += [row[f"{what}_sigma"]]
            lines.append(table([(row["title"], *scores)], *COLUMNS))
            lines += [f"    {row['updates']} updates; {row['chains']}"] * bool(row["chains"])
        return "\n\n".join([table(paper, "28", "<"), "\n".join(lines), self._said(), NOTE])

    def _said(self) -> str:
        """The critique: a line for each number against the score."""
        found = self.critique()
        true, decoder = found.pop("true_model"), found.pop("decoder", None)
        low = true["exact"] - true["samples"]
        said = f"exact {true['exact']:.1f}, scored {true['samples']:.1f}: {low:.1f} nats too low"
        lines = [("a true model, linear, in 64 dimensions", said)]
        if decoder:
            said = "{means:.1f}; real images {real_images:.1f}, its samples {binary:.1f}"
            lines.append((f"{DECODER}, its decoder's means", said.format(**decoder)))
        for title, starts in found.items():
            low, high = min(starts.values()), max(starts.values())
            said = f"{low:.1f} or {high:.1f}: {high - low:.1f} nats by the first state"
            lines.append((f"{title}, its start", said))
        return table([("what the score makes of", ""), *lines], "43", "<")

    def _draw(self) -> Picture:
        """A bar of means and one of binary samples for each score."""
        picture = new_picture(1.5 + 0.5 * len(self.rows))
        ax = picture.subplots()
        for what, shift, color in (("means", -0.18, GREEN), ("binary", 0.18, BLUE)):
            rows = [(i, row) for i, row in enumerate(self.rows) if what in row]
            at, scored = [i + shift for i, _ in rows], [row[what] for _, row in rows]
            ax.barh(at, scored, 0.36, color=color, label=f"{what} scored")
            errors = [row[f"{what}_error"] for _, row in rows]
            ax.errorbar(scored, at, xerr=errors, fmt="none", lw=2, color=GREY)
        names = [f"{row['title']}\n{row['chains'].partition(';')[0]}" for row in self.rows]
        ax.set_yticks(range(len(names)), names, fontsize=SIZE - 3)
        ax.invert_yaxis()
        gains = [row["means"] - row["binary"] for row in self.rows if "binary" in row]
        gain = f"{min(gains, default=0):.0f} to {max(gains, default=0):.0f} nats"
        ax.set(title=f"{self.data}: scoring means, not binary samples, is worth {gain}")
        ax.set(xlabel="log-likelihood under a Parzen window, nats")
        name_curves(ax)
        return picture
