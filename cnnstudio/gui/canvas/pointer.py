"""The mouse on the canvas: what lies under it, what a click chooses, which gesture a press begins."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPainter

from cnnstudio.gui.canvas.drawing import WireKey
from cnnstudio.gui.canvas.gestures import Connect, Gesture, Pan, RubberBand

if TYPE_CHECKING:
    from cnnstudio.gui.canvas.view import CanvasView

WIRE_REACH_PX = 8.0
PORT_REACH_PX = 9.0
_ADDS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class Pointer:
    """Turns mouse events of a view into choices and gestures."""

    def __init__(self, view: "CanvasView") -> None:
        self._view = view
        self._gesture: Gesture | None = None
        self._is_space_held = False
        self._box: str | None = None
        self._wire: WireKey | None = None

    def press(self, event: QMouseEvent) -> None:
        """A button goes down."""
        at, button = event.position().toPoint(), event.button()
        is_left = button == Qt.MouseButton.LeftButton
        if button == Qt.MouseButton.MiddleButton or (is_left and self._is_space_held):
            self._gesture = Pan(self._view, at)
            self._view.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        elif is_left:
            self._hover(self._view.mapToScene(at))
            self._press_left(at, keep=bool(event.modifiers() & _ADDS))

    def _press_left(self, at: QPoint, *, keep: bool) -> None:
        point, scene = self._view.mapToScene(at), self._view.canvas
        key = scene.box_at(point) or scene.frame_title_at(point)
        wire = scene.wire_at(point, WIRE_REACH_PX / self._view.camera.zoom) if key is None else None
        if (source := self._port_at(point)) is not None:
            self._gesture = Connect(self._view, at, source)
        elif key is not None and scene.is_on_sign(key, point):
            self._view.toggle_wanted.emit(key)
        elif key is not None:
            scene.choose(scene.chosen ^ {key} if keep else {key}, scene.chosen_wires if keep else ())
        elif wire is not None:
            scene.choose(scene.chosen if keep else (), scene.chosen_wires ^ {wire} if keep else {wire})
        else:
            self._gesture = RubberBand(self._view, at, keep=keep)

    def press_twice(self, event: QMouseEvent) -> None:
        """A double click opens or closes a group."""
        point = self._view.mapToScene(event.position().toPoint())
        scene = self._view.canvas
        key = scene.box_at(point) or scene.frame_title_at(point)
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and key is not None and scene.is_group(key) and not scene.is_on_sign(key, point):
            self._view.toggle_wanted.emit(key)
        else:
            # Of two fast presses Qt sends the second one as a double click.
            self.press(event)

    def move(self, at: QPoint) -> None:
        """The mouse moves, held or not."""
        if self._gesture is not None:
            self._gesture.move(at)
        else:
            self._hover(self._view.mapToScene(at))

    def release(self) -> None:
        """The button goes up."""
        if self._gesture is not None:
            gesture, self._gesture = self._gesture, None
            gesture.finish()
            self._show_cursor(is_port=False)

    def cancel(self) -> bool:
        """Let go without doing anything; False if nothing was held."""
        if self._gesture is None:
            return False
        gesture, self._gesture = self._gesture, None
        gesture.cancel()
        self._show_cursor(is_port=False)
        return True

    def leave(self) -> None:
        """The mouse is somewhere else."""
        self._mark(None, None)

    def hold_space(self, is_held: bool) -> None:
        """While the space bar is held, the left button pans."""
        self._is_space_held = is_held
        if self._gesture is None:
            self._show_cursor(is_port=False)

    def choose_under(self, at: QPoint) -> None:
        """Before a menu opens: what lies under it is chosen, unless it is already."""
        point, scene = self._view.mapToScene(at), self._view.canvas
        key = scene.box_at(point) or scene.frame_title_at(point)
        if key is not None and key not in scene.chosen:
            scene.choose({key})

    def paint(self, painter: QPainter) -> None:
        """Draw what the gesture shows."""
        if self._gesture is not None:
            self._gesture.paint(painter)

    def _hover(self, point: QPointF) -> None:
        scene = self._view.canvas
        box = scene.box_at(point)
        wire = scene.wire_at(point, WIRE_REACH_PX / self._view.camera.zoom) if box is None else None
        self._mark(box, wire)
        self._show_cursor(is_port=self._port_at(point) is not None)

    def _mark(self, box: str | None, wire: WireKey | None) -> None:
        scene = self._view.canvas
        for key, is_hovered in ((self._box, False), (box, True)):
            if key in scene.boxes:
                scene.boxes[key].mark(is_hovered=is_hovered and self._view.is_editable)
        for wire_key, is_hovered in ((self._wire, False), (wire, True)):
            if wire_key in scene.wires:
                scene.wires[wire_key].mark(is_hovered=is_hovered)
        self._box, self._wire = box, wire

    def _port_at(self, point: QPointF) -> str | None:
        """The box whose output lies under the point; only the box under the mouse shows its ports."""
        item = self._view.canvas.boxes.get(self._box or "")
        if item is None or not self._view.is_editable or not item.box.has_output:
            return None
        away = (item.port_out - point) * self._view.camera.zoom
        return self._box if away.manhattanLength() <= PORT_REACH_PX else None

    def _show_cursor(self, *, is_port: bool) -> None:
        shape = Qt.CursorShape.CrossCursor if is_port else Qt.CursorShape.ArrowCursor
        self._view.viewport().setCursor(Qt.CursorShape.OpenHandCursor if self._is_space_held else shape)
