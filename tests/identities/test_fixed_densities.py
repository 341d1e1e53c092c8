"""The identities of fixed densities: how near they are, and every row of the table of f."""

from dataclasses import replace

import pytest

from minigan import Normal
from minigan.identities import fixed_densities
from minigan.identities.fixed_densities import identities
from minigan.theory import f_divergences


def test_residuals_are_rounding():
    exact = [line for line in identities(0) if line.source.endswith(("Eq. 6", "closed form"))]
    assert len(exact) == 13
    assert max(line.residual for line in exact) <= 1e-13


def broken(lines):
    return [line.statement for line in lines if not line.holds]


@pytest.mark.parametrize("what", ["conjugate", "slope"])
def test_a_wrong_row_of_the_table_is_seen(monkeypatch, what):
    rows = list(f_divergences.TABLE)
    for i, row in enumerate(rows):
        formula = getattr(row, what)
        wrong = replace(row, **{what: lambda t, formula=formula: formula(t) * 0.99 + 1e-3})
        table = (*rows[:i], wrong, *rows[i + 1 :])
        monkeypatch.setattr(fixed_densities, "TABLE", table)
        failed = broken(fixed_densities._f_divergences(Normal(0, 1), Normal(1, 1.1)))
        if row.name == "total variation" and what == "slope":
            continue  # its T is only a sign, clipped at the domain's ends
        assert any("D_f = E_P[T]" in s and row.name in s for s in failed), row.name
