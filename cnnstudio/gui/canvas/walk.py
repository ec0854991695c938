"""Arrow keys on the canvas: down and up along the wires, left and right to the branch beside."""

import math
from typing import Literal

from cnnstudio.gui.canvas.drawing import Drawing

Direction = Literal["up", "down", "left", "right"]


def step(drawing: Drawing, start: str | None, direction: Direction) -> str | None:
    """The box that an arrow key leads to; None if there is none that way.

    Args:
        drawing: What is on the canvas.
        start: The box from which to go; None for the first one on the canvas.
        direction: Where to.
    """
    if not drawing.boxes:
        return None
    if start is None or start not in drawing.boxes:
        return min(drawing.boxes, key=lambda key: drawing.boxes[key].rect.top())
    if direction == "down":
        return _nearest_across(drawing, start, [key[1] for key in drawing.wires if key[0] == start])
    if direction == "up":
        return _nearest_across(drawing, start, [key[0] for key in drawing.wires if key[1] == start])
    return _beside(drawing, start, -1 if direction == "left" else 1)


def _nearest_across(drawing: Drawing, start: str, found: list[str]) -> str | None:
    x = drawing.boxes[start].rect.center().x()
    return min(found, key=lambda key: abs(drawing.boxes[key].rect.center().x() - x), default=None)


def _beside(drawing: Drawing, start: str, sign: int) -> str | None:
    here = drawing.boxes[start].rect.center()
    found = {}
    for key, box in drawing.boxes.items():
        away = box.rect.center() - here
        # Sideways means nearer to level than to upright.
        if sign * away.x() > 0 and abs(away.x()) > abs(away.y()) * 0.5:
            found[key] = math.hypot(away.x(), 3 * away.y())
    return min(found, key=lambda key: found[key], default=None)
