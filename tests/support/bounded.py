"""Arrays that carry a bound of their own rounding errors.

A kernel's formula is written with ordinary operators; what comes out is the exact value and how far a right
implementation may be from it. Nothing here knows how ttile computes: the bounds follow from the formats alone.
"""

import ml_dtypes
import numpy as np

# The largest relative error of one rounding; 16-bit formats may truncate, so it is a whole unit in the last place.
ROUNDOFF = {"float32": 2.0**-23, "bfloat16": 2.0**-7, "float16": 2.0**-7}
# float32 operands of a product are cut to ten mantissa bits, and one of them to nine.
OPERAND = {"float32": 2.0**-10 + 2.0**-9, "bfloat16": 0.0, "float16": 0.0}
# Functions of the vector unit are approximations.
FUNCTION = 2.0**-11


def rounded(array, dtype):
    """What storing in `dtype` leaves; float16 is stored as bfloat16."""
    if dtype in ("bfloat16", "float16"):
        return np.asarray(array, np.float32).astype(ml_dtypes.bfloat16).astype(np.float64)
    return np.asarray(array, np.float32).astype(np.float64)


class Bounded:
    """`value` is exact arithmetic's result, `error` bounds the distance of a rounded one, `dtype` is its format."""

    __array_ufunc__ = None

    def __init__(self, value, dtype, error=None):
        self.value = np.asarray(value, np.float64)
        self.error = np.zeros_like(self.value) if error is None else np.broadcast_to(error, self.value.shape)
        self.dtype = dtype

    def _other(self, other):
        return other if isinstance(other, Bounded) else Bounded(other, self.dtype)

    def _result(self, other, value, error):
        dtype = "float32" if "float32" in (self.dtype, other.dtype) else self.dtype
        return Bounded(value, dtype, error + ROUNDOFF[dtype] * np.abs(value))

    def __add__(self, other):
        other = self._other(other)
        return self._result(other, self.value + other.value, self.error + other.error)

    def __sub__(self, other):
        other = self._other(other)
        return self._result(other, self.value - other.value, self.error + other.error)

    def __mul__(self, other):
        other = self._other(other)
        error = np.abs(self.value) * other.error + self.error * np.abs(other.value) + self.error * other.error
        return self._result(other, self.value * other.value, error)

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other):
        return self._other(other) - self

    def __neg__(self):
        return Bounded(-self.value, self.dtype, self.error)

    def __truediv__(self, other):
        return self * (1.0 / other)

    def __matmul__(self, other):
        return product(self, other)

    def __getitem__(self, index):
        return Bounded(self.value[index], self.dtype, self.error[index])

    @property
    def T(self):
        return Bounded(self.value.T, self.dtype, self.error.T)

    def transpose(self, *axes):
        return Bounded(self.value.transpose(*axes), self.dtype, self.error.transpose(*axes))

    def maximum(self, other):
        other = self._other(other)
        return self._result(other, np.maximum(self.value, other.value), np.maximum(self.error, other.error))

    def minimum(self, other):
        return -((-self).maximum(-self._other(other)))

    def where(self, condition, otherwise):
        otherwise = self._other(otherwise)
        return Bounded(
            np.where(condition, self.value, otherwise.value), self.dtype, np.where(condition, self.error, otherwise.error)
        )

    def cast(self, dtype):
        """Into a wider format exactly, into a narrower one with a rounding."""
        roundoff = ROUNDOFF[dtype] if dtype != self.dtype and dtype != "float32" else 0.0
        return Bounded(self.value, dtype, self.error + roundoff * np.abs(self.value))

    def apply(self, function, slope):
        """A function whose derivative is bounded by `slope` (a number or an array) where it is used."""
        value = function(self.value)
        return Bounded(value, self.dtype, self.error * slope + FUNCTION * np.maximum(np.abs(value), 2.0**-10))

    def step(self, function):
        """floor or ceil: off by one where the argument's error reaches the next integer."""
        value = function(self.value)
        near = (function(self.value + self.error) != value) | (function(self.value - self.error) != value)
        return Bounded(value, self.dtype, near.astype(np.float64))


def product(a, b, accumulate="float32"):
    """a @ b, accumulated in a format; leading dimensions are a batch."""
    magnitude = np.abs(a.value) @ np.abs(b.value)
    inherited = np.abs(a.value) @ b.error + a.error @ np.abs(b.value) + a.error @ b.error
    operands = max(OPERAND[a.dtype], OPERAND[b.dtype]) * magnitude
    length = a.value.shape[-1]
    if accumulate == "float32":
        rounding = ROUNDOFF["float32"] * length * magnitude
    else:
        # Every inner step rounds a partial sum; a rigorous bound says nothing, so this is many standard deviations.
        norm = np.sqrt(np.square(a.value) @ np.square(b.value))
        rounding = 6.0 * ROUNDOFF["bfloat16"] * np.sqrt(1.0 + length / 16.0) * norm
    return Bounded(a.value @ b.value, accumulate, inherited + operands + rounding)


def assert_within(seen, expected, dtype):
    """`seen` is what a run wrote; `expected` is a Bounded before it is stored as `dtype`."""
    expected = expected.cast(dtype)
    bound = expected.error + 1e-30
    scale = np.abs(expected.value).max()
    assert seen.shape == expected.value.shape, f"expected shape {expected.value.shape}, seen {seen.shape}"
    assert scale > 0, "the expected result is all zero: the test shows nothing"
    assert np.isfinite(seen).all(), f"{np.count_nonzero(~np.isfinite(seen))} elements are not finite"
    excess = np.abs(seen.astype(np.float64) - expected.value) - bound
    worst = np.unravel_index(np.argmax(excess), excess.shape)
    assert excess[worst] <= 0, (
        f"at {tuple(int(i) for i in worst)}: expected {expected.value[worst]:.8g} within {bound[worst]:.3g}, "
        f"seen {seen[worst]:.8g}; {np.count_nonzero(excess > 0)} of {seen.size} elements are out of bounds"
    )
