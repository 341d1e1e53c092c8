"""A kernel's few lines of C in, a function out: what NVRTC is to CuPy, a C++ compiler is here.

Where the GPU leaves something open, the loop takes the unusual choice, so that code which relies
on the usual one fails here too: elements are done from the last to the first.
"""

import atexit
import ctypes
import functools
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from string import Template

# No contraction: a * b + c is rounded twice, as NumPy does. (A GPU rounds once.)
_OPTIONS = ["-std=c++14", "-O1", "-shared", "-fPIC", "-w", "-ffp-contract=off"]
_LOOP = Template(r"""
// No header is included: a kernel on the GPU finds no std:: and no C library either.
typedef __PTRDIFF_TYPE__ ptrdiff_t;
#define FUNCTION(F) extern "C" double F(double); extern "C" float F##f(float); \
  inline float F(float x) { return F##f(x); }
FUNCTION(exp) FUNCTION(fabs) FUNCTION(log) FUNCTION(log1p) FUNCTION(sqrt) FUNCTION(tanh)
#define TEST(F) inline bool F(float x) { return __builtin_##F(x); } \
  inline bool F(double x) { return __builtin_##F(x); }
TEST(isfinite) TEST(isnan)

static int outside = 0;  // an index was not in its array

template <class E> class CArray {  // address, size, ndim, shape, strides
  const ptrdiff_t *told;
public:
  CArray(const ptrdiff_t *argument) : told(argument) {}
  E &operator[](ptrdiff_t i) const {
    static E nowhere{};
    if (i < 0 || i >= told[1]) { outside = 1; return nowhere; }
    char *place = reinterpret_cast<char *>(told[0]);
    const ptrdiff_t ndim = told[2], *shape = told + 3;
    for (ptrdiff_t axis = ndim; axis-- > 0; i /= shape[axis])
      place += (i % shape[axis]) * shape[ndim + axis];
    return *reinterpret_cast<E *>(place);
  }
};

$types
extern "C" int launch(const ptrdiff_t *const *_args, ptrdiff_t _n) {
  outside = 0;
  $taken
  for (ptrdiff_t i = _n; i-- > 0;) {
    $named
    $operation;
  }
  return outside;
}
""")


class CompileException(Exception):
    """The compiler refused a kernel; the message is the compiler's, then the source."""


class NoCompilerError(RuntimeError):
    """There is no C++ compiler on this machine, so no kernel can run on the stand-in."""


def source(arguments, letters, operation):
    """Whole C++ of a kernel; an argument has a C type, a name, and is raw, is an output, or not."""
    types = "".join(f"typedef {ctype} {letter};" for letter, ctype in letters.items())
    taken, named = "", ""
    for k, (ctype, name, raw, is_output) in enumerate(arguments):
        ctype = ctype if is_output else f"const {ctype}"
        taken += f"CArray<{ctype}> {'' if raw else '_raw_'}{name}(_args[{k}]);\n"
        if not raw:
            named += f"{ctype} &{name} = _raw_{name}[i];\n"
    return _LOOP.substitute(types=types, taken=taken, named=named, operation=operation)


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
