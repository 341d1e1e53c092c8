"""The kernels' few lines of C: the layers' formulas, and valid CUDA."""

import numpy as np
import pytest
from devices import put, take

from minigan import LeakyReLU, ReLU, Sigmoid, Softplus, Tanh
from minigan.passes.cuda.kernels import ACTIVATIONS, SOURCES
from minigan.passes.cuda.kernels import kernels as every_kernel

LAYERS = {
    type(each).__name__: each for each in (ReLU(), LeakyReLU(0.2), Sigmoid(), Softplus(), Tanh())
}
EDGES = [0.0, -0.0, 1e-30, -1e-30, 20, -20, 90, -90, 1e4, -1e4, np.inf, -np.inf, np.nan]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_is_the_layers_at_ordinary_and_at_extreme_inputs(kernels, name, dtype, rng):
    layer = LAYERS[name]
    x = np.concatenate([rng.normal(size=52) * 3, EDGES]).astype(dtype)[:, None]
    dy = rng.normal(size=x.shape).astype(dtype)
    with np.errstate(invalid="ignore", over="ignore"):
        y, cache = layer.forward(x)
        dx = layer.backward(dy, cache)
    tools, c = every_kernel(kernels), getattr(layer, "slope", 0.0)
    there, out = put(kernels, x), kernels.empty(x.shape, dtype)
    getattr(tools, name)(there, c, out)
    slope = put(kernels, dy)
    getattr(tools, f"{name}_backward")(there, out, slope, c, slope)
    rtol = 1e-13 if dtype == "float64" else 2e-6
    np.testing.assert_allclose(take(out), y, rtol=rtol)
    last_bit = 4 * np.finfo(dtype).eps  # 1 - y^2 of a y that was rounded
    np.testing.assert_allclose(take(slope), dx, rtol=rtol, atol=last_bit * np.abs(dy).max())


def test_of_equal_pieces_the_first_wins_and_no_nan_is_hidden(kernels):
    z = [[1.0, 5, np.nan, 1], [7, 5, 0, np.nan], [7, 2, 1, 0]]  # pieces of one unit, four examples
    y, dz = kernels.empty((1, 4)), kernels.empty((3, 4))
    tools, there = every_kernel(kernels), put(kernels, np.hstack([z, z]))[:, 4:]  # one batch of two
    tools.maxout(there, 3, 4, y)
    np.testing.assert_array_equal(take(y), [[7, 5, np.nan, np.nan]])
    tools.maxout_backward(y, put(kernels, [[2.0, 3, 4, 5]]), there, 3, 4, dz)
    np.testing.assert_array_equal(take(dz)[:, :2], [[0, 3], [2, 0], [0, 0]])


# The source, as NVIDIA's compiler sees it. It needs no GPU.

C_NAMES = {"int32": "int", "int64": "long long", "float32": "float", "float64": "double"}


def cuda_source(name, inputs, outputs, code, real):
    """A kernel around the code, simpler than CuPy's: all arrays contiguous, numbers too."""
    signature, named = [], []
    for qualifier, side in (("const ", inputs), ("", outputs)):
        for parameter in side.split(","):
            *raw, kind, letter = parameter.split()
            kind = qualifier + C_NAMES.get(kind, kind)
            signature.append(f"{kind} *{letter}" if raw else f"{kind} *_{letter}")
            named += [] if raw else [f"{kind} &{letter} = _{letter}[i];"]
    return f"""
    typedef {real} T;
    extern "C" __global__ void minigan_{name}({", ".join(signature)}, long long n) {{
        const long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x;
        if (i >= n) return;
        {" ".join(named)}
        {code};
    }}"""


@pytest.fixture(scope="module")
def nvrtc():
    """NVIDIA's compiler, through CuPy's bindings."""
    try:
        from cupy.cuda import nvrtc as compiler

        compiler.getVersion()
    except (ImportError, OSError, RuntimeError) as error:
        pytest.skip(f"no CuPy, or no NVRTC (pip install nvidia-cuda-nvrtc-cu12): {error}")
    return compiler


@pytest.mark.parametrize("real", ["float", "double"])
@pytest.mark.parametrize("name", SOURCES)
def test_nvidias_compiler_takes_the_source_and_float_stays_float(nvrtc, name, real):
    inputs, outputs, code = SOURCES[name]
    program = nvrtc.createProgram(cuda_source(name, inputs, outputs, code, real), "k", (), ())
    try:
        nvrtc.compileProgram(program, ("--gpu-architecture=compute_80",))
    except nvrtc.NVRTCError:
        pytest.fail(nvrtc.getProgramLog(program))
    listing = nvrtc.getPTX(program)
    listing = listing.decode() if isinstance(listing, bytes) else listing
    assert f"minigan_{name}" in listing
    assert real == "double" or name == "judge" or ".f64" not in listing


def test_cupy_itself_takes_the_declarations():
    cupy = pytest.importorskip("cupy")
    made = vars(every_kernel(cupy))
    assert made.keys() == SOURCES.keys()
    for name, kernel in made.items():
        inputs, outputs, _ = SOURCES[name]
        declared = [parameter.split()[-1] for parameter in f"{inputs},{outputs}".split(",")]
        assert [p.name for p in (*kernel.in_params, *kernel.out_params)] == declared
