"""A network on a GPU, one batch size, and every array that its passes need."""

from __future__ import annotations

from minigan.base.errors import InputError
from minigan.base.randomness import Mirrored
from minigan.cuda.passes import DropoutPass, GaussianNoisePass, LayerPass, Tools, pass_for
from minigan.networks.sequential import Sequential


class Plan:
    """The passes of a network's layers, joined by the arrays between them.

    Parameters
    ----------
    network : Sequential
        Its parameters are shared, not copied: an update is seen at once.
    batch : int
        Examples a pass.
    tools : Tools
        Of the network's device.
    y : array, shape (n_out, batch), optional
        Where the output goes; an array of the plan's own by default.

    Attributes
    ----------
    x : array, shape (n_in, batch)
        Write the input here, feature by feature.
    y : array, shape (n_out, batch)
        Read the output here.
    capturable : bool
        Whether the passes do nothing but launch kernels on memory that is kept.
    """

    def __init__(self, network: Sequential, batch: int, tools: Tools, y=None):
        if network.n_in is None:
            raise InputError(f"{network.name}: expected a layer that says its input width")
        self.passes: list[LayerPass] = []
        width: int = network.n_in
        array = tools.xp.ones((width + 1, batch), network.dtype)  # the last row stays ones
        self.x = array[:width]
        for layer in network.layers:
            kind = pass_for(layer)
            x = array if kind.needs_ones else array[:width]
            width = layer.n_out or width
            if y is not None and layer is network.layers[-1]:
                array = y
            else:
                array = tools.xp.ones((width + 1, batch), network.dtype)
            self.passes.append(kind(layer, x, array[:width], tools))
        self.y = array[:width]
        self.capturable = all(each.capturable for each in self.passes)
        learning = [i for i, layer in enumerate(network.layers) if layer.params]
        self._first_learning = min(learning, default=len(self.passes))
        kinds = DropoutPass, GaussianNoisePass
        self._random = [each for each in self.passes if isinstance(each, kinds)]
        self._share_uniform(tools)

    def _share_uniform(self, tools: Tools) -> None:
        """One array of random numbers for all dropout layers, drawn by one call."""
        self._dropout = [each for each in self._random if isinstance(each, DropoutPass)]
        self._uniform = tools.xp.empty(sum(each.y.size for each in self._dropout), "float32")
        stop = 0
        for each in self._dropout:
            start, stop = stop, stop + each.y.size
            each.take(self._uniform[start:stop])

    def draw(self, rng) -> None:
        """Fresh masks for the dropout layers and fresh noise, if there are any."""
        if isinstance(rng, Mirrored):  # in the order of the layers, as on the CPU
            for each in self._random:
                each.draw(rng)
            return
        for each in self._random:
            if isinstance(each, GaussianNoisePass):
                each.draw(rng)
        if self._dropout:
            self._uniform[...] = rng.random(self._uniform.shape, dtype=self._uniform.dtype)

    def forward(self, rng):
        """Output for what stands in ``x``; dropout and noise are at work. Shape (n_out, batch)."""
        for each in self.passes:
            each.forward(rng)
        return self.y

    def backward(self, dy, *, param_grads: bool = True, input_grad: bool = True):
        """Gradient at ``x``, if wanted; ``grads`` are replaced, not added to.

        Parameters
        ----------
        dy : array, shape (n_out, batch)
            Gradient at the output; may be overwritten.
        param_grads, input_grad : bool
            Which of the two are wanted.
        """
        # In front of the first parameter, gradients are of use to the input only.
        first = 0 if input_grad else self._first_learning
        for i in reversed(range(first, len(self.passes))):
            dy = self.passes[i].backward(
                dy, param_grads=param_grads, input_grad=input_grad or i > first
            )
        return dy
