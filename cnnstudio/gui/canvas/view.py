"""The window onto the scene: what mouse, wheel and keys do. It knows the drawing, not the graph."""

from collections.abc import Callable, Collection, Mapping

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView

from cnnstudio.gui.canvas.camera import Camera
from cnnstudio.gui.canvas.connecting import Judgement
from cnnstudio.gui.canvas.dots import paint_dots
from cnnstudio.gui.canvas.drawing import Box, Drawing, Wire, WireKey
from cnnstudio.gui.canvas.dropping import Dropping
from cnnstudio.gui.canvas.hint import Hint
from cnnstudio.gui.canvas.keys import command_of
from cnnstudio.gui.canvas.look import LARGEST_BELOW, Look, detail_at
from cnnstudio.gui.canvas.minimap import MiniMap
from cnnstudio.gui.canvas.pointer import Pointer
from cnnstudio.gui.canvas.scene import CanvasScene

MAP_MARGIN_PX = 12
# The mini-map is shown in a view at least so many times as wide and as high: in a smaller one it hides the graph.
MAP_SHARE = 2.5
ZOOM_PER_NOTCH = 1.2


class CanvasView(QGraphicsView):
    """Shows a CanvasScene and reports what the user wants done."""

    connect_wanted = Signal(str, str)  # from box, to box
    toggle_wanted = Signal(str)  # open or close this group
    command = Signal(str)  # see keys.COMMANDS
    layer_dropped = Signal(object, object)  # JSON of a layer, wire key or None
    piece_dropped = Signal(object, object)  # JSON of some layers, wire key or None
    menu_wanted = Signal(QPoint)  # where, on the screen
    resized = Signal()

    def __init__(self, look: Look) -> None:
        self.canvas = CanvasScene(look)
        super().__init__(self.canvas)
        # Without a parent the scene would live until Python's garbage collector finds it, and take its items down in
        # any order, perhaps while another window is painting.
        self.canvas.setParent(self)
        self.is_editable = True
        # True until the user pans or zooms: then a new size of the window fits the drawing anew.
        self.is_untouched = True
        self.judge_connection: Callable[[str, str], Judgement] = _nothing_against
        self.camera = Camera(self)
        self.pointer = Pointer(self)
        self.hint = Hint(self)
        self._dropping = Dropping(self)
        self.minimap = MiniMap(self, look)
        self.minimap.went_to.connect(self._on_went_to)
        self._set_up()

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setAccessibleName("Network graph")
        self.setAccessibleDescription(
            "Arrow keys walk along the connections, Tab adds a layer, Enter opens a block, Shift+Tab leaves."
        )

    # -- what is shown

    def set_look(self, look: Look) -> None:
        """Take the colours of another theme."""
        self.canvas.set_look(look)
        self.minimap.set_drawing(self.canvas.drawing, self.canvas.content_rect(), look)
        self.viewport().update()

    def set_drawing(self, drawing: Drawing, *, is_other: bool = False) -> None:
        """Show this.

        While the whole drawing was in sight it stays so; else what is chosen (or in the middle) stays where it is on
        the screen. Another network is shown from its beginning.
        """
        self.pointer.cancel()
        before = self.canvas.drawing
        anchor = None if is_other else self._anchor(drawing)
        old = before.boxes[anchor].rect.center() if anchor else QPointF()
        on_screen = self.viewportTransform().map(old)
        self.canvas.set_drawing(drawing)
        self.camera.set_content(self.canvas.content_rect())
        if anchor is None or self.is_untouched:
            self.camera.show_start()
            self.is_untouched = True
        else:
            self.camera.follow(old, drawing.boxes[anchor].rect.center())
            if anchor in self.canvas.chosen:
                self.camera.reveal(drawing.boxes[anchor].rect)
        self._after_zoom()
        self.minimap.set_drawing(drawing, self.canvas.content_rect(), self.canvas.look)
        self._place_map()
        if anchor is not None and self.isVisible():
            # Boxes slide from where they were on the screen, whatever the view has done meanwhile.
            self.canvas.motion.start(before, drawing, self.camera.to_scene(on_screen) - old)

    def touch(self, drawing: Drawing, boxes: Mapping[str, Box], wires: Mapping[WireKey, Wire]) -> None:
        """Show a drawing that differs from the last one in the texts of these boxes and wires alone."""
        self.pointer.cancel()
        self.canvas.touch(drawing, boxes, wires)

    def _anchor(self, drawing: Drawing) -> str | None:
        """A box that was there before and still is: a chosen one in sight, else the one nearest the middle."""
        seen, old = self.camera.visible_rect(), self.canvas.drawing.boxes
        staying = [key for key in old if key in drawing.boxes]
        chosen = [key for key in staying if key in self.canvas.chosen and seen.intersects(old[key].rect)]
        middle = seen.center()
        return min(
            chosen or staying,
            key=lambda key: (old[key].rect.center() - middle).manhattanLength(),
            default=None,
        )

    def fit(self) -> None:
        """Show the whole network."""
        self.camera.fit()
        self.is_untouched = True
        self._after_zoom()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom around a point of the window, or its middle."""
        self.is_untouched = False
        self.camera.zoom_at(at or QPointF(self.viewport().rect().center()), factor)
        self._after_zoom()

    def reveal(self, box: str) -> None:
        """Bring a box or open group into sight."""
        drawing = self.canvas.drawing
        place = drawing.boxes.get(box) or drawing.frames.get(box)
        if place is not None and self.camera.reveal(place.rect):
            self.is_untouched = False
        self._place_map()

    def place_of(self, boxes: Collection[str], wires: Collection[WireKey]) -> QPoint:
        """A place (px of this widget) just below what is chosen, or a quarter down the middle."""
        rects = [box.rect for key, box in self.canvas.drawing.boxes.items() if key in boxes]
        rects += [QRectF(self.canvas.wires[key].middle(), QSizeF(1, 1)) for key in wires]
        if not rects:
            return QPoint(self.width() // 2 - 150, self.height() // 4)
        lowest = max(rects, key=QRectF.bottom)
        return self.mapFromScene(lowest.bottomLeft()) + QPoint(0, 6)

    def move_by_hand(self, delta: QPoint) -> None:
        """Pan."""
        self.is_untouched = False
        self.camera.pan_by(delta)
        self._place_map()

    def _after_zoom(self) -> None:
        zoom = self.camera.zoom
        self.canvas.set_detail(detail_at(zoom, len(self.canvas.drawing.boxes)), is_far=zoom < LARGEST_BELOW)
        self._place_map()

    def _place_map(self) -> None:
        self.minimap.move(
            self.width() - self.minimap.width() - MAP_MARGIN_PX, self.height() - self.minimap.height() - MAP_MARGIN_PX
        )
        small, room = self.minimap.size() * MAP_SHARE, self.size()
        has_room = small.width() <= room.width() and small.height() <= room.height()
        self.minimap.set_seen(self.camera.visible_rect(), has_room=has_room)

    def _on_went_to(self, point: QPointF) -> None:
        self.camera.centre_on(point)
        self._place_map()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_map()
        self.resized.emit()

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        look = self.canvas.look
        origin = self.viewportTransform().map(QPointF(0, 0))
        port = QRectF(self.viewport().rect())
        paint_dots(painter, port, origin, self.camera.zoom, look.dots.color(), look.canvas.color())

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        self._dropping.paint(painter)
        self.pointer.paint(painter)

    # -- words at the pointer

    def show_hint(self, at: QPoint, text: str, *, is_bad: bool = False) -> None:
        """Say something beside the pointer."""
        self.hint.say(at, text, self.canvas.look, is_bad=is_bad)

    def hide_hint(self) -> None:
        """Say nothing any more."""
        self.hint.hide()

    # -- events

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            is_ours = command_of(event) is not None or event.key() == Qt.Key.Key_Space
            if event.type() == QEvent.Type.ShortcutOverride and is_ours:
                # Keys of the canvas come before the window's shortcuts of the same key while it has the focus.
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress and command_of(event) == "add":
                # Qt would walk to the next widget on Tab before keyPressEvent sees it; Shift+Tab still does.
                self.command.emit("add")
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        command = command_of(event)
        if event.key() == Qt.Key.Key_Space:
            self.pointer.hold_space(True)
        elif command == "escape" and self.pointer.cancel():
            pass
        elif command is not None:
            self.command.emit(command)
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.pointer.hold_space(False)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.pointer.hold_space(False)
        super().focusOutEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointer.move(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.pointer.release()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.pointer.press_twice(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointer.leave()
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.move_by_hand(QPoint((turned.x() + turned.y()) // 2, 0))
        else:
            self.zoom_by(ZOOM_PER_NOTCH ** (turned.y() / 120), event.position())
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.pointer.choose_under(event.pos())
        self.menu_wanted.emit(event.globalPos())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._dropping.enter(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._dropping.move(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._dropping.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        self._dropping.drop(event)


def _nothing_against(source: str, target: str) -> Judgement:
    return Judgement(True, f"{source} → {target}")
