"""The faces' second part begins where the first ended, with two new layers in front."""

import shutil

import numpy as np
import pytest

from minigan.base.errors import CheckpointError, InputError
from minigan.checkpoint import read, save

from .helpers import opened


@pytest.fixture
def first(tmp_path):
    """A finished run of the first part."""
    with opened("tfd-pretrain", tmp_path / "first") as run:
        list(run.play(2))
    return tmp_path / "first"


def layers(G):
    return {layer.name: layer for layer in G.layers if layer.params}


def refused(start, tmp_path, error=CheckpointError, **options):
    """The line, and that nothing but an empty directory is left."""
    directory = tmp_path / "second"
    with pytest.raises(error) as caught:
        opened("tfd", directory, start=start, **options)
    assert not list(directory.glob("*.npz"))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_three_layers_are_those_that_were_trained_and_two_are_new(first, tmp_path):
    with opened("tfd-pretrain", first, resume=True) as run:
        trained = layers(run.game.G)
    with opened("tfd", tmp_path / "second", start=first) as run:
        G = layers(run.game.G)
        assert list(G) == ["new relu", "new hidden", *trained]
        for name, layer in trained.items():
            np.testing.assert_array_equal(G[name].flat_params, layer.flat_params)
        shape = run.splits.rows.shape
        assert run.sample(3).shape == (3, np.prod(shape))
        list(run.play(1))  # and all five are trained
        for name, layer in trained.items():
            assert (G[name].W != layer.W).any()
        new = opened("tfd", tmp_path / "other", start=first, seed=1)
        assert (layers(new.game.G)["new relu"].W != G["new relu"].W).any()
        new.close()


def test_a_run_to_build_upon_must_be_named_and_be_a_run_of_the_first_part(first, tmp_path):
    message = refused(None, tmp_path, InputError)
    assert message == "start: expected the directory of a run of tfd-pretrain, got none"
    with pytest.raises(InputError, match="start: expected none for digits, got "):
        opened("digits", tmp_path / "second", start=first)
    opened("digits", tmp_path / "digits").close()
    message = refused(tmp_path / "digits", tmp_path)
    assert "expected a run of tfd-pretrain with 15856 parameters in G, got one of digits" in message
    assert "cannot be read: No such file" in refused(tmp_path / "nowhere", tmp_path)
    (first / "last.npz").write_bytes((first / "last.npz").read_bytes()[:-10])
    assert "last.npz: expected a file that ends in its SHA-256" in refused(first, tmp_path)


def test_a_run_of_another_width_or_on_other_images_is_refused(first, tmp_path):
    found = read(first / "last.npz")
    wider = {**found.state, "game": {"networks": {"G": {"params": np.zeros(3)}}}}
    save(first / "last.npz", wider, configuration=found.configuration)
    assert "got one of tfd-pretrain with 3" in refused(first, tmp_path)
    others = found.configuration | {"data": {**found.configuration["data"], "sha256": "0"}}
    save(first / "last.npz", found.state, configuration=others)
    message = refused(first, tmp_path)
    assert message.endswith("expected a run on the same training images, got others")
    save(first / "last.npz", {}, configuration=found.configuration)
    assert "parameters in G, got one of tfd-pretrain with 0" in refused(first, tmp_path)


def test_the_first_part_is_needed_at_the_beginning_only(first, tmp_path):
    with opened("tfd", tmp_path / "second", start=first) as run:
        list(run.play(1))
    shutil.rmtree(first)
    with opened("tfd", tmp_path / "second", resume=True) as run:
        assert [line["epoch"] for line in run.play(2)] == [2]
