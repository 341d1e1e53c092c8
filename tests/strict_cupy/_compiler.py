"""C++ source in, function out: what NVRTC is to CuPy, the computer's compiler is here."""

import atexit
import ctypes
import functools
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

# No contraction: a * b + c is rounded twice, as NumPy does. (A GPU rounds once.)
_OPTIONS = ["-std=c++14", "-O1", "-shared", "-fPIC", "-w", "-ffp-contract=off"]


class CompileException(Exception):
    """The compiler refused a kernel; the message is the compiler's, then the source."""


class NoCompilerError(RuntimeError):
    """There is no C++ compiler on this machine, so no kernel can run on the stand-in."""


def compiler():
    """Path of the C++ compiler, or None: the variable CXX, g++ or clang++."""
    found = (shutil.which(name) for name in (os.environ.get("CXX", "g++"), "g++", "clang++"))
    return next(filter(None, found), None)


@functools.cache
def compiled(source):
    """The function ``launch`` of a piece of C++; each source is compiled once a session."""
    if compiler() is None:
        raise NoCompilerError(
            "a kernel on strict_cupy: expected a C++ compiler (g++, clang++ or $CXX), found none"
        )
    path = _directory() / hashlib.sha256(source.encode()).hexdigest()[:16]
    path.with_suffix(".cpp").write_text(source, encoding="utf-8")
    command = [compiler(), *_OPTIONS, str(path.with_suffix(".cpp")), "-o", f"{path}.so"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise CompileException(f"{done.stderr}\n{source}")
    return ctypes.CDLL(f"{path}.so").launch


@functools.cache
def _directory():
    path = tempfile.mkdtemp(prefix="strict_cupy_")
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return Path(path)
