"""A checkpoint belongs to one run, is written whole, and says what does not fit."""

import os
from contextlib import contextmanager

import numpy as np
import pytest

import minigan
from minigan.base.errors import CheckpointError, InputError
from minigan.checkpoint import checkpoints, load, read, save

RUN = {"batch": 100, "G": {"units": [32, 32], "lr": 0.1}, "name": "toy"}


def state():
    return {"G": {"params": np.arange(5, dtype=np.float32)}, "step": 3}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "last.npz"


@pytest.fixture
def saved(path):
    save(path, state(), configuration=RUN)
    return path


# What is saved is loaded.


def test_a_state_comes_back(saved):
    found = load(saved, configuration=RUN)
    assert found["step"] == 3
    assert found["G"]["params"].dtype == np.float32
    assert np.array_equal(found["G"]["params"], state()["G"]["params"])


def test_a_path_may_be_a_string(path):
    save(str(path), state(), configuration=RUN)
    assert load(str(path))["step"] == 3


def test_a_checkpoint_says_which_run_and_which_versions_made_it(saved):
    found = read(saved)
    assert found.configuration == RUN
    assert found.versions == {"minigan": minigan.__version__, "numpy": np.__version__}
    assert found.state["step"] == 3


def test_a_tuple_in_the_configuration_is_a_list(path):
    save(path, state(), configuration={"units": (32, 32), "nan": float("nan")})
    for units in ((32, 32), [32, 32]):
        load(path, configuration={"units": units, "nan": float("nan")})


def test_one_is_one_whether_whole_or_not(path):
    save(path, state(), configuration={"lr": 1})
    load(path, configuration={"lr": 1.0})


# Another run.


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batch": 64}, "expected batch = 64, got 100$"),
        ({"G": {"units": [32, 64], "lr": 0.1}}, r"expected G.units = \[32, 64\], got \[32, 32\]$"),
        ({"G": {"units": [32, 32]}}, "expected G.lr = nothing, got 0.1$"),
        ({"k": 2}, "expected k = 2, got nothing$"),
        ({"G": 1}, r"expected G = 1, got \{'units': \[32, 32\], 'lr': 0.1\}$"),
        ({"batch": 1, "name": "x"}, "expected batch = 1, got 100, name = 'x', got 'toy'$"),
        ({f"k{i}": i for i in range(7)}, "k4 = 4, got nothing, and 2 more$"),
    ],
)
def test_another_configuration_is_named_key_by_key(saved, change, message):
    with pytest.raises(CheckpointError, match=rf"last\.npz: another configuration: .*{message}"):
        load(saved, configuration=RUN | change)


def test_without_a_configuration_none_is_compared(saved):
    assert load(saved)["step"] == 3


@pytest.mark.parametrize(("module", "name"), [(checkpoints, "minigan 9.9"), (np, "NumPy 9.9")])
def test_another_version_is_refused_and_can_be_read(saved, monkeypatch, module, name):
    monkeypatch.setattr(module, "__version__", "9.9")
    with pytest.raises(CheckpointError, match=f"expected .*{name}.*, got one of minigan"):
        load(saved)
    assert read(saved).state["step"] == 3


def test_another_format_is_refused(path, monkeypatch):
    monkeypatch.setattr("minigan.checkpoint.checkpoints.FORMAT", 2)
    save(path, state(), configuration=RUN)
    monkeypatch.undo()
    with pytest.raises(CheckpointError, match="expected a checkpoint of format 1, got 2"):
        read(path)


@pytest.mark.parametrize("tree", [{}, {"format": 1}, {"format": 1, "state": {}, "versions": 3}])
def test_an_archive_that_is_sealed_but_no_checkpoint_is_refused(path, tree):
    from minigan.checkpoint.sealed import seal

    path.write_bytes(seal(tree))
    with pytest.raises(CheckpointError, match="expected a "):
        read(path)


# What cannot be saved, or where.


@pytest.mark.parametrize("bad", [{"f": print}, [1], {"x": np.arange(3)}, {"a/b": 1}])
def test_a_configuration_that_is_no_json_is_refused(path, bad):
    with pytest.raises(InputError, match="configuration: expected"):
        save(path, state(), configuration=bad)
    assert not path.exists()


def test_a_state_that_is_no_dict_is_refused(path):
    with pytest.raises(InputError, match="state: expected a dict, got list"):
        save(path, [1], configuration=RUN)


def test_a_state_that_cannot_be_saved_leaves_the_one_before(saved):
    with pytest.raises(InputError, match="state/G: expected an array"):
        save(saved, {"G": object()}, configuration=RUN)
    assert load(saved)["step"] == 3


def test_a_directory_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no/last\.npz: cannot be written: No such file"):
        save(tmp_path / "no" / "last.npz", state(), configuration=RUN)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_directory_that_may_not_be_written_to_is_named(saved, tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InputError, match=r"last\.npz: cannot be written: Permission denied"):
            save(saved, state() | {"step": 4}, configuration=RUN)
    finally:
        tmp_path.chmod(0o700)
    assert load(saved)["step"] == 3


@contextmanager
def no_device_space():
    """A disk that is full."""
    always_full = lambda path, mode: open("/dev/full", mode)  # noqa: E731, SIM115
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("minigan.base.files.open", always_full, raising=False)
        yield


@contextmanager
def no_space_after_300_bytes():
    """A disk that becomes full while a file is being written."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
@pytest.mark.parametrize(
    ("full", "reason"),
    [(no_device_space, "No space left"), (no_space_after_300_bytes, "File too large")],
)
def test_a_full_disk_leaves_the_checkpoint_before_and_nothing_else(saved, full, reason):
    with full(), pytest.raises(InputError, match=rf"last\.npz: cannot be written: {reason}"):
        save(saved, state() | {"step": 4}, configuration=RUN)
    assert load(saved)["step"] == 3
    assert [each.name for each in saved.parent.iterdir()] == ["last.npz"]
