"""The same passes on a GPU: `minigan.passes` in a few launches, which a CUDA graph can hold.

On a GPU, starting a kernel costs as much time as a small network's product. So elementwise work
is done by a few kernels of our own (`kernels`), and products go straight to cuBLAS (`products`),
which CuPy cannot be recorded with. A pass launches kernels and looks at no number; what it
draws, it draws apart from the rest (`layer_passes`), so that the rest can be replayed.
"""

from minigan.passes.cuda.layer_passes import PASSES

__all__ = ["PASSES"]
