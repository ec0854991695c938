"""Something in a recipe that can't work, or that does nothing."""

from dataclasses import dataclass

from cnnstudio.training.findings import Fix


@dataclass(frozen=True)
class Contradiction:
    """Named before the start, with a fix to click where one is known.

    Args:
        setting: Name of the setting to change, as on the command line.
        text: What is wrong, with the numbers.
        hint: What to do.
        is_fatal: The training can't start; otherwise it can, and the user is told.
        fix: The recipe or network without it.
    """

    setting: str
    text: str
    hint: str
    is_fatal: bool = False
    fix: Fix | None = None
