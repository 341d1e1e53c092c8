"""The ways in which processors round, and how to run a page in each of them.

NumPy and the OpenBLAS that comes with it choose their loops by what the processor can do. Sums
are taken in another order with AVX-512 (servers, some laptops) than with AVX2 (most laptops), and a
long game makes much of a last bit. So pages are held to what they say under both. A processor with
AVX-512 can be told to use AVX2; one without has only its own. ARM processors round in a third way,
which has not been tried.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np

KERNELS = """\
import json, numpy, scipy.linalg
from threadpoolctl import threadpool_info
libraries = [f"{each['internal_api']} {each['architecture']}" for each in threadpool_info()]
print(json.dumps([numpy.show_config("dicts")["SIMD Extensions"]["found"], libraries]))
"""


def arithmetics() -> dict[str, dict[str, str]]:
    """Environment variables, by name, of each way to compute that this processor has."""
    found = np.show_config("dicts")["SIMD Extensions"]["found"]
    wide = [name for name in found if name == "X86_V4" or name.startswith("AVX512")]
    if not wide:
        return {"as it is (no AVX-512 here, so pages run in one way only)": {}}
    off = {"OPENBLAS_CORETYPE": "Haswell", "NPY_DISABLE_CPU_FEATURES": " ".join(wide)}
    return {"AVX-512": {"OPENBLAS_CORETYPE": "SkylakeX"}, "AVX2": off}


def kernels(variables: dict[str, str]) -> str:
    """What NumPy and its BLAS say that they use, under these environment variables."""
    environment = os.environ | variables
    command = [sys.executable, "-c", KERNELS]
    said = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    features, libraries = json.loads(said.stdout)
    asked = variables.get("OPENBLAS_CORETYPE", "")
    if not all(asked in library for library in libraries if "openblas" in library):
        raise RuntimeError(f"expected OpenBLAS to use its kernels for {asked}, got {libraries}")
    return f"{', '.join(sorted(set(libraries)))}; NumPy {', '.join(features)}"
