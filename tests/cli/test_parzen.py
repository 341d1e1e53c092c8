"""minigan parzen: its table, its JSON, its remarks, and files that do not fit."""

import argparse

import numpy as np
import pytest

from minigan.base.errors import InputError
from minigan.cli import parzen as command
from minigan.evaluation import parzen

from .helpers import strictly


@pytest.fixture
def arrays(rng):
    """Samples, validation and test examples in [0, 1]."""
    return {name: rng.random((n, 9)) for name, n in (("s", 120), ("v", 30), ("t", 40))}


@pytest.fixture
def save(tmp_path, arrays):
    """Function that saves the three, some of them replaced, and names the files."""

    def save_some(**others):
        paths = []
        for name, array in (arrays | others).items():
            paths.append(str(tmp_path / f"{name}.npy"))
            np.save(paths[-1], array)
        return paths

    return save_some


def run(samples, valid, test, *more):
    """The command with its own parser; the exit code."""
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args([samples, "--valid", valid, "--test", test, *more]))


def refused(*arguments):
    """The one line that an input which does not fit is answered with."""
    with pytest.raises(InputError) as caught:
        run(*arguments)
    message = str(caught.value)
    assert message and "\n" not in message
    return message


def test_json_has_the_score_in_it(save, arrays, capsys):
    assert run(*save(), "--json") == 0
    printed = strictly(capsys.readouterr().out)
    score = parzen(*arrays.values())
    assert printed == {
        "sigma": score.sigma,
        "grid": list(score.sigmas),
        "valid_log_likelihood": list(score.valid_log_likelihood),
        "test_log_likelihood": score.test_log_likelihood,
        "standard_error": score.standard_error,
    }


def test_text_shows_the_grid_the_choice_and_the_result(save, arrays, capsys):
    assert run(*save()) == 0
    printed = capsys.readouterr()
    score = parzen(*arrays.values())
    lines = printed.out.splitlines()
    assert len(lines) == 1 + 10 + 2
    (chosen,) = (line for line in lines if line.endswith("chosen"))
    assert chosen.split()[0] == f"{score.sigma:.4f}"
    assert f"{score.test_log_likelihood:.2f} +- {score.standard_error:.2f} nats" in lines[-1]
    assert printed.err == ""


def test_the_grid_is_an_option(save, capsys):
    run(*save(), "--json", "--sigmas", "0.2", "0.3", "0.25")
    assert strictly(capsys.readouterr().out)["grid"] == [0.2, 0.3, 0.25]


def test_a_bandwidth_on_the_edge_is_remarked_upon(save, capsys):
    run(*save(), "--json", "--sigmas", "5", "9")
    printed = capsys.readouterr()
    assert strictly(printed.out)["sigma"] == 5
    assert printed.err == (
        "minigan: sigma 5 is at the edge of the grid: a better one may lie beyond\n"
    )


def test_images_are_read_as_rows_and_that_is_said(save, arrays, capsys):
    run(*save(), "--json")
    flat = capsys.readouterr().out
    paths = save(s=arrays["s"].reshape(120, 3, 3))
    run(*paths, "--json")
    printed = capsys.readouterr()
    assert printed.out == flat
    line = f"minigan: {paths[0]}: (120, 3, 3) read as (120, 9), an image in each row\n"
    assert printed.err == line


def test_values_outside_the_unit_interval_are_remarked_upon(save, arrays, capsys):
    paths = save(v=2 * arrays["v"] - 1)
    run(*paths, "--json")
    assert capsys.readouterr().err.startswith(f"minigan: {paths[1]}: values from -0.9")


def test_an_archive_of_one_array_will_do(save, arrays, tmp_path, capsys):
    paths = save()
    run(*paths, "--json")
    expected = capsys.readouterr().out
    np.savez_compressed(tmp_path / "s.npz", samples=arrays["s"])
    run(str(tmp_path / "s.npz"), *paths[1:], "--json")
    assert capsys.readouterr().out == expected


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((4, 9), np.uint8), "expected floats, got uint8; pixels from 0 to 255 have to"),
        (np.zeros((4, 9), bool), "expected floats, got bool"),
        (np.zeros((4, 9), np.int64), "expected an array of type"),
        (np.array([[None]]), "expected an array of type"),
        (np.zeros(9), r"expected an example in each row, got an array (9,)"),
        (np.zeros((0, 9)), "expected a shape of whole numbers >= 1"),
    ],
)
def test_an_array_that_does_not_fit_is_one_line_with_the_files_name(save, array, message):
    paths = save(t=array)
    assert refused(*paths).startswith(f"{paths[2]}: {message}")


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.full((4, 9), np.nan), "valid: expected finite numbers"),
        (np.zeros((4, 8)), "samples and valid: expected rows of one width"),
    ],
)
def test_numbers_that_do_not_fit_are_one_line(save, array, message):
    assert refused(*save(v=array)).startswith(message)


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_a_damaged_file_is_one_line(save, tmp_path, suffix):
    samples, *others = save()
    with open(samples, "rb") as file:
        content = file.read()[:-1]
    path = tmp_path / f"damaged{suffix}"
    path.write_bytes(content)
    assert refused(str(path), *others).startswith(f"{path}: ")


def test_a_missing_file_and_a_directory_are_one_line(save, tmp_path):
    _, *others = save()
    for path in (tmp_path / "nowhere.npy", tmp_path):
        assert refused(str(path), *others).startswith(f"{path}: cannot be read")


def test_a_bandwidth_that_is_none_is_one_line(save):
    assert refused(*save(), "--sigmas", "0") == (
        "sigmas: expected a finite number in [1e-60, 1e+60], got 0.0"
    )
