"""Figures 2 and 3: random and the same each time; nearest is nearest, ends are ends."""

import numpy as np
import pytest
from PIL import Image

from minigan.base.errors import InputError
from minigan.images.pictures import figure2, figure3, save_curves, save_pictures

from .helpers import opened


@pytest.fixture(params=["mnist", "cifar10"])
def run(request, tmp_path):
    with opened(request.param, tmp_path) as run:
        list(run.play(2))
        yield run


def test_neighbours_are_the_nearest_training_images(run):
    samples, neighbours = figure2(run)
    X = run.splits.rows.X.astype(np.float64)
    assert samples.shape == (20, X.shape[1]) and neighbours.shape == (4, X.shape[1])
    for row, neighbour in enumerate(neighbours):
        last = samples[5 * row + 4]
        nearest = X[((X - last) ** 2).sum(axis=1).argmin()]
        np.testing.assert_array_equal(neighbour, nearest)

    np.testing.assert_array_equal(samples, run.generate(run.noise(20, seed=2)))
    assert (run.noise(20, seed=2) != run.noise(20, seed=0)).all()


def test_walks_are_straight_lines_in_noise_whose_ends_are_the_endpoints(run):
    walked = []
    generate = run.generate
    run.generate = lambda z: walked.append(z) or generate(z)
    walks = figure3(run).reshape(4, 10, -1)
    (z,) = walked
    z, ends = z.reshape(4, 10, -1), run.noise(8, seed=3)
    np.testing.assert_array_equal(z[:, 0], ends[:4])
    np.testing.assert_array_equal(z[:, -1], ends[4:])
    steps = np.diff(z.astype(np.float64), axis=1)
    np.testing.assert_allclose(steps, np.broadcast_to(steps[:, :1], steps.shape), atol=1e-6)
    np.testing.assert_allclose(walks[:, 0], run.game.G(ends[:4]), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(walks[:, -1], run.game.G(ends[4:]), rtol=1e-4, atol=1e-4)


def test_three_pictures_are_written_and_the_same_each_time(run):
    files = save_pictures(run)
    assert [file.name for file in files] == ["curves.png", "figure2.png", "figure3.png"]
    for file in files:
        assert file.parent == run.directory
        with Image.open(file) as picture:
            picture.verify()
    before = [file.read_bytes() for file in files]
    assert [file.read_bytes() for file in save_pictures(run)] == before


def test_curves_are_drawn_while_the_run_goes_on_and_not_of_nothing(tmp_path):
    assert save_curves(tmp_path) == []
    with opened("digits", tmp_path) as run:
        assert save_curves(tmp_path) == []
        for line in run.play(2):
            (file,) = save_curves(tmp_path)
            assert file.stat().st_size > 1000 and line
    (tmp_path / "curves.png").unlink()
    (tmp_path / "curves.png").mkdir()
    with pytest.raises(InputError, match=r"curves\.png: cannot be written"):
        save_curves(tmp_path)
