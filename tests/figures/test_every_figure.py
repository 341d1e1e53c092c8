"""All figures: a report for JSON, words, a picture; what stops them, what they refuse."""

import importlib
import json
from contextlib import contextmanager
from itertools import combinations

import pytest

from minigan import InputError
from minigan.cli.figure import FIGURES, SWEPT, figure_class
from minigan.figures import f_gan, ppgn, seeds
from minigan.figures.conditional import STEPS as CONDITIONAL_STEPS
from minigan.figures.inference import GAMES as INFERENCE_GAMES
from minigan.figures.style import PictureFiles
from minigan.models.rivals import RIVALS

QUICK = {  # constants of a figure's module, and options, that make it short
    "arithmetic": ({"STEPS": 3, "SAMPLES": 200, "TRIALS": 9, "SHOWN": 2}, {}),
    "batches": (
        {"STEPS": 3, "COLOUR_STEPS": 3, "MINIBATCHES": 20, "POINTS": 2, "REDRAWS": 3, "DRAWS": 50},
        {},
    ),
    "better-z": ({"STOPS": (3, 6), "SEEDS": 1}, {}),
    "circling": ({}, {"steps": 20}),
    "conditional": ({"STEPS": dict.fromkeys(CONDITIONAL_STEPS, 5), "CONDITIONS": [0.3]}, {}),
    "costs": ({"STEPS": 20, "SEEDS": 2, "SAMPLES": (50, 500)}, {}),
    "few-labels": ({"PER_CLASS": {False: (1,), True: (1,)}, "SHARE": 0.002}, {}),
    "discrete": ({"SAMPLES": 200, "STEPS": 4, "SEEDS": 1, "JUDGED": 50}, {}),
    "f-gan": (
        {
            "SETTINGS": {name: one._replace(steps=3) for name, one in f_gan.SETTINGS.items()},
            "STARTS": f_gan.STARTS[:1],
            "PANELS": 200,
        },
        {},
    ),
    "figure1": ({"INNER": {8: 10}}, {"steps": 12}),
    "function-space": ({}, {"steps": 50}),
    "hidden-noise": ({"STEPS": 4, "LOOK": 2, "SEEDS": 1}, {}),
    "inference": (
        {
            "ALI_STEPS": 5,
            "GAMES": {name: (one[0], 5, one[2]) for name, one in INFERENCE_GAMES.items()},
        },
        {},
    ),
    "infogan": ({"STEPS": 5}, {}),
    "helvetica": ({"UPDATES": 200, "BLOCKS": (1, 100), "SEEDS": 1}, {}),
    "imitation": ({"TRAJECTORIES": (1,), "SEEDS": 1}, {}),
    "inner-loop": ({"LOOKS": (1, 5), "KEPT": (1,), "UPDATES": 5, "SEEDS": 2}, {}),
    "lapgan": ({"STEPS": 3, "SAMPLES": 40}, {}),
    "missing-parts": ({"STEPS": 10}, {}),
    "mode-collapse": ({}, {"steps": 20}),
    "monitor": ({"STEPS": 10}, {}),
    "posterior": ({"STEPS": 5}, {}),
    "noise": ({"STEPS": 4, "SEEDS": 1, "CELLS": (0.4,)}, {}),
    "smoothing": ({"SEEDS": 1, "MOST": 3, "LOOK": 2, "STARTS": (4.0,), "NEAR": 3.8}, {}),
    "ppgn": (
        {
            "STEPS": dict.fromkeys(ppgn.STEPS, 2),
            **{"IN_PLANE": 50, "MOVES_OF": {0.1: 2, 0.2: 1}, "SAMPLES": 30, "MOVES": 1},
        },
        {},
    ),
    "update-rules": ({"STEPS": 10}, {}),
    "ring": ({"STEPS": 2}, {"jobs": 1}),
    "table1": (
        {
            "RIVALS": {"digits": [one._replace(steps=2) for one in RIVALS["digits"]]},
            "SIZES": {"digits": (40, 20, 20)},
            "PILOT": 2,
        },
        {},
    ),
    "taxonomy": ({}, {"only": "fvbn", "jobs": 1}),
    "unrolled": ({"LOOKS": 3, "BETWEEN": 1, "STEPS": 200}, {}),
    "z-in-training": ({"STEPS": 4, "SEEDS": 1}, {}),
    "which-kl": ({"SEPARATIONS": (1.0, 2.5)}, {}),
}
NEVER_INTERRUPTED = {"circling", "mode-collapse"}  # they take milliseconds

BY_DEFAULT = {"monitor", "update-rules", "ring"}  # of each way to play one


def quick_or_slow(names):
    """A test of figures, of which all but a few are slow."""
    slow = [
        name if name in BY_DEFAULT else pytest.param(name, marks=pytest.mark.slow) for name in names
    ]
    return pytest.mark.parametrize("name", slow)


@contextmanager
def quick(name):
    """A class, its module's constants patched, and its options."""
    constants, options = QUICK[name]
    with pytest.MonkeyPatch.context() as patch:
        for constant, value in constants.items():
            module = importlib.import_module(f"minigan.figures.{name.replace('-', '_')}")
            patch.setattr(module, constant, value)
        yield figure_class(name), options


