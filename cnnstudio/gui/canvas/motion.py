"""Boxes slide to their new places, so that the eye can follow what an edit moved."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QObject, QPointF, QRectF, QVariantAnimation

from cnnstudio.gui.canvas.drawing import Drawing, Frame, WireKey
from cnnstudio.gui.canvas.look import Detail

if TYPE_CHECKING:
    from cnnstudio.gui.canvas.scene import CanvasScene

DURATION_MS = 140
# More boxes than this don't slide: nobody could follow them, and every frame would cost.
MOST_BOXES = 120


class Motion(QObject):
    """Moves the items of a scene from one drawing to the next."""

    def __init__(self, scene: "CanvasScene") -> None:
        super().__init__(scene)
        self._scene = scene
        self._boxes: dict[str, tuple[QPointF, QPointF]] = {}
        self._frames: dict[str, tuple[QRectF, Frame]] = {}
        self._wires: dict[WireKey, tuple[tuple[QPointF, ...], tuple[QPointF, ...]]] = {}
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setDuration(DURATION_MS)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.valueChanged.connect(self._move_to)

    @property
    def is_running(self) -> bool:
        """True while something moves."""
        return self._animation.state() == QVariantAnimation.State.Running

    def start(self, before: Drawing, after: Drawing, shift: QPointF) -> None:
        """Slide everything that both drawings have from its old place to its new one.

        Args:
            before: What was shown.
            after: What is shown at the end.
            shift: How far the view moves along at once; old places are meant relative to that.
        """
        self._boxes = {
            key: (before.boxes[key].rect.topLeft() + shift, box.rect.topLeft())
            for key, box in after.boxes.items()
            if key in before.boxes and before.boxes[key].rect.topLeft() + shift != box.rect.topLeft()
        }
        if not self._boxes or len(self._boxes) > MOST_BOXES or self._scene.look.detail is Detail.SIMPLE:
            return
        self._frames = {
            key: (before.frames[key].rect.translated(shift), frame)
            for key, frame in after.frames.items()
            if key in before.frames
        }
        self._wires = {
            key: (tuple(point + shift for point in before.wires[key].points), wire.points)
            for key, wire in after.wires.items()
            if key in before.wires and len(before.wires[key].points) == len(wire.points)
        }
        self._animation.start()
        self._move_to(0.0)

    def finish(self) -> None:
        """Put everything where it belongs, at once."""
        if self.is_running:
            self._animation.stop()
            self._move_to(1.0)

    def _move_to(self, share: float) -> None:
        for key, (start, end) in self._boxes.items():
            self._scene.boxes[key].setPos(start + (end - start) * share)
        for key, (rect, frame) in self._frames.items():
            self._scene.frames[key].show_rect(_between(rect, frame.rect, share))
        for wire_key, (old, new) in self._wires.items():
            points = tuple(a + (b - a) * share for a, b in zip(old, new, strict=True))
            self._scene.wires[wire_key].show_points(points)


def _between(a: QRectF, b: QRectF, share: float) -> QRectF:
    top_left = a.topLeft() + (b.topLeft() - a.topLeft()) * share
    bottom_right = a.bottomRight() + (b.bottomRight() - a.bottomRight()) * share
    return QRectF(top_left, bottom_right)
