"""Table 1's number: of held-out images only, and the same whoever computes it."""

import json

import numpy as np
import pytest

from minigan.base.errors import InputError
from minigan.evaluation import parzen
from minigan.images import ImageRun, Settings, score
from minigan.images import run as run_module
from minigan.images.score import score as score_of
from minigan.images.settings import read_splits

from .helpers import opened

io = pytest.importorskip("scipy.io")


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(score, "SAMPLES", 60)
    monkeypatch.setattr(score, "VALID", 15)


@pytest.fixture
def run(tmp_path):
    with opened("digits", tmp_path) as run:
        list(run.play(1))
        yield run


def test_sigma_is_chosen_on_validation_images_and_test_images_are_scored(run):
    found = score_of(run)
    expected = parzen(run.sample(60), run.splits.valid[:15], run.splits.test)
    assert (found["epoch"], found["samples"], found["fold"]) == (1, 60, 0)
    assert found["sigma"] == expected.sigma
    assert found["test_log_likelihood"] == expected.test_log_likelihood
    assert found["standard_error"] == expected.standard_error
    assert found["valid_log_likelihood"] == list(expected.valid_log_likelihood)
    assert "folds" not in found
    assert found == score_of(run) == json.loads((run.directory / "score.json").read_text())


def test_real_images_stand_beside_it_and_means_of_less_clusters_than_images(run, monkeypatch):
    names = [row["name"] for row in score_of(run)["references"]]
    assert names[:2] == ["training images", "the same, blurred 3 x 3"]
    assert len(names) == 3 and names[2].startswith("means of clusters")
    monkeypatch.setattr(score, "SAMPLES", 250)  # all the training images
    assert len(score_of(run)["references"]) == 2


def test_of_large_pictures_fewer_samples_are_scored_and_looked_at(run, monkeypatch):
    monkeypatch.setattr(run_module, "NUMBERS", 30 * 16)
    found, expected = score_of(run), parzen(run.sample(30), run.splits.valid[:15], run.splits.test)
    assert found["samples"] == 30
    assert found["test_log_likelihood"] == expected.test_log_likelihood
    of_look = parzen(run.sample(30), run.splits.valid, run.splits.test)
    assert run.look()["valid_log_likelihood"] == max(of_look.valid_log_likelihood)


@pytest.mark.parametrize(
    ("pixels", "expected"), [(784, 10_000), (3072, 10_000), (65_536, 512), (1 << 26, 1)]
)
def test_all_the_papers_pictures_get_10000_samples(pixels, expected):
    assert run_module.most_samples(10_000, pixels) == expected


@pytest.fixture
def tfd(tmp_path):
    """Function that writes a file like TFD's: 110 images without labels, 40 with."""

    def write(folds=None):
        rng = np.random.default_rng(0)
        bright = rng.random((150, 1, 1)) ** 2
        images = np.rint(255 * bright * rng.random((150, 48, 48))).astype(np.uint8)
        images[0, 0, 0], images[1] = 255, 0
        each = np.zeros((150, 5), np.uint8)
        for fold in range(5):
            each[110:, fold] = 1 + rng.permutation(40) % 3
        io.savemat(
            tmp_path / "TFD_48x48.mat",
            {"images": images, "folds": each if folds is None else folds},
        )
        return each

    return write


def tfd_run(tmp_path, **options):
    settings = Settings("tfd-pretrain", width=0.002, **options)
    return ImageRun(settings, read_splits(settings, tmp_path), tmp_path / "run")


@pytest.mark.parametrize("own", [0, 3])
def test_the_toronto_faces_are_scored_in_every_fold(own, tfd, tmp_path):
    tfd()
    with tfd_run(tmp_path, fold=own) as run:
        found = score_of(run, tmp_path)
        samples = run.sample(60)
    scores = found["folds"]["scores"]
    assert len(scores) == 5
    for fold, row in enumerate(scores):
        splits = read_splits(Settings("tfd", fold=fold), tmp_path)
        expected = parzen(samples, splits.valid[:15], splits.test)
        assert row["sigma"] == expected.sigma
        assert row["test_log_likelihood"] == expected.test_log_likelihood
    assert found["fold"] == own
    assert found["test_log_likelihood"] == scores[own]["test_log_likelihood"]
    numbers = [row["test_log_likelihood"] for row in scores]
    assert len(set(numbers)) == 5
    assert found["folds"]["test_log_likelihood"] == pytest.approx(np.mean(numbers))
    error = np.std(numbers, ddof=1) / np.sqrt(5)
    assert found["folds"]["standard_error"] == pytest.approx(error)


def test_a_fold_with_other_unlabelled_images_is_refused(tfd, tmp_path):
    folds = tfd()
    folds[0, 2], folds[149, 2] = 3, 0  # an image that is trained on would be tested on
    tfd(folds)
    message = "fold 2: expected the same unlabelled images as in fold 0, got others"
    with tfd_run(tmp_path) as run, pytest.raises(InputError, match=message):
        score_of(run, tmp_path)
    assert not (tmp_path / "run" / "score.json").exists()
