"""A convolution: one small linear layer, applied to every window of an image.

What is worth seeing in one corner of an image is worth seeing in the others, so all
windows share their weights. The CIFAR-10 discriminator of the 2014 paper begins with three
such layers.
"""

from minigan.layers.convolution import Convolution
from minigan.layers.windows import Windows


class Conv2D(Convolution):
    """y = W * x + b: a cross-correlation, as in all libraries of neural networks.

    Parameters
    ----------
    shape_in : (channels, rows, columns)
        Of an input image; its row holds the channels one after another.
    channels : int
        Channels of the output, >= 1.
    kernel : int
        Rows, and columns, of a window, >= 1.
    stride : int
        Pixels from one window to the next, >= 1.
    pad : int
        Zeros added to each side of the image, >= 0.
    weights : initialiser, optional
        Where W starts; ``glorot()`` by default. It is given W's shape, so a unit's
        inputs are the numbers in a window.
    bias : float, array of b's shape, or initialiser
        Where b starts.
    tied_bias : bool
        One bias for each output channel; otherwise one for each output pixel.
    name : str, optional
        What error messages call the layer.

    Attributes
    ----------
    shape_in, shape_out : (channels, rows, columns)
        With n rows, kernel k and pad p, the output has floor((n + 2p - k) / stride) + 1.

    Raises
    ------
    InputError
        If a size is no whole number or too small, the kernel is larger than the image
        with its pad, or the bias has the wrong shape.

    Notes
    -----
    Parameters W (channels_in * k * k, channels), whose column o is the kernel of output
    channel o in the order (channel, row, column), and b (channels,) or (n_out,). With
    x = 0 outside of the image, for every example

        y[o, r, c] = b[o] + sum_{i, u, v} W[(i, u, v), o] x[i, r s - p + u, c s - p + v]

    Let P = cut(x) be the matrix whose columns are the windows of x, and let Y have a column
    of output channels for each window. Then Y = W^T P + b is a linear layer, and with dY in
    the same form

        dW = P dY^T,   db = sum of dY over all that b served,   dP = W dY

    A pixel that was cut into several windows receives a gradient from each of them, so
    dx = paste(dP), which adds them up where they came from; see `Windows`. P is k * k times
    as large as x, which is why backward cuts it out anew and the cache is x.

    PyTorch's ``weight`` is ``W.T.reshape(channels, channels_in, k, k)``, cuda-convnet's
    filters (the original code's) are ``W.reshape(channels_in, k, k, channels)``.

    Examples
    --------
    >>> import minigan as mg
    >>> mg.Conv2D((3, 32, 32), 64, kernel=8, pad=4).shape_out
    (64, 33, 33)
    """

    mixes = False

    def _place_windows(self, shape_in, channels):
        windows = Windows(f"{self}: kernel", shape_in, self.kernel, self.stride, self.pad)
        return (channels, *windows.count), windows

    def parameter_shapes(self):
        """W (channels_in * k * k, channels), and b (channels,) or (n_out,)."""
        fan_in = self.shape_in[0] * self.kernel**2
        return {"W": (fan_in, self.shape_out[0]), "b": (self._biases,)}

    def forward(self, x, *, train=True, rng=None):
        """Y = W^T cut(x) + b; the cache is x. See `Layer.forward`."""
        self.check_input(x)
        y = self.W.T @ self._windows.cut(x)  # (channels, windows * batch)
        return self._add_bias(y.reshape(self.n_out, -1).T, self.b), x

    def backward(self, dy, cache, *, param_grads=True):
        """dx = paste(W dY), dW += cut(x) dY^T, db += sum of dY. See `Layer.backward`."""
        x = cache
        self.check_gradient(dy, (len(x), self.n_out))
        dY = dy.T.reshape(self.channels, -1)  # (channels, windows * batch)
        if param_grads:
            self.dW += self._windows.cut(x) @ dY.T
            self.db += self._db(dy)
        return self._windows.paste(self.W @ dY)

    def forward_r(self, Rx, cache, V):
        """RY = W^T cut(Rx) + V_W^T cut(x) + V_b, with V by name; the cache is x. See `Layer`."""
        cut = self._windows.cut
        Ry = self.W.T @ cut(Rx) + V["W"].T @ cut(cache)
        return self._add_bias(Ry.reshape(self.n_out, -1).T, V["b"])

    def backward_r(self, dy, Rdy, Rx, cache, V, H):
        """Rdx = paste(W RdY + V_W dY), RdW = cut(Rx) dY^T + cut(x) RdY^T. See `Layer`.

        Given dy, Rdy, Rx, and V by name; RdW is added to H["W"], and the cache is x.
        """
        cut = self._windows.cut
        dY, RdY = (d.T.reshape(self.channels, -1) for d in (dy, Rdy))
        H["W"] += cut(Rx) @ dY.T + cut(cache) @ RdY.T
        H["b"] += self._db(Rdy)
        return self._windows.paste(self.W @ RdY + V["W"] @ dY)
