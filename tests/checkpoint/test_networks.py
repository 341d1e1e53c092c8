"""A network saved in a file is the network that comes back."""

import numpy as np
import pytest
from layers_of_ones_own import Swish

import minigan as mg
from minigan import layers
from minigan.base.errors import CheckpointError
from minigan.checkpoint import networks

NETWORKS = {
    "maxout": lambda: [mg.Dropout(0.8), mg.Maxout(2, 3, 4, max_col_norm=0.5), mg.Linear(3, 1)],
    "activations": lambda: [
        *(mg.Linear(2, 3, name="first layer"), mg.ReLU(), mg.LeakyReLU(0.3), mg.Tanh()),
        *(mg.Softplus(), mg.GaussianNoise(0.2), mg.Sigmoid()),
    ],
    "images": lambda: [
        mg.Linear(2, 12),
        mg.ConvTranspose2D((3, 2, 2), 2, 3, stride=2, tied_bias=False),
        mg.Conv2D((2, 5, 5), 4, 3, pad=1),
        mg.ChannelMaxout((4, 5, 5), 2),
        mg.MaxPool2D((2, 5, 5), 3, 2),
    ],
    "masked": lambda: [mg.MaskedLinear([[1, 0, 1], [0, 1, 1]]), mg.Linear(3, 1)],
    "minibatches": lambda: [mg.MinibatchFeatures(2, 3, dims=2), mg.Linear(5, 1)],
    "batch norm": lambda: [mg.Linear(2, 8), mg.BatchNorm((2, 2, 2), momentum=0.2), mg.Linear(8, 1)],
}


@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_network_comes_back(tmp_path, layers, dtype):
    net = mg.Sequential(layers(), seed=3, dtype=dtype, name="D")
    mg.save(net, tmp_path / "D.npz")
    twin = mg.load(tmp_path / "D.npz")
    assert repr(twin) == repr(net)
    assert twin.dtype == net.dtype
    assert np.array_equal(twin.params, net.params)
    x = np.random.default_rng(0).normal(size=(3, 2)).astype(dtype)
    assert np.array_equal(twin(x), net(x))
    assert twin[0].name == net[0].name


def test_a_layer_of_ones_own_is_refused_and_no_file_is_left(tmp_path):
    with pytest.raises(mg.InputError, match=r"expected layers of minigan, got Swish\('swish1'\)"):
        mg.save(mg.Sequential([mg.Linear(1, 1), Swish()]), tmp_path / "D.npz")
    assert not list(tmp_path.iterdir())
    with pytest.raises(mg.InputError, match="save: expected a Sequential, got 3"):
        mg.save(3, tmp_path / "D.npz")


def test_another_checkpoint_is_no_network(tmp_path):
    mg.checkpoint.save(tmp_path / "a.npz", {"x": 1}, configuration={})
    with pytest.raises(CheckpointError, match=r"a\.npz: expected a network of minigan\.save"):
        mg.load(tmp_path / "a.npz")
    with pytest.raises(CheckpointError):
        mg.load(tmp_path / "none.npz")


def test_every_layer_of_minigan_can_be_saved():
    assert set(networks.OWN) == set(layers.__all__) - {"Layer"}
