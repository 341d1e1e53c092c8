"""The figures of the page on MNIST are those of the logs beside it."""

import json
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "mnist.md").read_text(encoding="utf-8")


def lines(path):
    return [json.loads(line) for line in (DOCS / path).read_text().splitlines()]


def test_the_table_of_epochs_is_that_of_the_log():
    looks = {line["epoch"]: line for line in lines("mnist/log.jsonl")}
    row = r"\| (\d+) \| (-?\d+\.\d) \| (0\.\d{4}) (?=\|)"
    rows = [each for line in PAGE.splitlines() for each in re.findall(row, line)]
    assert len(rows) == 16
    for epoch, valid, sigma in rows:
        look = looks[int(epoch)]
        assert f"{look['valid_log_likelihood']:.1f}" == valid and f"{look['sigma']:.4f}" == sigma
    best = max(looks.values(), key=lambda look: look.get("valid_log_likelihood", -1e9))
    assert f"The best epoch by validation is {best['epoch']}." in PAGE
    assert f"\n{looks[300]['seconds']:,.0f} s of training" in PAGE


def test_the_second_run_is_that_of_its_log():
    again, before = (
        {line["epoch"]: line.get("valid_log_likelihood") for line in lines(f"mnist/{name}.jsonl")}
        for name in ("again", "log")
    )
    rows = re.findall(r"^\| (\d+) \| (\d+\.\d) \| (\d+\.\d) \|$", PAGE, re.M)
    assert len(rows) == 6
    for epoch, *said in rows:
        assert said == [f"{run[int(epoch)]:.1f}" for run in (again, before)]
    score = json.loads((DOCS / "mnist" / "again.json").read_text())
    best = score["epoch"]
    assert again[best] == max(valid for valid in again.values() if valid)
    assert f"The best epoch is {best}, with {again[best]:.1f};" in PAGE
    assert (
        "**{test_log_likelihood:.1f} ± {standard_error:.1f} nats**, 5 above".format(**score) in PAGE
    )


def test_the_scores_of_the_quick_recipe_are_those_of_its_runs():
    runs = lines("mnist-quick/scores.jsonl")
    (row,) = re.findall(r"^\| test log-likelihood, nats \| (.*) \|$", PAGE, re.M)
    said = [f"{run['test_log_likelihood']:.1f} ± {run['standard_error']:.1f}" for run in runs]
    assert row.split(" | ") == said and [run["seed"] for run in runs] == list(range(len(runs)))
    assert all(run["valid_log_likelihood"]["6"] > 225 for run in runs)
    log = lines("mnist-quick/log.jsonl")
    assert f"took {log[-1]['seconds']:.0f} s for its {len(log)} epochs" in PAGE.replace("\n", " ")
    looks = {str(look["epoch"]): look.get("valid_log_likelihood") for look in log}
    of_seed_0 = {epoch: valid for epoch, valid in looks.items() if valid}
    assert of_seed_0 == pytest.approx(runs[0]["valid_log_likelihood"])


def test_what_is_said_of_dcgan_is_what_its_judge_found():
    found = json.loads((DOCS / "mnist-dcgan" / "judge.json").read_text())
    assert found["epoch"] == 5 and "After the five epochs (seed 1)" in PAGE
    samples, training = found["samples"], found["training images"]
    for name, form in (("sure", ".3f"), ("entropy", ".3f"), ("frechet", ".1f")):
        assert f"| {samples[name]:{form}} | {training[name]:{form}} |" in PAGE
    assert f"| {min(samples['classes']):.3f} | {min(training['classes']):.3f} |" in PAGE
    assert "| {:.1f} ± {:.1f} |".format(*found["parzen"]) in PAGE
