"""What Linear and Maxout share: where W and b start, and the limit on W's columns."""

import numpy as np
import pytest

from minigan import InputError, Linear, Maxout, Sequential
from minigan.layers.initialisers import constant, glorot, he, normal

PIECES = pytest.mark.parametrize(
    ("kind", "pieces"), [(Linear, 1), (Maxout, 5)], ids=["Linear", "Maxout"]
)


@PIECES
def test_weights_start_within_the_limits_of_glorot_one_piece_at_a_time(kind, pieces):
    layer = Sequential([kind(20, 30)], dtype="float64").layers[0]
    limit = np.sqrt(6 / (20 + 30))  # the units of one piece, not the columns of all
    assert np.abs(layer.W).max() <= limit
    for W in np.split(layer.W, pieces, axis=1):
        assert np.abs(W).max() > 0.98 * limit
        assert W.var() == pytest.approx(limit**2 / 3, rel=0.15)


@PIECES
def test_weights_are_drawn_once_a_piece(kind, pieces):
    asked = []

    def count(rng, shape):
        asked.append(shape)
        return np.full(shape, len(asked))

    layer = Sequential([kind(3, 2, weights=count)]).layers[0]
    assert asked == [(3, 2)] * pieces
    assert layer.W.tolist() == [[piece for piece in range(1, pieces + 1) for _ in range(2)]] * 3


@PIECES
def test_biases_start_at_zero_a_number_an_array_or_a_draw(kind, pieces):
    array = np.arange(2.0 * pieces)
    for bias, start in ((-2, -2), (array, array), (list(array), array), (constant(4), 4)):
        assert np.all(Sequential([kind(3, 2, bias=bias)]).layers[0].b == start)
    assert not Sequential([kind(3, 2)]).layers[0].b.any()


def test_a_bias_is_copied_when_the_layer_is_made():
    bias = np.zeros(2)
    layer = Linear(3, 2, bias=bias)
    bias[...] = 9
    assert not Sequential([layer])[0].b.any()


@PIECES
def test_weights_are_drawn_before_biases(kind, pieces):
    net = Sequential([kind(3, 2, weights=normal(1.0), bias=normal(1.0))], seed=9, dtype="float64")
    again = Sequential([kind(3, 2, weights=normal(1.0), bias=0.0)], seed=9, dtype="float64")
    assert np.array_equal(net.layers[0].W, again.layers[0].W)


@PIECES
@pytest.mark.parametrize("shape", [(1,), (3,), (2, 1), (0,)])
def test_a_bias_of_the_wrong_shape_is_refused(kind, pieces, shape):
    message = rf"{kind.__name__}\('h'\): expected a bias of shape \({2 * pieces},\), got"
    with pytest.raises(InputError, match=message):
        kind(3, 2, bias=np.zeros(shape), name="h")


@pytest.mark.parametrize("bias", [None, float("nan"), "zero", [1.0, float("inf"), 0.0]])
def test_a_bias_is_made_of_finite_numbers(bias):
    with pytest.raises(InputError, match=r"Linear\('linear'\): expected a finite bias, got"):
        Linear(2, 3, bias=bias)


@PIECES
@pytest.mark.parametrize(
    "made",
    [1.0, np.ones((1, 2)), np.ones((3, 1)), np.ones((2, 3)), np.ones((3, 2), complex), "x", None],
    ids=str,
)
def test_an_initialiser_gives_numbers_of_the_shape_asked_for_and_nothing_is_spread_out(
    kind, pieces, made
):
    message = (
        r"^\w+\('h'\): expected numbers of shape \(3, 2\) from the initialiser of W, got numpy "
    )
    with pytest.raises(InputError, match=message):
        Sequential([kind(3, 2, weights=lambda rng, shape: made, name="h")])
    with pytest.raises(InputError, match="from the initialiser of b, got numpy float64 "):
        Sequential([kind(3, 2, bias=lambda rng, shape: np.ones(1))])


@PIECES
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("number", [np.nan, np.inf, 1e300])
def test_parameters_start_at_finite_numbers(kind, pieces, number):
    def one_wrong(rng, shape):
        values = np.ones(shape)
        values[-1] = number
        return values

    message = r"^\w+\('h'\): expected finite starting values of {}, got NaN or infinity$"
    for what, name in (("weights", "W"), ("bias", "b")):
        with pytest.raises(InputError, match=message.format(name)):  # 1e300 is none in float32
            Sequential([kind(3, 2, **{what: one_wrong}, name="h")], dtype="float32")


@PIECES
@pytest.mark.parametrize("recipe", [he, normal, lambda: 0])
def test_an_initialiser_is_not_the_function_that_makes_one(kind, pieces, recipe):
    for what in ("weights", "bias"):
        message = rf"^\w+\('h'\): expected an initialiser as {what}, a function of rng and shape"
        with pytest.raises(InputError, match=message):
            kind(3, 2, **{what: recipe}, name="h")


@pytest.mark.parametrize("weights", [0, [], np.ones((2, 3))], ids=str)
def test_weights_are_an_initialiser(weights):
    with pytest.raises(InputError, match=r"expected an initialiser as weights, .*, got"):
        Linear(2, 3, weights=weights)


@PIECES
def test_the_limit_on_columns_is_the_formula_of_2014(kind, pieces, rng):
    layer = Sequential([kind(6, 4, max_col_norm=1.9365)], dtype="float64").layers[0]
    W = rng.normal(size=layer.W.shape) * np.linspace(0.1, 3, layer.W.shape[1])
    W[:, 0] *= 1e-8  # shorter than 1e-7: made shorter still
    layer.W[...] = W
    layer.constrain()
    norm = np.sqrt((W**2).sum(axis=0))
    expected = W * (np.clip(norm, 0, 1.9365) / np.maximum(1e-7, norm))
    assert np.any(norm > 1.9365)
    assert np.any(norm < 1.9365)
    np.testing.assert_allclose(layer.W, expected, rtol=1e-14)


@PIECES
def test_the_limit_leaves_the_bias_alone_and_keeps_float32(kind, pieces):
    net = Sequential([kind(3, 2, bias=50.0, max_col_norm=0.1)], dtype="float32")
    net.constrain()
    assert np.all(net[0].b == 50)
    assert net[0].W.dtype == np.float32
    assert np.linalg.norm(net[0].W, axis=0) == pytest.approx(0.1, rel=1e-6)


@PIECES
def test_without_a_limit_columns_may_be_long(kind, pieces):
    net = Sequential([kind(3, 2, weights=constant(1e3))])
    net.constrain()
    assert np.all(net[0].W == 1e3)


@PIECES
@pytest.mark.parametrize("limit", [0, -1.0, float("nan"), float("inf")])
def test_a_limit_is_positive_and_finite(kind, pieces, limit):
    message = rf"^{kind.__name__}\('h'\): max_col_norm: expected a finite number > 0, got {limit}$"
    with pytest.raises(InputError, match=message):
        kind(3, 2, max_col_norm=limit, name="h")


def test_the_default_initialiser_is_glorot():
    ours = Sequential([Linear(3, 2)], seed=1)
    explicit = Sequential([Linear(3, 2, weights=glorot())], seed=1)
    assert np.array_equal(ours.params, explicit.params)
