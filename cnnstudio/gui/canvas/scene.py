"""All items of the canvas: brought in line with a drawing, found by place, marked as chosen."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtWidgets import QGraphicsScene

from cnnstudio.gui.canvas.box_item import BoxItem
from cnnstudio.gui.canvas.curves import Taken
from cnnstudio.gui.canvas.drawing import Box, Drawing, Wire, WireKey
from cnnstudio.gui.canvas.frame_item import FrameItem
from cnnstudio.gui.canvas.look import Detail, Look
from cnnstudio.gui.canvas.motion import Motion
from cnnstudio.gui.canvas.overview_item import OverviewItem
from cnnstudio.gui.canvas.wire_item import WireItem


class CanvasScene(QGraphicsScene):
    """Holds one item a box, wire and frame; knows nothing of graphs.

    Signals:
        chosen_changed: Other boxes, frames or wires are chosen now.
    """

    chosen_changed = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look
        self.drawing = Drawing()
        self.boxes: dict[str, BoxItem] = {}
        self.frames: dict[str, FrameItem] = {}
        self.wires: dict[WireKey, WireItem] = {}
        self.chosen: frozenset[str] = frozenset()
        self.chosen_wires: frozenset[WireKey] = frozenset()
        self.motion = Motion(self)
        self.overview = OverviewItem()
        self.overview.set_drawing(self.drawing, look)
        self.overview.setVisible(False)
        self.addItem(self.overview)

    # -- what is shown

    def set_look(self, look: Look) -> None:
        """Take other colours; everything is made anew."""
        look.detail, look.is_far = self.look.detail, self.look.is_far
        self.look = look
        drawing, self.drawing = self.drawing, Drawing()
        self._bring_in_line(Drawing())
        self.set_drawing(drawing)

    def set_drawing(self, drawing: Drawing) -> None:
        """Show this; items that stay keep their identity."""
        self.motion.finish()
        self._bring_in_line(drawing)
        self._place_texts()
        self._show_detail()
        self.choose(
            (key for key in self.chosen if key in self.boxes or key in self.frames),
            (key for key in self.chosen_wires if key in self.wires),
        )

    def touch(self, drawing: Drawing, boxes: Mapping[str, Box], wires: Mapping[WireKey, Wire]) -> None:
        """Show other texts in these boxes and beside these wires; all else is as it was."""
        self.motion.finish()
        self.drawing = drawing
        for key, box in boxes.items():
            self.boxes[key].set_value(box)
        has_room = [self.wires[key].set_text(wire) for key, wire in wires.items()]
        if not all(has_room):
            self._place_texts()

    def _bring_in_line(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self._match(self.boxes, drawing.boxes, BoxItem)
        self._match(self.frames, drawing.frames, FrameItem)
        self._match(self.wires, drawing.wires, WireItem)

    def _match(self, items: dict[Any, Any], wanted: Mapping[Any, Any], make: Callable[..., Any]) -> None:
        """Remove items that aren't wanted, change those that stay, add the rest."""
        for key in [key for key in items if key not in wanted]:
            self.removeItem(items.pop(key))
        for key, value in wanted.items():
            if key in items:
                items[key].set_value(value)
            else:
                items[key] = make(value, self.look)
                self.addItem(items[key])

    def _place_texts(self) -> None:
        taken = Taken(box.rect for box in self.drawing.boxes.values())
        for frame in self.frames.values():
            taken.add(frame.title_rect())
        new = [item for item in self.wires.values() if not item.is_placed]
        for item in self.wires.values():
            if item.is_placed and item.text_rect is not None:
                taken.add(item.text_rect)
        for item in new:
            item.place_text(taken)

    def content_rect(self) -> QRectF:
        """Everything that is drawn."""
        whole = self.drawing.rect
        for item in self.wires.values():
            whole = whole if item.text_rect is None else whole.united(item.text_rect)
        return whole

    # -- detail

    def set_detail(self, detail: Detail, *, is_far: bool = False) -> None:
        """Draw more or less of each box; `is_far` writes titles that stand alone larger still."""
        if (detail, is_far) != (self.look.detail, self.look.is_far):
            self.look.detail, self.look.is_far = detail, is_far
            self._show_detail()
            self.update()

    def _show_detail(self) -> None:
        is_simple = self.look.detail is Detail.SIMPLE
        if is_simple:
            self.overview.set_drawing(self.drawing, self.look)
            self.overview.set_chosen(self.chosen)
        self.overview.setVisible(is_simple)
        for item in (*self.boxes.values(), *self.wires.values()):
            item.setVisible(not is_simple)

    # -- what lies where

    def box_at(self, point: QPointF) -> str | None:
        """The box under a point, its ports included."""
        for key, item in self.boxes.items():
            if item.box.rect.adjusted(-2, -6, 2, 6).contains(point):
                return key
        return None

    def frame_title_at(self, point: QPointF) -> str | None:
        """The innermost open group whose title lies under a point."""
        found = [key for key, item in self.frames.items() if item.title_rect().contains(point)]
        return max(found, key=lambda key: self.frames[key].frame.depth, default=None)

    def is_group(self, key: str) -> bool:
        """Is this a group, open or closed?"""
        return key in self.frames or (key in self.boxes and self.boxes[key].box.is_group)

    def is_on_sign(self, key: str, point: QPointF) -> bool:
        """Does the point lie on the + or − of this group?"""
        if key in self.frames and self.look.detail is not Detail.SIMPLE:
            sign = self.frames[key].sign_rect()
        elif key in self.boxes and self.boxes[key].box.is_group and self.look.detail is Detail.FULL:
            sign = self.boxes[key].sign_rect().translated(self.boxes[key].pos())
        else:
            return False
        return sign.adjusted(-4, -4, 4, 4).contains(point)

    def wire_at(self, point: QPointF, reach: float) -> WireKey | None:
        """The wire that passes nearest to a point, within `reach`."""
        near = [(item.distance(point), key) for key, item in self.wires.items() if item.is_near(point, reach)]
        return min(near)[1] if near else None

    # -- what is chosen

    def choose(self, ids: Iterable[str], wires: Iterable[WireKey] = ()) -> None:
        """Make exactly these the chosen ones."""
        chosen, chosen_wires = frozenset(ids), frozenset(wires)
        for key, item in self.boxes.items():
            item.mark(is_chosen=key in chosen)
        for key, frame in self.frames.items():
            frame.mark(is_chosen=key in chosen)
        for wire_key, wire in self.wires.items():
            wire.mark(is_chosen=wire_key in chosen_wires)
        if self.overview.isVisible():
            self.overview.set_chosen(chosen)
        if (chosen, chosen_wires) != (self.chosen, self.chosen_wires):
            self.chosen, self.chosen_wires = chosen, chosen_wires
            self.chosen_changed.emit()
