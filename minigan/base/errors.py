"""The two ways in which minigan refuses to go on.

A user meets an ``InputError`` when something given does not fit: the message
says what was expected, what was given, and where; ``DataError`` is the same of
a data file, ``CheckpointError`` of a saved run. ``NonFiniteError`` stops a game
whose cost is no longer a number.
"""


class InputError(ValueError):
    """Something given to minigan does not fit: a shape, a dtype, a range, an option."""


class DataError(InputError):
    """A data file is missing, damaged, or not what it should be; nothing of it was loaded."""


class CheckpointError(InputError):
    """A checkpoint is missing, damaged, or of another run; nothing of it was loaded."""


class NonFiniteError(ArithmeticError):
    """A cost became NaN or infinite during training.

    Parameters
    ----------
    message : str
    step : int

    Attributes
    ----------
    step : int
        The 1-based training step at which it happened.
    """

    def __init__(self, message: str, step: int):
        super().__init__(message)
        self.step = step
