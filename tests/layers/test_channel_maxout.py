"""ChannelMaxout: pieces first, the first of ties, and that behind a linear map it is Maxout."""

import numpy as np
import pytest

from minigan import ChannelMaxout, Conv2D, InputError, Maxout, Sequential


def test_forward_and_backward_by_hand():
    layer = ChannelMaxout((4, 1, 2), pieces=2)  # unit 0: channels 0 and 2; unit 1: 1 and 3
    y, cache = layer.forward(np.array([[1.0, 2, 3, 4, 5, 0, 3, 6]]))
    assert layer.shape_out == (2, 1, 2)
    assert y.tolist() == [[5, 2, 3, 6]]
    dx = layer.backward(np.array([[10.0, 20, 30, 40]]), cache)
    assert dx.tolist() == [[0, 20, 30, 0, 10, 0, 0, 40]]  # of 3 and 3 the first


def test_behind_a_convolution_of_the_whole_image_it_is_maxout(rng):
    together = Sequential([Conv2D((2, 3, 3), 12, 3), ChannelMaxout((12, 1, 1), 3)], dtype="float64")
    maxout = Sequential([Maxout(18, 4, 3)], dtype="float64")
    maxout.params = together.params
    x, dy = rng.normal(size=(5, 18)), rng.normal(size=(5, 4))
    ours, cache = together.forward(x)
    theirs, maxout_cache = maxout.forward(x)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    dx = maxout.backward(dy, maxout_cache)
    np.testing.assert_allclose(together.backward(dy, cache), dx, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(together.grads, maxout.grads, rtol=1e-12, atol=1e-14)


def test_it_is_the_maximum_over_pytorchs_view_of_the_channels(torch, rng):
    layer = ChannelMaxout((6, 4, 5), pieces=3)
    x, dy = rng.normal(size=(7, layer.n_in)), rng.normal(size=(7, layer.n_out))
    tx = torch.tensor(x, requires_grad=True)
    ty = tx.view(7, 3, 2, 4, 5).amax(dim=1)
    ty.backward(torch.tensor(dy).view_as(ty))
    y, cache = layer.forward(x)
    assert np.array_equal(y, ty.detach().numpy().reshape(y.shape))
    assert np.array_equal(layer.backward(dy, cache), tx.grad.numpy())


def test_the_docstrings_formula_converts_weights_of_the_original_code(rng):
    fan_in, units, pieces = 9, 2, 3
    theirs = rng.normal(size=(fan_in, units * pieces))  # channel u * pieces + p
    x = rng.normal(size=(4, 9))
    expected = (x @ theirs).reshape(4, units, pieces).max(axis=2)
    W = theirs.reshape(fan_in, units, pieces).swapaxes(1, 2).reshape(fan_in, -1)
    network = Sequential([Conv2D((1, 3, 3), 6, 3), ChannelMaxout((6, 1, 1), 3)], dtype="float64")
    network.layers[0].W[...] = W
    np.testing.assert_allclose(network(x), expected, rtol=1e-12)
    formula = "W.reshape(fan_in, units, pieces).swapaxes(1, 2).reshape(fan_in, -1)"
    assert formula in ChannelMaxout.__doc__


WRONG = {
    "pieces": (((4, 2, 2), 0), "pieces: expected a whole number >= 1, got 0"),
    "no multiple": (((4, 2, 2), 3), "expected a multiple of 3 pieces as channels, got 4"),
    "shape": ((4, 2), r"shape_in: expected \(channels, rows, columns\), got 4"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_makes_no_sense_is_refused(name):
    arguments, message = WRONG[name]
    with pytest.raises(InputError, match=rf"^ChannelMaxout\('channelmaxout'\): {message}"):
        ChannelMaxout(*arguments)
