"""The table of remedies for mode collapse: its form, what is asked of it, and its command."""

import json

import pytest
from matplotlib.figure import Figure

from minigan.cli import main
from minigan.figures import ring
from minigan.figures.ring import Ring
from minigan.figures.table import Game
from minigan.variants.ring_remedies import REMEDIES

GOOD = {
    "none": (0.1, 0.3),
    "none-alternating": (0.1, 0.1),
    "none-non-saturating": (0.1, 0.2),
    "unrolled-5": (0.02, 0.06),
    "unrolled-5-stopped": (0.03, 0.03),
    "more-D-steps": (0.02, 0.01),
    "minibatch-features": (0.02, 0.03),
    "labels": (0.01, 0.02),
}


def told(jsd, modes=8):
    """The figure as if these had been the JSD by remedy and seed."""
    figure = Ring(seeds=[4, 2])
    figure.games = [
        Game(
            {"remedy": remedy, "seed": seed, "steps": 2000},
            {"modes": modes, "quality": 0.9, "jsd": value, "samples": ""},
            None,
            1.0,
        )
        for remedy, values in jsd.items()
        for seed, value in zip((4, 2), values, strict=True)
    ]
    return figure


def test_the_report_has_the_scores_of_each_remedy_in_the_order_of_the_seeds():
    report = told(GOOD).report()
    assert report["seeds"] == [4, 2]
    assert list(report["remedies"]) == list(REMEDIES)
    assert report["remedies"]["none"] == {"modes": [8, 8], "quality": [0.9, 0.9], "jsd": [0.1, 0.3]}
    assert report["medians"]["unrolled-5"] == report["means"]["unrolled-5"] == 0.04


@pytest.mark.parametrize(
    ("remedy", "jsd", "missed"),
    [
        ("labels", (0.02, 0.021), "labels: median JSD"),
        ("unrolled-5", (0.06, 0.07), "unrolled-5: median JSD"),
        ("none", (0.05, 0.14), "none: mean JSD over that of unrolled-5"),
        ("minibatch-features", (0.1, 0.03), "minibatch-features: median JSD"),
        ("none-non-saturating", (0.02, 0.03), "minibatch-features: median over none-non-saturat"),
    ],
)
def test_a_miss_is_printed_as_a_miss(remedy, jsd, missed):
    assert "MISSED" not in told(GOOD).text()
    lines = [line for line in told(GOOD | {remedy: jsd}).text().splitlines() if "MISSED" in line]
    assert missed in "\n".join(lines)
    assert "MISSED" in told(GOOD, modes=7).text()


def test_a_game_whose_cost_was_no_number_is_said():
    figure = told(GOOD)
    figure.games[0] = figure.games[0]._replace(results={}, error="step 3: J_D became nan")
    assert "none, 4: step 3: J_D became nan" in figure.text()
    assert figure.report()["remedies"]["none"]["jsd"] == [None, 0.3]


def test_the_command_goes_on_where_it_was_stopped(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(ring, "STEPS", 2)
    monkeypatch.setattr(Ring, "_draw", lambda _: Figure(figsize=(1, 1)))  # takes the most time
    command = ["ring", "--jobs", "1", "--json", "--out", str(tmp_path), "--seeds"]
    assert main([*command, "0:1"]) == 0
    first = json.loads(capsys.readouterr().out)
    played = []
    real = ring.outcome
    monkeypatch.setattr(ring, "outcome", lambda *setting: played.append(setting) or real(*setting))
    assert main([*command, "0:2"]) == 0
    second = json.loads(capsys.readouterr().out)
    assert played == [(remedy, 1, 2) for remedy in REMEDIES]
    for remedy, scores in first["remedies"].items():
        assert second["remedies"][remedy]["jsd"][:1] == scores["jsd"]
    assert second["files"] == [str(tmp_path / "ring.png")]