@pytest.fixture(scope="module", params=FIGURES)
def run(request):
    with quick(request.param) as (figure, options):
        return figure(seed=3, **options).play()


def test_the_report_is_ready_for_json_and_begins_with_the_settings(run):
    report = run.report()
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert list(report)[: len(run.settings) + 2] == ["seed", *run.settings, "seconds"]
    assert report["seed"] == 3
    assert 0 < report["seconds"] < 60
    assert not run.interrupted


def test_the_text_fits_a_terminal(run):
    assert max(map(len, run.text().splitlines())) < 100


@pytest.fixture(scope="module")
def saved(run, tmp_path_factory):
    """The pictures, laid out by being written, and a directory with the files."""
    pictures, directory = run.pictures(), tmp_path_factory.mktemp("saved")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "pictures", lambda: pictures)
        return pictures, directory, run.save(directory, PictureFiles(dpi=80))


def test_the_picture_is_written_whole(run, saved):
    _, directory, files = saved
    file = directory / f"{run.name.replace('-', '_')}.png"
    assert files[0] == file
    assert file.read_bytes().startswith(b"\x89PNG")
    assert sorted(directory.iterdir()) == sorted(files)


def test_the_pictures_can_be_read_on_a_slide(saved):
    for picture in saved[0].values():
        can_be_read_on_a_slide(picture)


def can_be_read_on_a_slide(picture):
    from matplotlib.text import Text

    assert picture.get_figwidth() == 10  # inches: at that size
    texts = [text for text in picture.findobj(Text) if text.get_text() and text.get_visible()]
    assert min(text.get_fontsize() for text in texts) >= 9  # points
    titles = [ax.title for ax in picture.axes if ax.get_title()]
    titles += [picture._suptitle] * (picture._suptitle is not None)
    assert titles
    boxes = [title.get_window_extent() for title in titles]
    assert all(box.x0 >= 0 and box.x1 <= picture.bbox.x1 for box in boxes)
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


@quick_or_slow(name for name in FIGURES if name not in NEVER_INTERRUPTED)
def test_interrupted_at_once_it_can_be_told_and_drawn(name, tmp_path, monkeypatch):
    def interrupt(iterable, total):
        raise KeyboardInterrupt
        yield

    with quick(name) as (figure, options):
        run = figure(**options).play(interrupt)
        assert run.interrupted and run.report()["interrupted"]
        assert run.text()
        drawn = run.pictures()
        assert all(each._supylabel for each in drawn.values())
        monkeypatch.setattr(run, "pictures", lambda: drawn)
        assert run.save(tmp_path, PictureFiles(dpi=40))  # with nothing to draw, drawing is hardest


@pytest.mark.parametrize(
    ("name", "finished"),
    [
        ("costs", lambda run: len(run.games)),
        ("inner-loop", lambda run: len({(o.sweep, o.setting, o.seed) for o in run.trained})),
        ("update-rules", lambda run: len(run.exact) + len(run.sampled)),
        ("which-kl", lambda run: sum(map(len, run.sweep.values()))),
    ],
)
def test_interrupted_later_it_keeps_the_games_that_were_finished(name, finished):
    def interrupt(iterable, total):
        assert total == len(iterable)
        yield from iterable[:3]
        raise KeyboardInterrupt

    with quick(name) as (figure, options):
        run = figure(**options).play(interrupt)
    assert run.interrupted
    assert finished(run) == 3
    assert run.text()


@quick_or_slow(FIGURES)
def test_one_seed_makes_a_run(name):
    def found(seed):
        with quick(name) as (figure, options):
            report = figure(seed=seed, **options).play().report()
        assert report.pop("seed") == seed
        measured = {"seconds", "observing", "share"}
        return {name: value for name, value in report.items() if name not in measured}

    first, again, other = map(found, (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize("name", FIGURES)
def test_the_command_line_knows_each_by_its_name_and_whether_seeds_change_it(name):
    figure = figure_class(name)
    assert figure.name == name
    assert bool(figure.asked) == (name in SWEPT)


@pytest.mark.parametrize("name", FIGURES)
def test_before_it_is_played_there_is_nothing_to_see_and_that_is_said(name):
    for see in ("draw", "text"):
        with pytest.raises(AttributeError, match=r"has no '\w+' before it is played: play\(\)$"):
            getattr(figure_class(name)(), see)()


def test_numbers_asked_for_are_numbers_of_the_report(run, monkeypatch):
    monkeypatch.setattr(type(run), "play", lambda _: run)  # it was, already
    found = seeds.numbers(type(run), seed=3, **QUICK[run.name][1])
    assert run.asked.keys() <= found.keys()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *((name, {"seed": -1}) for name in FIGURES),
        ("circling", {"eta": 0}),
        ("circling", {"eta": -1}),
        ("circling", {"steps": 1}),
        ("function-space", {"steps": 24}),
        ("function-space", {"eta": 1.1}),
        ("function-space", {"eta": 0}),
        ("mode-collapse", {"steps": 0}),
    ],
)
def test_bad_options_are_refused(name, options):
    with pytest.raises(InputError, match=f"^{next(iter(options))}: expected"):
        figure_class(name)(**options)
