"""Errors that a user can understand: what happened (with the numbers), where, and what to do."""

from typing import ClassVar


class StudioError(Exception):
    """Something went wrong that the user can mend; shown as a sentence and a hint, never as a traceback.

    Args:
        message: What happened and where, one or two sentences with the numbers.
        hint: What to do about it; empty if there is nothing to add.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders; the keyword argument would be lost by Exception's own way.
        return (_rebuild, (type(self), self.message, self.hint))


def _rebuild(cls: type[StudioError], message: str, hint: str) -> StudioError:
    return cls(message, hint=hint)


class DataError(StudioError):
    """The data can't be read, or can't be trained on."""

    exit_code = 3


class GraphError(StudioError):
    """The network can't be built or changed as asked."""

    exit_code = 4


class ShapeError(GraphError):
    """The sizes of two layers don't fit together."""


class RecipeError(StudioError):
    """The training settings contradict each other or the data."""

    exit_code = 5


class RunError(StudioError):
    """A run can't be read, resumed or used for what was asked."""

    exit_code = 6


class FileError(StudioError):
    """A file or folder can't be read or written."""

    exit_code = 7


class ProjectError(StudioError):
    """A project can't be opened or saved."""

    exit_code = 8


class Cancelled(StudioError):
    """The user stopped the work; whatever was finished before is kept."""

    exit_code = 130

    def __init__(self, message: str = "Cancelled.", *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
