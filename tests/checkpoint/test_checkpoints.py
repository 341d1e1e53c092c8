"""A checkpoint belongs to one run, is written whole, and says what does not fit."""

import os
import platform
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import minigan
from minigan.base.errors import CheckpointError, InputError
from minigan.checkpoint import checkpoints, load, read, save
from minigan.checkpoint.checkpoints import blas, other_blas

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


@pytest.mark.parametrize("kind", [str, Path])
def test_a_state_comes_back_with_its_run_and_the_versions_that_made_it(path, kind):
    save(kind(path), state(), configuration=RUN)
    state_only, found = load(kind(path), configuration=RUN), read(kind(path))
    assert state_only["step"] == found.state["step"] == 3
    assert state_only["G"]["params"].dtype == np.float32
    assert np.array_equal(state_only["G"]["params"], state()["G"]["params"])
    assert found.configuration == RUN
    present = {"minigan": minigan.__version__, "numpy": np.__version__, "blas": blas()}
    assert found.versions == present


def test_what_comes_to_the_same_is_the_same_configuration(path):
    save(path, state(), configuration={"units": (32, 32), "nan": float("nan"), "lr": 1})
    for units in ((32, 32), [32, 32]):
        load(path, configuration={"units": units, "nan": float("nan"), "lr": 1.0})


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
    assert load(saved)["step"] == 3  # none is compared


@pytest.mark.parametrize(("module", "name"), [(checkpoints, "minigan 9.9"), (np, "NumPy 9.9")])
def test_another_version_is_refused_and_can_be_read(saved, monkeypatch, module, name):
    monkeypatch.setattr(module, "__version__", "9.9")
    with pytest.raises(CheckpointError, match=f"expected .*{name}.*, got one of minigan"):
        load(saved)
    assert read(saved).state["step"] == 3


def test_another_format_is_refused(path, monkeypatch):
    monkeypatch.setattr("minigan.checkpoint.checkpoints.FORMAT", 1)
    save(path, state(), configuration=RUN)
    monkeypatch.undo()
    with pytest.raises(CheckpointError, match=r"a checkpoint of format 2, as minigan .*, got 1$"):
        read(path)


@pytest.mark.parametrize("tree", [{}, {"format": 2}, {"format": 2, "state": {}, "versions": 3}])
def test_an_archive_that_is_sealed_but_no_checkpoint_is_refused(path, tree):
    from minigan.checkpoint.sealed import seal

    path.write_bytes(seal(tree))
    with pytest.raises(CheckpointError, match="expected a "):
        read(path)


def test_another_blas_is_said_and_is_the_same_run(saved, monkeypatch):
    assert re.fullmatch(r"openblas [\d.]+ \w+|a BLAS that .* not know|\w+ .*", blas())
    assert other_blas(saved, read(saved)) is None
    monkeypatch.setattr(checkpoints, "blas", lambda: "openblas 0.3.31 Atom")
    load(saved, configuration=RUN)
    assert other_blas(saved, read(saved)) == (
        f"{saved}: saved under {blas()}, goes on under openblas 0.3.31 Atom: "
        "bits will differ from those of a run that was never stopped"
    )


@pytest.mark.slow
@pytest.mark.skipif(
    not blas().startswith("openblas") or platform.machine() not in ("x86_64", "AMD64"),
    reason="needs OpenBLAS, and a processor that has these kernels",
)
def test_the_kernel_is_the_one_that_is_used_and_scipys_is_not_asked():
    code = "import scipy.linalg; from minigan.checkpoint.checkpoints import blas; print(blas())"
    for kernel in ("Nehalem", "Sandybridge"):  # which any processor of ten years has
        environment = os.environ | {"OPENBLAS_CORETYPE": kernel}
        command = [sys.executable, "-c", code]
        printed = subprocess.run(command, env=environment, capture_output=True, check=True).stdout
        assert printed.decode().split() == [*blas().split()[:2], kernel]


# What cannot be saved, or where.


@pytest.mark.parametrize(
    ("given", "configuration", "message"),
    [
        ({}, {"f": print}, "configuration: expected"),
        ({}, [1], "configuration: expected"),
        ({}, {"x": np.arange(3)}, "configuration: expected"),
        ({}, {"a/b": 1}, "configuration: expected"),
        ([1], RUN, "state: expected a dict, got list"),
        ({"G": object()}, RUN, "state/G: expected an array"),
    ],
)
def test_what_cannot_be_saved_leaves_the_checkpoint_before(saved, given, configuration, message):
    with pytest.raises(InputError, match=message):
        save(saved, given, configuration=configuration)
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
