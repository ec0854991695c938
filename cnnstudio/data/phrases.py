"""What was drawn for a picture, in few words."""

import re


def moved_words(right: float, down: float) -> str:
    """ "moved →3 ↑1 px"."""
    parts = [
        f"{arrows[int(distance > 0)]}{abs(distance):.0f}"
        for distance, arrows in ((right, "←→"), (down, "↑↓"))
        if abs(distance) >= 0.5
    ]
    return f"moved {' '.join(parts)} px" if parts else "not moved"


def typeset(text: str) -> str:
    """Numbers as they are set: "50 %", "−3"."""
    return re.sub(r"(?<![A-Za-z0-9])-(?=[0-9])", "−", text.replace("%", " %"))
