"""The C++ around a kernel's few lines of C: the loop that a GPU's threads would be.

Where the GPU leaves something open, this takes the unusual choice, so that code which
relies on the usual one fails here too: elements are done from the last to the first, each
by a thread of its own, and a reduction starts from its identity twice.
"""

from string import Template

from strict_cupy._parameters import c_name

_PRELUDE = r"""
// No header is included: a kernel on the GPU finds no std:: and no C library either.
typedef __PTRDIFF_TYPE__ ptrdiff_t;
#define __device__
#define __host__
#define __forceinline__ inline

#define OF_ONE(F) extern "C" double F(double); extern "C" float F##f(float); \
  inline float F(float x) { return F##f(x); }
OF_ONE(ceil) OF_ONE(cos) OF_ONE(cosh) OF_ONE(erf) OF_ONE(exp) OF_ONE(exp2) OF_ONE(expm1)
OF_ONE(fabs) OF_ONE(floor) OF_ONE(log) OF_ONE(log1p) OF_ONE(log2) OF_ONE(log10) OF_ONE(rint)
OF_ONE(round) OF_ONE(sin) OF_ONE(sinh) OF_ONE(sqrt) OF_ONE(tan) OF_ONE(tanh) OF_ONE(trunc)
#define OF_TWO(F) extern "C" double F(double, double); extern "C" float F##f(float, float); \
  inline float F(float x, float y) { return F##f(x, y); }
OF_TWO(copysign) OF_TWO(fmax) OF_TWO(fmin) OF_TWO(pow)
#define TEST(F) inline bool F(float x) { return __builtin_##F(x); } \
  inline bool F(double x) { return __builtin_##F(x); }
TEST(isfinite) TEST(isinf) TEST(isnan) TEST(signbit)
inline float rsqrt(float x) { return 1 / sqrt(x); }
inline double rsqrt(double x) { return 1 / sqrt(x); }
template <class T> inline T abs(T x) { return x < 0 ? -x : x; }
inline float abs(float x) { return fabs(x); }
inline double abs(double x) { return fabs(x); }
template <class T> inline T max(T a, T b) { return a < b ? b : a; }
template <class T> inline T min(T a, T b) { return b < a ? b : a; }
inline float max(float a, float b) { return fmax(a, b); }  // as in CUDA, NaN loses
inline float min(float a, float b) { return fmin(a, b); }
inline double max(double a, double b) { return fmax(a, b); }
inline double min(double a, double b) { return fmin(a, b); }

static int outside = 0;  // an index was not in its array

template <class T> class CArray {
  char *data_;
  ptrdiff_t size_;
  const ptrdiff_t *shape_;
  bool in_a_row = true;
  T &at(ptrdiff_t i) const {
    static T nowhere;
    if (i < 0 || i >= size_) { outside = 1; return nowhere; }
    if (in_a_row) return reinterpret_cast<T *>(data_)[i];
    char *place = data_;
    for (ptrdiff_t axis = ndim; axis-- > 0; i /= shape_[axis])
      place += (i % shape_[axis]) * shape_[ndim + axis];
    return *reinterpret_cast<T *>(place);
  }
public:
  const ptrdiff_t ndim;
  CArray(const ptrdiff_t *argument)  // address, size, ndim, shape, strides
      : data_(reinterpret_cast<char *>(argument[0])), size_(argument[1]), shape_(argument + 3),
        ndim(argument[2]) {
    ptrdiff_t step = sizeof(T);
    for (ptrdiff_t axis = ndim; axis-- > 0; step *= shape_[axis])
      in_a_row = in_a_row && strides()[axis] == step;
  }
  ptrdiff_t size() const { return size_; }
  const ptrdiff_t *shape() const { return shape_; }
  const ptrdiff_t *strides() const { return shape_ + ndim; }
  T &operator[](ptrdiff_t i) { return at(i); }
  const T &operator[](ptrdiff_t i) const { return at(i); }
};
struct CIndexer { ptrdiff_t n; ptrdiff_t size() const { return n; } };
"""

ELEMENTWISE = Template(r"""
extern "C" int launch(const ptrdiff_t *const *_args, ptrdiff_t _n) {
  outside = 0;
  const CIndexer _ind{_n};
  $arguments
  auto _thread = [&](ptrdiff_t i) {
    $loop_prep;
    do {
      $inputs
      $outputs
      $operation;
    } while (false);
    $after_loop;
  };
  for (ptrdiff_t _i = _n; _i-- > 0;) _thread(_i);
  return outside;
}
""")

REDUCTION = Template(r"""
typedef $reduce_type _type_reduce;
static _type_reduce _reduce(_type_reduce a, _type_reduce b) { return $reduce_expr; }
extern "C" int launch(const ptrdiff_t *const *_args, ptrdiff_t _n_out, ptrdiff_t _n_reduced) {
  outside = 0;
  $arguments
  for (ptrdiff_t _o = 0; _o < _n_out; ++_o) {
    _type_reduce _s[2] = {_type_reduce($identity), _type_reduce($identity)};
    for (ptrdiff_t _r = 0; _r < _n_reduced; ++_r) {
      const ptrdiff_t i = _o * _n_reduced + _r;
      $inputs
      _s[_r % 2] = _reduce(_s[_r % 2], static_cast<_type_reduce>($map_expr));
    }
    _type_reduce a = _reduce(_s[0], _s[1]);
    const ptrdiff_t i = _o;
    $outputs
    ($post_map_expr);
  }
  return outside;
}
""")


def source(template, in_params, out_params, is_array, letters, preamble, **parts):
    """Whole C++ of a kernel, for arguments of these types; ``is_array`` tells numbers apart."""
    params = in_params + out_params
    nin = len(in_params)
    taken = [_taken(k, p, is_array[k], k < nin) for k, p in enumerate(params)]
    named = [_named(p, k < nin) if is_array[k] and not p.raw else "" for k, p in enumerate(params)]
    types = [f"typedef {c_name(dtype)} {letter};" for letter, dtype in sorted(letters.items())]
    loop = template.substitute(
        arguments="\n".join(taken),
        inputs="\n".join(named[:nin]),
        outputs="\n".join(named[nin:]),
        **parts,
    )
    return "\n".join([_PRELUDE, *types, preamble, loop])


def _taken(position, parameter, is_array, is_input):
    """Take one argument out of the list, before the loop."""
    kind, argument = parameter.ctype, f"_args[{position}]"
    if not is_array:
        return f"const {kind} {parameter.name} = *reinterpret_cast<{kind} *>({argument}[0]);"
    name = parameter.name if parameter.raw else f"_raw_{parameter.name}"
    return f"{'const ' if is_input else ''}CArray<{kind}> {name}({argument});"


def _named(parameter, is_input):
    """Give one element of an array its name, inside the loop."""
    kind, name = parameter.ctype, parameter.name
    return f"{'const ' if is_input else ''}{kind} &{name} = _raw_{name}[i];"
