"""What is to be drawn, as plain values in scene units (px at zoom 1): boxes, wires, frames."""

from dataclasses import dataclass, field
from functools import cached_property

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPolygonF

WireKey = tuple[str, str]  # the ids of the boxes at both ends


@dataclass(frozen=True)
class Box:
    """One node, or one closed group; `problem` says in words what is wrong with it, and makes the box taller."""

    id: str
    rect: QRectF
    title: str
    label: str
    category: str
    is_group: bool = False
    problem: str = ""
    has_input: bool = True
    has_output: bool = True

    @property
    def is_bad(self) -> bool:
        """True if something is wrong here."""
        return bool(self.problem)


@dataclass(frozen=True)
class Frame:
    """An open group: the border around its members; `title_rect` is the place for its title, which no wire crosses."""

    id: str
    rect: QRectF
    title_rect: QRectF
    title: str
    depth: int = 0


@dataclass(frozen=True)
class Wire:
    """A visible edge, routed.

    Args:
        key: Its ends; a closed group stands for the layers inside it.
        points: Corners of the route, from the output of the source to the input of the target.
        text: Shape of what flows, "6 × 28 × 28"; empty while unknown.
        text_at: Where the text begins: its left end, half its height.
        is_bad: What flows doesn't fit the target.
    """

    key: WireKey
    points: tuple[QPointF, ...]
    text: str = ""
    text_at: QPointF = field(default_factory=QPointF)
    is_bad: bool = False

    @property
    def is_known(self) -> bool:
        """False while the size of what flows can't be told."""
        return bool(self.text)


@dataclass(frozen=True)
class Drawing:
    """Everything on the canvas."""

    boxes: dict[str, Box] = field(default_factory=dict)
    frames: dict[str, Frame] = field(default_factory=dict)
    wires: dict[WireKey, Wire] = field(default_factory=dict)

    @cached_property
    def rect(self) -> QRectF:
        """The smallest rectangle around everything; a null one if there is nothing."""
        whole = QRectF()
        for box in self.boxes.values():
            whole = whole.united(box.rect)
        for frame in self.frames.values():
            whole = whole.united(frame.rect)
        for wire in self.wires.values():
            whole = whole.united(QPolygonF(wire.points).boundingRect().adjusted(-1, -1, 1, 1))
        return whole
