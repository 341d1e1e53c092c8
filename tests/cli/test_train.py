"""minigan train: what it prints, how it is stopped and resumed, and input that does not fit."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from images.helpers import assert_equal, small_rows, state

from minigan.cli import main
from minigan.cli.train import CONVOLVE
from minigan.images import RECIPES, pictures, remarks, score
from minigan.images import run as run_module
from minigan.images.settings import choices_of
from minigan.layers.image import ImageLayer

from .helpers import ENVIRONMENT, refused, strictly

LINE = {"epoch", "step", "seconds", "J_D", "J_G", "real_accuracy", "fake_accuracy"}
FILES = ["curves.png", "figure2.png", "figure3.png"]


@pytest.fixture(autouse=True)
def few_samples(monkeypatch, tmp_path):
    monkeypatch.setattr(run_module, "SAMPLES", 100)
    monkeypatch.setattr(score, "SAMPLES", 100)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MINIGAN_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()


@pytest.fixture
def no_pictures(monkeypatch):
    """Drawing takes longer than such a run."""
    monkeypatch.setattr(pictures, "save_pictures", lambda run, files: [])


quick = pytest.mark.usefixtures("no_pictures")


def train(*arguments):
    return main(["train", *map(str, arguments)])


def table(directory):
    text = Path(directory, "log.jsonl").read_text()
    return [{**json.loads(line), "seconds": 0} for line in text.splitlines()]


def scored(directory):
    return json.loads(Path(directory, "score.json").read_text())


def test_without_a_recipe_all_are_listed(capsys):
    assert train() == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(RECIPES)
    assert all(recipe.about in line for line, recipe in zip(lines, RECIPES.values(), strict=True))


def test_json_is_a_line_for_each_epoch_and_the_last_one_is_the_score(tmp_path, capsys):
    assert train("digits", "--epochs", 2, "--json") == 0
    printed = capsys.readouterr()
    *epochs, found = map(strictly, printed.out.splitlines())
    assert [line["epoch"] for line in epochs] == [1, 2]
    assert set(epochs[0]) == LINE and set(epochs[1]) == LINE | {"valid_log_likelihood", "sigma"}
    assert found["files"] == [f"digits/{name}" for name in FILES]
    assert found.pop("files") and found == scored("digits")
    assert np.isfinite([found["test_log_likelihood"], found["standard_error"]]).all()
    assert printed.err == ""
    names = {"log.jsonl", "last.npz", "best.npz", "samples", "score.json", ".lock", *FILES}
    assert set(os.listdir("digits")) == names


def test_text_has_the_costs_the_score_and_what_it_is_worth(capsys):
    assert train("digits", "--epochs", 5, "--look", 4, "--out", "here") == 0
    lines = capsys.readouterr().out.splitlines()
    numbers = [int(line.split()[1]) for line in lines if line.startswith("epoch")]
    assert numbers == [1, 2, 3, 4, 5]  # with a look: 4, 5
    assert re.fullmatch(
        r"epoch +4 +\d+ s  J_D 0\.\d{3}  J_G 0\.\d{3}  D right: 0\.\d\d real, 0\.\d\d fake  "
        r"valid -?\d+\.\d nats at sigma 0\.\d{4}",
        lines[4],
    )
    assert lines[0] == (
        "data: 1199 images to train on, 299 to validate, 299 to test; 1 x 8 x 8, from 0 to 1"
    )
    found = scored("here")
    number = f"{found['test_log_likelihood']:.2f} +- {found['standard_error']:.2f} nats"
    assert f"test log-likelihood {number} (standard error)" in lines
    assert sum(line.startswith("  ") for line in lines) == len(found["references"])
    assert lines[-1] == f"written: {', '.join('here/' + name for name in FILES)}"


@quick
def test_ones_own_images_are_named_shaped_and_remarked_upon(capsys, rng):
    X = rng.integers(0, 2, (240, 12), dtype=np.uint8)
    np.savez("own.npz", a=X, b=X)
    own = ("--data", "own.npz", "--width", 0.1, "--epochs", 1)
    assert refused(capsys, "train", "digits", *own).endswith("or --array NAME, got a, b")
    assert train("digits", *own, "--array", "b", "--shape", "3,2,2") == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("data: 160 images to train on, 40 to validate, 40 to test; 3 x 2")
    remark, *_ = printed.err.splitlines()
    assert remark.startswith("minigan: the data go from 0 to 0.003922, where 0 is black and 1 is")
    resumed = ("--resume", "--epochs", 2, *own[:-2], "--array", "b", "--shape")
    assert train("digits", *resumed, "3,2,2") == 0
    capsys.readouterr()
    assert "shape" in refused(capsys, "train", "digits", *resumed, "2,6")


@quick
def test_large_nets_for_ones_own_images_have_to_be_asked_for(monkeypatch, capsys, rng):
    np.save("own.npy", rng.integers(0, 256, (240, 12), dtype=np.uint8))
    monkeypatch.setattr(remarks, "LARGE", 0)
    own = ("--data", "own.npy", "--epochs", 1)
    assert refused(capsys, "train", "digits", *own).startswith(
        "minigan: digits: G and D for images"
    )
    assert train("digits", *own, "--width", 1) == 0
    assert train("digits", "--epochs", 1, "--out", "others") == 0  # known images have known nets


@quick
def test_epochs_between_looks_and_after_the_third_are_not_printed_to_a_file(capsys):
    train("digits", "--epochs", 7, "--look", 6)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("epoch")] == list("12367")


@quick
def test_resumed_it_is_the_same_run(capsys):
    train("digits", "--epochs", 4, "--look", 2, "--out", "whole", "--json")
    train("digits", "--epochs", 2, "--look", 2, "--out", "halves")
    capsys.readouterr()
    assert train("digits", "--epochs", 4, "--look", 2, "--out", "halves", "--resume", "--json") == 0
    *lines, found = map(strictly, capsys.readouterr().out.splitlines())
    assert [line["epoch"] for line in lines] == [3, 4]
    assert table("whole") == table("halves")
    assert {**found, "files": 0} == {**scored("whole"), "files": 0}


@quick
def test_a_run_that_goes_on_knows_all_that_it_was_asked_for(tmp_path, rng, capsys, monkeypatch):
    np.save("mine.npy", rng.random((150, 3, 4), np.float32))
    asked = ("mnist-quick", "--data", "mine.npy", "--width", 0.02, "--seed", 3, "--threads", 1)
    asked += ("--simultaneous", "--epochs", 4, "--look", 2, "--keep", 3)
    train(*asked, "--out", "whole")
    step = run_module.ImageRun._end_epoch

    def interrupted(run, last):
        if run.epoch == 2:
            raise KeyboardInterrupt
        return step(run, last)

    with monkeypatch.context() as patch:
        patch.setattr(run_module.ImageRun, "_end_epoch", interrupted)
        assert train(*asked, "--out", "a b") == 130
    assert capsys.readouterr().err == (
        "minigan: interrupted; minigan train --resume 'a b' goes on from here\n"
    )
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert train("--resume", "../a b") == 0
    assert table("../a b") == table("../whole")
    assert scored("../a b") == scored("../whole")
    assert sorted(os.listdir("../a b")) == sorted(os.listdir("../whole"))
    assert train("--resume", "../a b", "--epochs", 5) == 0  # what is given goes before
    assert len(table("../a b")) == 5
    capsys.readouterr()
    message = refused(capsys, "train", "--resume", "../a b", "--seed", 4)
    assert "--seed: expected 3, as the run in ../a b has it, got 4: leave the option out" in message


@quick
def test_ones_own_images_that_were_moved_are_asked_for_and_found(capsys, rng):
    np.save("old.npy", rng.random((150, 2, 2)))
    train("digits", "--data", "old.npy", "--width", 0.1, "--epochs", 1)
    os.rename("old.npy", "new.npy")
    capsys.readouterr()
    message = refused(capsys, "train", "--resume", "digits", "--epochs", 2)
    assert "old.npy: the images of the run in digits are not there" in message
    assert message.endswith("--data NEWPATH goes on")
    assert train("--resume", "digits", "--data", "new.npy", "--epochs", 2) == 0
    assert len(table("digits")) == 2


@quick
def test_a_data_directory_is_known_too(tmp_path, capsys, monkeypatch):
    train("digits", "--epochs", 1, "--data-dir", "data")
    seen = []
    monkeypatch.setattr(
        "minigan.images.read_splits", lambda settings, place: seen.append(place) or 1 / 0
    )
    with pytest.raises(ZeroDivisionError):
        train("--resume", "digits")
    assert seen == [str(tmp_path / "data")]


@quick
def test_a_finished_run_is_scored_again(capsys):
    train("digits", "--epochs", 2, "--json")
    first = strictly(capsys.readouterr().out.splitlines()[-1])
    os.remove("digits/score.json")
    assert train("digits", "--epochs", 2, "--resume", "--json") == 0
    assert [strictly(capsys.readouterr().out)] == [first]


@quick
def test_a_bandwidth_at_the_edge_of_the_grid_is_remarked_upon(capsys):
    train("cifar10", "--data", "digits", "--width", 0.002, "--epochs", 1, "--threads", 1, "--json")
    printed = capsys.readouterr()
    sigma = strictly(printed.out.splitlines()[-1])["sigma"]
    assert sigma == 1  # pixels of contrast-normalised images are of this size
    assert printed.err == (
        "minigan: sigma 1 is at the edge of the grid: a better one may lie beyond\n"
    )


@quick
def test_checkpoints_for_good(capsys):
    train("digits", "--epochs", 3, "--keep", 2)
    assert os.path.exists("digits/step-00000024.npz")  # twelve steps an epoch


@quick
def test_algorithm_1_and_the_paper_s_code_are_both_to_be_had(capsys):
    for option in ("--alternate", "--simultaneous"):
        train("digits", "--epochs", 1, option, "--out", option[2:])
    default = train("digits", "--epochs", 1, "--out", "default")
    assert default == 0
    assert table("alternate") == table("default") != table("simultaneous")
    with pytest.raises(SystemExit, match="2"):
        train("digits", "--alternate", "--simultaneous")


@quick
def test_ones_own_images(tmp_path, rng, capsys):
    np.save(tmp_path / "mine.npy", rng.random((150, 3, 4), np.float32))
    options = ("mnist", "--data", "mine.npy", "--width", 0.01, "--epochs", 1, "--threads", 1)
    assert train(*options, "--out", "mine") == 0
    assert table("mine")[0]["step"] == 1


@quick
def test_the_faces_recipes_one_after_the_other(tmp_path, rng, capsys):
    np.save(tmp_path / "faces.npy", rng.random((150, 5, 5), np.float32))
    options = ("--data", "faces.npy", "--width", 0.005, "--epochs", 1, "--threads", 1)
    assert refused(capsys, "train", "tfd", *options) == (
        "minigan: start: expected the directory of a run of tfd-pretrain, got none"
    )
    assert not Path("tfd").exists()
    assert train("tfd-pretrain", *options) == 0
    assert train("tfd", *options, "--start", "tfd-pretrain") == 0
    assert table("tfd")[0]["epoch"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["cats"], "recipe: expected one of digits, mnist, mnist-quick, .*, got 'cats'"),
        (["digits", "--epochs", "0"], "--epochs: expected a whole number >= 1, got 0"),
        (["digits", "--keep", "0"], "keep: expected a whole number >= 1, got 0"),
        (["digits", "--look", "-1"], "look: expected a whole number >= 1, got -1"),
        (["digits", "--threads", "0"], "--threads: expected a whole number >= 1, got 0"),
        (
            ["digits", "--threads", "99999"],
            "--threads: expected .* at most, as there are .* cores.*",
        ),
        (
            ["--resume", __file__],
            "--resume: expected the directory of a run, got the file .*: its .*",
        ),
        (["digits", "--seed", "-1"], "seed: expected a whole number >= 0, got -1"),
        (["digits", "--width", "0"], "width: expected a finite number in .0, 100., got 0.0"),
        (["digits", "--width", "nan"], "width: expected a finite number in .0, 100., got nan"),
        (["digits", "--fold", "1"], "fold: digits has no folds: leave the option out; got 1"),
        (["digits", "--start", "x"], "start: expected none for digits, got 'x'"),
        (["digits", "--resume"], "digits: expected a directory to resume from, got none"),
        (["digits", "--resume", "--out", "x"], "x: expected a directory to resume from, got none"),
        (["--resume", "x"], "x: expected a directory to resume from, got none"),
        (["--resume"], "--resume: expected the directory of a run, got none"),
        (["--resume", "x", "--out", "y"], "--out: expected none beside --resume x, got 'y'"),
        (["digits", "--data", "cats"], "data set: expected one of .* or a path, got 'cats'"),
        (["digits", "--data-dir", "x", "--data", "mnist"], ".*x.*"),
        (["digits", "--epochs", "many"], "train: argument --epochs: .*'many'.*"),
        (["digits", "--device", "many"], "train: argument --device: .*'many'.*"),
        (["mnist"], "mnist: .* minigan data fetch mnist"),
        (["tfd-pretrain"], "tfd: .*TFD_48x48.mat.*"),
        (["cifar10-convolutional", "--data", "digits"], ".*expected square images of 11.*8 x 8"),
    ],
)
def test_what_does_not_fit_is_one_line_and_leaves_nothing(arguments, message, tmp_path, capsys):
    assert re.fullmatch(f"minigan:? {message}", refused(capsys, "train", *arguments))
    left = [path.name for path in tmp_path.rglob("*.*") if path.name not in (".lock", "log.jsonl")]
    assert left == []


def test_no_gpu_is_one_line(capsys):
    from minigan.base.backend import device
    from minigan.base.errors import InputError

    try:
        device("cuda")
    except InputError:
        message = refused(capsys, "train", "digits", "--device", "cuda")
        assert message.startswith("minigan: ")
    else:
        pytest.skip("there is a GPU")


def test_mnist_with_two_files_swapped_is_one_line(tmp_path, capsys):
    (tmp_path / "data" / "mnist").mkdir()
    for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        labels = bytes([0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3])
        (tmp_path / "data" / "mnist" / f"{name}-ubyte").write_bytes(labels)
    message = refused(capsys, "train", "mnist", "--out", "run")
    assert "train-images-idx3-ubyte" in message
    assert not (tmp_path / "run").exists()


@quick
def test_a_new_run_over_an_old_one_and_a_resumed_one_of_another_kind_are_one_line(capsys):
    train("digits", "--epochs", 1)
    capsys.readouterr()
    before = {name: Path("digits", name).read_bytes() for name in ("last.npz", "log.jsonl")}
    assert "expected no checkpoints where a new run begins" in refused(capsys, "train", "digits")
    np.save("x.npy", np.zeros((150, 8, 8), np.float32))
    for options, expected in (
        (["--seed", 1], "--seed: expected 0, as the run in digits has it, got 1: leave the option"),
        (["--width", 0.5], "--width: expected 1.0, as the run in digits has it, got 0.5: leave"),
        (["--simultaneous"], "--simultaneous: expected False, as"),
        (["--data", "x.npy"], "x.npy: its images are not those of the run in digits: expected"),
    ):
        assert expected in refused(capsys, "train", "digits", "--resume", *options)
    message = refused(capsys, "train", "mnist", "--resume", "digits")
    assert message == "minigan: digits: expected a run of mnist, got one of digits"
    for name, content in before.items():
        assert Path("digits", name).read_bytes() == content


@quick
def test_fewer_epochs_than_done_are_one_line(capsys):
    train("digits", "--epochs", 2)
    capsys.readouterr()
    message = refused(capsys, "train", "digits", "--epochs", 1, "--resume")
    assert message == "minigan: epochs: expected 2 or more, so many are begun, got 1"
    assert len(table("digits")) == 2


def run(*arguments, limit=None, **options):
    """A process of its own, in which no file may have more bytes than the limit."""

    def limited():
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [sys.executable, "-W", "error", "-m", "minigan", "train", *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, env=ENVIRONMENT, preexec_fn=limited, **pipes, **options)


@quick
def test_a_disk_without_room_is_one_line_and_the_run_can_be_made_afterwards(capsys):
    process = run("digits", "--epochs", 1, limit=100_000)  # a checkpoint has 500,000 bytes
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2 and out == ""
    assert err == "minigan: digits/last.npz: cannot be written: File too large\n"
    assert train("digits", "--epochs", 1) == 0


@quick
def test_ctrl_c_says_how_to_go_on_and_nothing_is_lost(capsys):
    process = run("digits", "--epochs", 100_000, "--look", 50_000, "--json")
    try:
        for _ in range(3):
            line = process.stdout.readline()
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert err == "minigan: interrupted; minigan train --resume digits goes on from here\n"
    done = len(table("digits"))
    printed = 3 + len(out.splitlines())
    # Ctrl-C may come after a line is written and before it is shown.
    assert done - printed in (0, 1)
    assert json.loads(line)["epoch"] == 3
    assert train("digits", "--epochs", done + 2, "--look", 50_000, "--resume") == 0
    assert train("digits", "--epochs", done + 2, "--look", 50_000, "--out", "whole") == 0
    assert table("digits") == table("whole")


@quick
@pytest.mark.parametrize("name", ["SIGTERM", pytest.param("SIGHUP", marks=pytest.mark.slow)])
def test_a_batch_system_or_a_closed_terminal_loses_nothing(name, capsys, monkeypatch):
    look, number = run_module.ImageRun.look, getattr(signal, name)

    def ended(run):
        os.kill(os.getpid(), number)
        return look(run)

    before = signal.signal(number, signal.SIG_DFL)
    arguments = ["digits", "--epochs", 3, "--look", 2]
    monkeypatch.setattr(run_module.ImageRun, "look", ended)
    assert train(*arguments) == 128 + number
    assert capsys.readouterr().err == (
        "minigan: interrupted; minigan train --resume digits goes on from here\n"
    )
    assert len(table("digits")) == 1
    monkeypatch.setattr(run_module.ImageRun, "look", look)
    assert train(*arguments, "--resume") == train(*arguments, "--out", "whole") == 0
    assert table("digits") == table("whole")
    signal.signal(number, before)


@quick
@pytest.mark.parametrize(
    ("recipe", "width"), [("digits", 0.1), pytest.param("mnist", 1, marks=pytest.mark.slow)]
)
def test_a_run_that_goes_on_with_other_threads_is_the_same_run(recipe, width):
    game = [recipe, "--data", "digits", "--width", width]
    assert train(*game, "--epochs", 1, "--threads", 1) == 0
    assert choices_of(recipe)["threads"] == 1
    assert train("--resume", recipe, "--epochs", 2, "--threads", 2) == 0
    assert train(*game, "--epochs", 3, "--resume") == 0  # as the last time
    assert choices_of(recipe)["threads"] == 2
    assert train(*game, "--epochs", 3, "--threads", 1, "--out", "whole") == 0
    assert_equal(*(state(Path(run))["game"] for run in (recipe, "whole")))


@quick
def test_a_run_with_convolutions_keeps_its_number_of_threads(capsys):
    assert train("dcgan", "--data", "digits", "--width", 0.13, "--epochs", 1, "--threads", 1) == 0
    assert train("--resume", "dcgan", "--threads", 2) == 2
    assert "--threads: expected 1, as the run in dcgan has it" in capsys.readouterr().err


def test_the_recipes_that_keep_their_threads_are_those_with_convolutions():
    convolve = {
        name
        for name, recipe in RECIPES.items()
        for layer in (*recipe.generator(small_rows(name)), *recipe.discriminator(small_rows(name)))
        if isinstance(layer, ImageLayer)
    }
    assert convolve == set(CONVOLVE)


@quick
def test_ctrl_c_before_there_is_anything_to_resume_does_not_advise_it(capsys, monkeypatch):
    def interrupted(settings, data_dir):
        raise KeyboardInterrupt

    monkeypatch.setattr("minigan.images.read_splits", interrupted)
    assert train("digits") == 130
    assert capsys.readouterr().err == "minigan: interrupted\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_output_that_cannot_be_written_is_one_line():
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "minigan", "train"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr == "minigan: the output cannot be written: No space left on device\n"


def test_too_little_memory_is_one_line(capsys, monkeypatch):
    def greedy(settings, data_dir):
        raise MemoryError("Unable to allocate 3 TiB")

    monkeypatch.setattr("minigan.images.read_splits", greedy)
    assert train("digits") == 2
    assert capsys.readouterr().err == "minigan: not enough memory: Unable to allocate 3 TiB\n"


@pytest.mark.slow
def test_the_whole_command_with_all_its_samples(tmp_path):
    process = run("digits", "--epochs", 2, "--json", "--out", tmp_path / "run")
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    *epochs, found = map(strictly, out.splitlines())
    assert [line["epoch"] for line in epochs] == [1, 2]
    assert found["samples"] == 10_000
    assert all(os.path.exists(file) for file in found["files"])
