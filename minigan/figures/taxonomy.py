"""Figure 9 of the tutorial with a trained model at every leaf, and Table 2 of 2014 as numbers.

All models learn the same toy, on which all of them have exact probabilities. Where a model stands
in the tree is asked of the object: see `minigan.models.model`. To add one, add a line to
`minigan.models.registry`.
"""

import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from minigan.base.errors import InputError
from minigan.base.files import write_whole
from minigan.base.strict_json import json_text
from minigan.base.validation import did_you_mean, whole_number
from minigan.figures import taxonomy_tree
from minigan.figures.base import Figure, Progress, table
from minigan.figures.style import PNG, Picture, PictureFiles
from minigan.figures.sweep import sweep
from minigan.models import measured
from minigan.models.registry import BARS, CURVES, ON_BARS, ON_RING, Entry
from minigan.models.scores import scores

DRAWN = ("q", "shown", "density", "points")  # packed, for the picture
PATTERNS = {"bars": 14, "ring": 8}
FORMS = {"kl": ".3g", "jsd": ".3f", "patterns": ".0f", "valid": ".3f", "sequential_steps": ".0f"}
CAUTION = """\
Each model was trained for some seconds, which suits some better than others, as do the data:
binary images punish densities on R^n. So no row is "the best model". Each KL is exact, and
infinite where a pattern is never made; "steps" are those that one independent sample takes, one
after another. p(x) is exact where the formula gives it (FVBN) and where a sum over all states of
the hidden units, or over a grid of z, does: then the leaf is what the model's own formula is. Of
the flow the probabilities are shares of 200,000 samples."""
ON_THE_RING = """\
KL is a mean over 5,000 samples of the data, where there is a density; JSD is that of 70 x 70
cells. Valid is the share of samples within 3 std of a mode, patterns are modes. The density of
the FVBN is constant within bins, 48 a side."""


