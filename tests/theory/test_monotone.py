"""Where a function turns, bends, jumps and is flat."""

import numpy as np
import pytest

from minigan import InputError
from minigan.theory.monotone import Stretch, corners, monotone_nodes, stretches

GRID = np.linspace(-1, 1, 65)


def kinked(at):
    return lambda z: (z + np.maximum(z - at, 0), 1.0 + (z > at))


@pytest.mark.parametrize("at", [0.1, -0.3333, 0.62042092, GRID[40], GRID[40] + 1e-12])
def test_a_corner_is_found_once_where_the_two_lines_meet(at):
    found = corners(monotone_nodes(kinked(at), GRID))
    assert found == pytest.approx([at], abs=1e-15) or at == GRID[40]
    assert found.size <= 1


def test_a_line_has_no_corner_and_one_stretch():
    nodes = monotone_nodes(lambda z: (2 * z, np.full_like(z, 2.0)), GRID)
    assert np.array_equal(nodes.z, GRID)
    assert corners(nodes).size == 0
    assert list(stretches(nodes)) == [Stretch(0, 64, 1)]


def test_stretches_tell_rises_falls_and_flats_and_leave_jumps_out():
    def G(z):
        x = np.select([z < -0.5, z < 0, z < 0.5], [z, -0.5, -0.5 - z], z + 3)
        return x, np.select([z < -0.5, z < 0, z < 0.5], [1.0, 0.0, -1.0], 1.0)

    nodes = monotone_nodes(G, GRID)
    found = [part for part in stretches(nodes) if nodes.z[part.stop] - nodes.z[part.start] > 1e-9]
    assert [part.direction for part in found] == [1, 0, -1, 1]
    assert nodes.z[[part.start for part in found]] == pytest.approx([-1, -0.5, 0, 0.5], abs=1e-9)
    assert nodes.z[[part.stop for part in found]] == pytest.approx([-0.5, 0, 0.5, 1], abs=1e-9)
    gap = nodes.x[found[3].start] - nodes.x[found[2].stop]
    assert gap == pytest.approx(4.5, abs=1e-9)


def test_a_function_that_bends_everywhere_is_refused():
    with pytest.raises(InputError, match="bends all over: 100,000 cells are not enough"):
        monotone_nodes(lambda z: (np.sin(1e6 * z), 1e6 * np.cos(1e6 * z)), GRID)
