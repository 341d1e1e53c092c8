"""The two exceptions are what a caller would expect to catch."""

import pytest

from minigan import InputError, NonFiniteError


def test_an_input_error_is_a_value_error():
    assert issubclass(InputError, ValueError)


def test_a_non_finite_error_is_an_arithmetic_error_and_no_value_error():
    assert issubclass(NonFiniteError, ArithmeticError)
    assert not issubclass(NonFiniteError, ValueError)


def test_a_non_finite_error_carries_its_message_and_its_step():
    with pytest.raises(NonFiniteError, match="J_D became nan") as caught:
        raise NonFiniteError("step 7: J_D became nan", 7)
    assert caught.value.step == 7
