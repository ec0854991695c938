"""A layer or block dragged from the palette: the wire that it would go into lights up, and the pointer says so."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QPainter

from cnnstudio.core.errors import StudioError
from cnnstudio.gui.canvas.drawing import WireKey
from cnnstudio.gui.canvas.drops import LAYER_MIME, PIECE_MIME, layer_of, piece_of

if TYPE_CHECKING:
    from cnnstudio.gui.canvas.view import CanvasView

REACH_PX = 60.0


class Dropping:
    """Follows a drag over a view from entering to drop."""

    def __init__(self, view: "CanvasView") -> None:
        self._view = view
        self._wire: WireKey | None = None

    def enter(self, event: QDragEnterEvent) -> None:
        """Layers and blocks are welcome, unless the network can't be edited."""
        if not any(event.mimeData().hasFormat(kind) for kind in (LAYER_MIME, PIECE_MIME)):
            event.ignore()
        elif self._view.is_editable:
            event.acceptProposedAction()
        else:
            self._view.command.emit("refuse")
            event.ignore()

    def move(self, event: QDragMoveEvent) -> None:
        """Light up the nearest wire."""
        at = event.position().toPoint()
        self._point_at(self._view.canvas.wire_at(self._view.mapToScene(at), REACH_PX / self._view.camera.zoom))
        self._view.show_hint(at, self._words())
        event.acceptProposedAction()

    def leave(self) -> None:
        """The drag went elsewhere."""
        self._point_at(None)
        self._view.hide_hint()

    def drop(self, event: QDropEvent) -> None:
        """Ask for the layer or block to be put into the wire, or beside the graph."""
        data, wire = event.mimeData(), self._wire
        self.leave()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        try:
            if data.hasFormat(PIECE_MIME):
                self._view.piece_dropped.emit(piece_of(data), wire)
            elif (layer := layer_of(data)) is not None:
                self._view.layer_dropped.emit(layer, wire)
        except StudioError as error:  # from another program, in our format but not of ours
            self._view.show_hint(event.position().toPoint(), error.message, is_bad=True)

    def paint(self, painter: QPainter) -> None:
        """Show the place on the wire where the layer would go."""
        item = self._view.canvas.wires.get(self._wire) if self._wire is not None else None
        if item is not None:
            painter.setPen(self._view.canvas.look.chosen_border)
            painter.setBrush(self._view.canvas.look.chosen_fill)
            painter.drawEllipse(item.middle(), 7, 7)

    def _words(self) -> str:
        if self._wire is None:
            return "Drop on a connection to insert it there; here it stays unconnected."
        boxes = self._view.canvas.drawing.boxes
        return f"Insert between {boxes[self._wire[0]].title} and {boxes[self._wire[1]].title}"

    def _point_at(self, wire: WireKey | None) -> None:
        for key, is_hovered in ((self._wire, False), (wire, True)):
            if key in self._view.canvas.wires:
                self._view.canvas.wires[key].mark(is_hovered=is_hovered)
        self._wire = wire
        self._view.viewport().update()
