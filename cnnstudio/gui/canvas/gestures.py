"""What a held mouse button does: pan, rubber band, connect. One object a gesture, from press to release."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from cnnstudio.gui.canvas.connecting import Judgement

if TYPE_CHECKING:
    from cnnstudio.gui.canvas.view import CanvasView


NO_TARGET = Judgement(False, "Drop on the layer that this one shall feed.")


class Gesture(ABC):
    """Begins with a press; `finish` or `cancel` ends it."""

    def __init__(self, view: "CanvasView", start: QPoint) -> None:
        self.view, self.start, self.now = view, start, start

    def move(self, to: QPoint) -> None:
        """The mouse is at `to` (viewport px)."""
        self.now = to
        self.view.viewport().update()

    @abstractmethod
    def finish(self) -> None:
        """The button was released: do it."""

    def cancel(self) -> None:
        """Escape was pressed: leave everything as it was."""
        self.view.viewport().update()

    def paint(self, painter: QPainter) -> None:
        """Draw what belongs to the gesture, in scene coordinates."""
        del painter

    def scene_point(self, point: QPoint) -> QPointF:
        """Where that is in the scene."""
        return self.view.mapToScene(point)


class Pan(Gesture):
    """The drawing follows the hand."""

    def move(self, to: QPoint) -> None:
        self.view.move_by_hand(to - self.now)
        self.now = to

    def finish(self) -> None:
        """The drawing stays where it was let go."""


class RubberBand(Gesture):
    """Chooses the boxes that the band touches; with `keep`, in addition to what was chosen."""

    def __init__(self, view: "CanvasView", start: QPoint, *, keep: bool) -> None:
        super().__init__(view, start)
        # The band holds to the scene, so that a wheel turn meanwhile doesn't move its corner.
        self._corner = self.scene_point(start)
        self._kept = view.canvas.chosen if keep else frozenset()

    def rect(self) -> QRectF:
        """The band in the scene."""
        return QRectF(self._corner, self.scene_point(self.now)).normalized()

    def move(self, to: QPoint) -> None:
        super().move(to)
        band = self.rect()
        boxes = self.view.canvas.drawing.boxes
        self.view.canvas.choose(self._kept.union(key for key, box in boxes.items() if band.intersects(box.rect)))

    def finish(self) -> None:
        if (self.now - self.start).manhattanLength() < 4:
            self.view.canvas.choose(self._kept)
        self.view.viewport().update()

    def paint(self, painter: QPainter) -> None:
        look = self.view.canvas.look
        pen = QPen(look.accent)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(look.band_fill)
        painter.drawRect(self.rect())


class Connect(Gesture):
    """A wire from an output to wherever it is let go; a target that won't do says why at the pointer."""

    def __init__(self, view: "CanvasView", start: QPoint, source: str) -> None:
        super().__init__(view, start)
        self.source = source
        self.target: str | None = None
        self.judgement = NO_TARGET

    def move(self, to: QPoint) -> None:
        super().move(to)
        target = self.view.canvas.box_at(self.scene_point(to))
        if target != self.target:
            self._point_at(target if target != self.source else None)
        is_bad = self.target is not None and not self.judgement.is_allowed
        self.view.show_hint(to, self.judgement.words, is_bad=is_bad)

    def _point_at(self, target: str | None) -> None:
        self._unmark()
        self.target = target
        self.judgement = self.view.judge_connection(self.source, target) if target is not None else NO_TARGET
        if target is not None and self.judgement.is_allowed:
            self.view.canvas.boxes[target].mark(is_target=True)

    def _unmark(self) -> None:
        if self.target in self.view.canvas.boxes:
            self.view.canvas.boxes[self.target].mark(is_target=False)

    def finish(self) -> None:
        self.cancel()
        if self.target is not None and self.judgement.is_allowed:
            self.view.connect_wanted.emit(self.source, self.target)

    def cancel(self) -> None:
        self._unmark()
        self.view.hide_hint()
        super().cancel()

    def paint(self, painter: QPainter) -> None:
        look = self.view.canvas.look
        item = self.view.canvas.boxes.get(self.source)
        if item is None:
            return
        start, end = item.port_out, self.scene_point(self.now)
        is_bad = self.target is not None and not self.judgement.is_allowed
        if self.target is not None and not is_bad:
            end = self.view.canvas.boxes[self.target].port_in
        bend = max(30.0, abs(end.y() - start.y()) / 2)
        path = QPainterPath(start)
        path.cubicTo(start + QPointF(0, bend), end - QPointF(0, bend), end)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.strokePath(path, look.bad_wire if is_bad else look.chosen_wire)
