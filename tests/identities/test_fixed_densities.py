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


@pytest.mark.parametrize("what", ["conjugate", "slope"])
def test_a_wrong_row_of_the_table_is_seen(monkeypatch, what):
    for row in f_divergences.TABLE:
        formula = getattr(row, what)
        wrong = replace(row, **{what: lambda t, formula=formula: formula(t) * 0.99 + 1e-3})
        monkeypatch.setattr(fixed_densities, "TABLE", (wrong,))
        lines = fixed_densities._f_divergences(Normal(0, 1), Normal(1, 1.1))
        attained = next(line for line in lines if line.statement.startswith("D_f = E_P[T]"))
        if row.name == "total variation" and what == "slope":
            continue  # its T is only a sign, clipped at the domain's ends
        assert not attained.holds and attained.statement.endswith(row.name)
