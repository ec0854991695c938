"""The order in which people count: "10" behind "2"."""

import re
from typing import Any

_DIGITS = re.compile(r"(\d+)")


def natural_key(name: str) -> tuple[Any, str]:
    """Sort key under which "10" comes behind "2", and upper and lower case side by side."""
    parts: list[Any] = _DIGITS.split(name.casefold())
    if len(parts) == 3:
        # One number, as in nearly all names of pictures: a third quicker.
        return ((parts[0], int(parts[1]), parts[2]), name)
    parts[1::2] = map(int, parts[1::2])
    return (tuple(parts), name)