@dataclass(eq=False)
class Taxonomy(Figure):
    """The models of Figure 9 on ``data``, from ``seed`` or from each of the ``seeds``.

    ``only`` names some of the models; ``full`` puts the probabilities of all states into the
    report; ``jobs`` are models at once, one for each core by default; ``directory`` is where the
    table of models is kept, so that the same call goes on where it was stopped. After ``play``,
    ``games`` and ``curves``.
    """

    name = "taxonomy"
    settings = ("seeds", "data")

    seeds: Sequence[int] | None = None
    only: str | None = None
    data: str = "bars"
    full: bool = False
    jobs: int | None = None
    directory: Path | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        given = [self.seed] if self.seeds is None else self.seeds
        self.seeds = [whole_number("seeds", seed, low=0) for seed in given]
        if self.data not in PATTERNS:
            raise InputError(f"data: expected bars or ring, got {self.data!r}")
        if self.full and self.data != "bars":
            raise InputError("full: expected data of which all states can be listed: --data bars")
        self.entries = _chosen(ON_BARS if self.data == "bars" else ON_RING, self.only)

    def run(self, progress: Progress) -> None:
        """Train and measure what is not in the table yet, on all cores."""
        curves = CURVES if self.data == "bars" and self.only is None else ()
        settings = [
            {"model": name, "data": self.data, "seed": seed}
            for name in self.entries
            for seed in self.seeds or []
        ] + [{"curve": name, "seed": (self.seeds or [0])[0]} for name in curves]
        with ExitStack() as stack:
            place = self.directory or stack.enter_context(tempfile.TemporaryDirectory())
            options: dict[str, Any] = {"directory": place, "jobs": self.jobs, "progress": progress}
            done = sweep(results, settings, name=self.name, **options)
        self.games = [game for game in done.games if "model" in game.setting]
        self.curves = {
            str(game.setting["curve"]): measured.unpacked(str(game.results["points"]))
            for game in done.games
            if "curve" in game.setting and game.error is None
        }
        self.interrupted = done.interrupted

    def numbers(self) -> dict:
        """``models``, a row for each model and seed; ``independent_pixels``, the zero; ``asked``.

        ``kl`` is None where it is infinite, which ``kl_is_infinite`` says, and where a model on the
        ring has no density. ``sequential_steps`` is None where the chain never mixes. ``curves``
        are (mixing time, KL).
        """
        found: dict[str, Any] = {"models": [self._row(game) for game in self.games]}
        if self.data == "bars":
            found["independent_pixels"] = _independent_pixels()
            found["curves"] = {
                name: [[finite(n) for n in point] for point in points.tolist()]
                for name, points in self.curves.items()
            }
        found["asked"] = [
            {"what": what, "bound": bound, "measured": finite(worst), "holds": holds}
            for what, bound, worst, holds in self._asked()
        ]
        return found

    def _row(self, game: Any) -> dict[str, Any]:
        """One model from one seed."""
        name, results = game.setting["model"], game.results
        row = {"name": name, "title": self.entries[name].title, "seed": game.setting["seed"]}
        if game.error:
            return row | {"error": game.error}
        row |= {key: value for key, value in results.items() if key not in DRAWN}
        if self.data == "bars":
            row["kl_is_infinite"] = results["kl"] is None
            if self.full:
                row["q"] = measured.unpacked(results["q"]).tolist()
        return row

    def of_model(self, name: str) -> list[dict[str, Any]]:
        """Results of a model by seed, without games that failed."""
        return [g.results for g in self.games if g.setting["model"] == name and not g.error]

    def _asked(self) -> Iterable[tuple[str, str, float, bool]]:
        """Rows (what, bound, the worst over the seeds, holds)."""
        for name, entry in self.entries.items():
            for score, (low, high) in entry.asked.items():
                values = [results[score] for results in self.of_model(name)]
                numbers = [np.inf if value is None else value for value in values]
                if not numbers:
                    continue
                worst, bound = (
                    (min(numbers), f"> {low:g}") if high is None else (max(numbers), f"< {high:g}")
                )
                holds = (low is None or worst > low) and (high is None or worst < high)
                yield f"{entry.title}: {score}", bound, worst, bool(holds)

    def text(self) -> str:
        """Table 2 measured: spreads over the seeds, what each model knows, what is asked."""
        covered = f"of {PATTERNS[self.data]}"
        scored: list[tuple] = [("model", "KL", "JSD", covered, "valid", "steps")]
        known: list[tuple] = [("model", "p(x)", "p(z|x)", "gap", "leaf")]
        for name, entry in self.entries.items():
            if found := self.of_model(name):
                scored.append((entry.title, *self._cells(found)))
                gap = spread([r.get("gap") for r in found], ".2f", "-")
                knows = found[0]["log_likelihood"], found[0]["posterior"]
                known.append((entry.title, *knows, gap, found[0]["leaf"]))
        if self.data == "bars":
            scored.append(("independent pixels", *self._cells([_independent_pixels()])))
        asked = [("asked", "", "measured", "")]
        for what, bound, worst, holds in self._asked():
            asked.append((what, bound, f"{worst:.3g}", "  ok" if holds else "  MISSED"))
        lines = [
            table(scored, "22", "<18", "<14", "<8", "<14", "<"),
            *(f"{game.setting}: {game.error}" for game in self.games if game.error),
            table(known, "21", "<7", "<12", "<8", "<"),
            table(asked, "32", "<9", "<9", "<"),
            CAUTION if self.data == "bars" else ON_THE_RING,
        ]
        return "\n\n".join(lines)

    def _cells(self, found: list[dict[str, Any]]) -> list[str]:
        """A model's scores, from lowest to highest over the seeds."""
        unknown = {"kl": "infinite" if self.data == "bars" else "-", "sequential_steps": "never"}
        return [
            spread([r.get(name, 1) for r in found], form, unknown.get(name, "-"))
            for name, form in FORMS.items()
        ]

    def save(self, directory: Path, files: PictureFiles = PNG) -> list[Path]:
        """Draw the picture, and write the report as JSON."""
        report = directory / "taxonomy.json"
        text = json_text(self.report()).encode()
        write_whole(report, lambda opened: opened.write(text))
        return [*super().save(directory, files), report]

    def _draw(self) -> Picture:
        """The tree, samples at its leaves, and three panels."""
        models = {entry.title: self.of_model(name) for name, entry in self.entries.items()}
        trained = {title: found for title, found in models.items() if found}
        return taxonomy_tree.picture(self.data, trained, self.curves)


def results(seed: int, model: str = "", data: str = "", curve: str = "") -> dict[str, Any]:
    """A row of the table: of a model, or of a chain's curve."""
    return measured.curve(curve, seed) if curve else measured.measure(model, data, seed)


def finite(number: float) -> float | None:
    """The number, None if it is infinite: for JSON."""
    return number if np.isfinite(number) else None


def spread(values: Sequence[float | None], form: str, none: str) -> str:
    """Lowest to highest of some values; ``none`` says what a value of None is."""
    finite = [value for value in values if value is not None]
    ends = sorted({format(value, form) for value in finite}, key=float)
    shown = "-".join(dict.fromkeys([*ends[:1], *ends[-1:]]))
    if len(finite) == len(values):
        return shown
    return f"{shown}, {none}" if finite else none


def _chosen(entries: dict[str, Entry], only: str | None) -> dict[str, Entry]:
    """Entries that are named, with a comma between them; all by default."""
    names = list(entries) if only is None else [name.strip() for name in only.split(",")]
    for name in names:
        if name not in entries:
            near = did_you_mean(name, entries) or f" ({', '.join(entries)})"
            raise InputError(f"only: expected names of models, got {name!r}{near}")
    return {name: entries[name] for name in entries if name in names}


def _independent_pixels() -> dict[str, float]:
    """Scores of the model with p_data's mean in every pixel: the zero of every scale."""
    mean = BARS.pmf @ BARS.states
    q = np.where(BARS.states > 0, mean, 1 - mean).prod(axis=1)
    return scores(BARS.pmf, q)._asdict()
