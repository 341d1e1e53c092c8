"""What commands print with."""

import json
import math

import numpy as np
import pytest

from minigan.base.strict_json import json_text
from minigan.cli.output import progress


def test_no_progress_is_shown_where_nobody_looks(capsys):
    assert list(progress(iter("abc"), 3)) == ["a", "b", "c"]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_null_however_deep(number):
    text = json_text({"a": [1.5, (number, {"b": number})], "c": number})
    assert text == '{"a": [1.5, [null, {"b": null}]], "c": null}'


def test_numbers_of_numpy_are_written_as_pythons():
    numbers = {"a": np.float32(0.5), "b": [np.int64(3), np.True_], "c": np.float64(0.1)}
    assert json_text(numbers) == '{"a": 0.5, "b": [3, true], "c": 0.1}'
    assert json_text({"a": np.float32("nan"), "b": (np.float64("-inf"),)}) == (
        '{"a": null, "b": [null]}'
    )


def test_what_json_can_write_comes_back_bit_for_bit():
    value = {"b": 0.1 + 0.2, "a": [True, None, "log 4", 10**20, -0.0]}
    assert json.loads(json_text(value)) == value
    assert list(json.loads(json_text(value))) == ["b", "a"]


def test_json_is_one_line():
    assert "\n" not in json_text({"text": "two\nlines", "rows": [{}] * 100})
