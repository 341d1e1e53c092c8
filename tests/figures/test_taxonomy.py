"""The taxonomy: what is printed is computed from q, and where a model stands is asked of it."""

import json
import math
from functools import partial

import numpy as np
import pytest

import minigan as mg
from minigan.cli import main
from minigan.distributions import BarsAndStripes
from minigan.figures.taxonomy import Taxonomy, spread
from minigan.models import measured, scores
from minigan.models.model import Model
from minigan.models.registry import ON_BARS, ON_RING, Entry

P = BarsAndStripes(3).pmf


class Stuck(Model):
    """A chain of one's own that never leaves its state: implicit, and it never mixes."""

    dim, binary = 9, True

    def pmf(self, states):
        return np.full(512, 1 / 512)

    def transition(self):
        return np.roll(np.eye(512), 1, axis=1)

    def sample(self, m, rng):
        return rng.integers(0, 2, (m, 9)).astype(float)

    def step(self, x, rng):
        return x


@pytest.fixture(scope="module")
def played():
    with pytest.MonkeyPatch.context() as patch:
        for registered, entries in (("ON_BARS", ON_BARS), ("ON_RING", ON_RING)):
            quick = {n: e._replace(fit=partial(e.fit, steps=15)) for n, e in entries.items()}
            quick |= {"stuck": Entry("stuck", lambda data, seed: Stuck())}
            patch.setattr(measured, registered, quick)
            patch.setattr(f"minigan.figures.taxonomy.{registered}", quick)
        patch.setattr(measured, "DRAWS", 2000)
        patch.setattr(measured, "CELLS", np.linspace(-3, 3, 4))
        patch.setattr(scores, "OF_DATA", 200)
        yield Taxonomy(only="fvbn,vae,mmd,gan,stuck", full=True, jobs=1).play()


def test_the_columns_follow_from_q(played):
    rows = json.loads(json.dumps(played.report()))["models"]
    assert [row["name"] for row in rows] == ["fvbn", "vae", "mmd", "gan", "stuck"]
    for row in rows:
        q, on = np.array(row["q"]), P > 0
        assert abs(q.sum() - 1) < 1e-9
        assert row["valid"] == pytest.approx(q[on].sum())
        assert row["patterns"] == (q[on] >= P[on] / 10).sum()
        if (q[on] == 0).any():
            assert row["kl"] is None and row["kl_is_infinite"]
        else:
            assert row["kl"] == pytest.approx((P[on] * np.log(P[on] / q[on])).sum())
        m = (P + q) / 2
        halves = [np.sum(a[a > 0] * np.log(a[a > 0] / m[a > 0])) for a in (P, q)]
        assert row["jsd"] == pytest.approx(sum(halves) / 2)


def test_what_a_model_has_says_where_it_stands(played):
    rows = {row["name"]: row for row in played.report()["models"]}
    assert {name: row["leaf"] for name, row in rows.items()} == {
        "fvbn": "explicit, tractable",
        "vae": "explicit, approximate, variational",
        "mmd": "implicit, direct",
        "gan": "implicit, direct",
        "stuck": "implicit, Markov chain",
    }
    assert [row["log_likelihood"] for row in rows.values()] == ["exact", "bound", *["none"] * 3]
    assert [row["sequential_steps"] for row in rows.values()] == [9, 1, 1, 1, None]
    assert rows["vae"]["gap"] > 0 and rows["vae"]["posterior"] == "approximate"


def test_the_table_says_infinite_and_never(played):
    text = played.text()
    line = next(line for line in text.splitlines() if line.startswith("stuck"))
    assert line.split()[-1] == "never" and "infinite" in text
    assert "independent pixels" in text and "3.64" in text and "0.631" in text
    assert "GAN: valid" in text and "MISSED" in text  # after 15 steps


def test_a_chain_that_never_mixes_shows_its_path(played):
    shown = measured.unpacked(played.of_model("stuck")[0]["shown"])
    assert shown.shape == (16, 9) and (shown == shown[0]).all()


def test_spreads_are_lowest_to_highest():
    assert spread([0.1, 0.3, 0.2], ".1f", "infinite") == "0.1-0.3"
    assert spread([14, 14], ".0f", "never") == "14"
    assert spread([None, 0.2], ".1f", "infinite") == "0.2, infinite"
    assert spread([None], ".1f", "infinite") == "infinite"


def test_an_unknown_model_is_refused():
    with pytest.raises(mg.InputError, match="got 'decodre'; did you mean decoder"):
        Taxonomy(only="fvbn,decodre")
    with pytest.raises(mg.InputError, match="expected bars or ring"):
        Taxonomy(data="square")


@pytest.mark.parametrize("model", ["vae", "gan"])
def test_the_ring_has_densities_where_there_are_any(played, model):
    found = measured.measure(model, "ring", 0)
    assert (found["density"] is not None) == (model == "vae")
    assert math.isnan(found["kl"]) == (model == "gan")
    assert 0 <= found["jsd"] <= math.log(2)


def test_the_command_trains_some_models_from_some_seeds(played, tmp_path, capsys):
    out = ["--out", str(tmp_path / "out"), "--jobs", "1"]
    assert main(["taxonomy", "--only", "mmd,gan", "--seeds", "0:2", "--full", "--json", *out]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [(row["name"], row["seed"]) for row in report["models"]] == [
        *[("mmd", 0), ("mmd", 1), ("gan", 0), ("gan", 1)]
    ]
    assert len(report["models"][0]["q"]) == 512
    picture, written = sorted((tmp_path / "out").glob("taxonomy.*"), reverse=True)
    assert picture.read_bytes()[:4] == b"\x89PNG"
    assert json.loads(written.read_text())["models"] == report["models"]
