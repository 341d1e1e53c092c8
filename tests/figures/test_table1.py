"""Table 1's rivals: what the clock allows, what is scored, and what is said of the chains."""

import numpy as np
import pytest

import minigan as mg
from minigan.cli import main
from minigan.figures import table1
from minigan.models.rivals import RIVALS, Samples, walk


@pytest.fixture
def small(monkeypatch):
    """A rival whose samples are noise round 1/2, and few images."""

    def samples(model, X, m, rng):
        means = np.full((m, 64), 0.5, np.float32) + 0.1 * rng.standard_normal((m, 64))
        yield Samples(means, np.round(means), f"a start; {model} updates")

    one = RIVALS["digits"][0]._replace(
        title="noise", fit=lambda X, seed, steps: steps, steps=70, samples=samples
    )
    monkeypatch.setattr(table1, "RIVALS", {"digits": (one,)})
    monkeypatch.setattr(table1, "SIZES", {"digits": (50, 20, 20)})


def test_means_and_binary_samples_are_both_scored(small):
    played = table1.Table1().play()
    *controls, row = played.rows
    assert [one["title"] for one in controls] == ["training images", "means of clusters"]
    assert "binary" not in controls[0] and row["means"] > row["binary"]
    assert row["updates"] == 70 and "a start; 70 updates" in played.text()
    assert "138 +- 2" in played.text() and played.numbers()["test"] == 20


def test_the_score_is_judged_where_the_truth_is_known(small, monkeypatch):
    def samples(model, X, m, rng):
        for start, shift in (("images", 0.0), ("units", 0.3)):
            for row in one.samples(model, X, m, rng):
                yield row._replace(means=row.means + shift, chains=f"{start}; {row.chains}")

    (one,) = table1.RIVALS["digits"]
    rivals = [one._replace(samples=samples), one._replace(title=table1.DECODER)]
    monkeypatch.setattr(table1, "RIVALS", {"digits": rivals})
    played = table1.Table1().play()
    found = played.numbers()["critique"]
    assert 20 < found["true_model"]["exact"] - found["true_model"]["samples"] < 40
    assert found["true_model"]["means"] > found["true_model"]["samples"]
    assert found["noise"]["images"] > found["noise"]["units"]
    assert found["decoder"]["real_images"] == played.rows[0]["means"]
    for said in ("nats too low", "nats by the first state", "real images"):
        assert said in played.text()


def test_a_slow_rival_is_given_fewer_updates(small, monkeypatch):
    now = [0.0]

    def fit(X, seed, steps):
        now[0] += 1 + 0.4 * steps
        return steps

    slow = table1.RIVALS["digits"][0]._replace(fit=fit)
    monkeypatch.setattr(table1, "RIVALS", {"digits": (slow,)})
    monkeypatch.setattr(table1.time, "perf_counter", lambda: now[0])
    played = table1.Table1(minutes=0.5)
    played.run(lambda rows, total: rows)
    assert 20 <= played.rows[-1]["updates"] < 40 and now[0] < 36


def test_states_of_chains_are_kept_in_turn():
    kept = walk(lambda x: x + 1, np.zeros((2, 1)), 10, 3, 5)
    assert kept.ravel().tolist() == [13, 13, 16, 16, 19]


def test_what_is_refused(capsys):
    with pytest.raises(mg.InputError, match="expected a name, got 'minst'; did you mean mnist"):
        table1.Table1(data="minst")
    with pytest.raises(mg.InputError, match="minutes"):
        table1.Table1(minutes=0.1)
    assert main(["table1", "--data", "mnist", "--minutes", "1"]) == 2
    assert "minutes" in capsys.readouterr().err
