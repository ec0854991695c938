"""What part of the scene is seen: zoom around a point, pan, fit, and keeping its place after an edit."""

from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QGraphicsView

from cnnstudio.gui.canvas.look import LARGEST_BELOW, TITLE_ONLY_BELOW

MIN_ZOOM, MAX_ZOOM = 0.04, 3.0
FIT_MARGIN_PX = 28
# Of the drawing, this much stays in sight however far one pans.
KEEP_PX = 60
# At this zoom titles can just be read: 26 units are 10 px.
READABLE = 0.4
# The scene's border; far enough that Qt's own scroll limits never matter.
FAR = 100_000.0


class Camera:
    """Moves a view. The scroll bars are hidden; their values are Qt's way to hold the offset."""

    def __init__(self, view: QGraphicsView) -> None:
        self._view = view
        self._content = QRectF()
        view.setSceneRect(QRectF(-FAR, -FAR, 2 * FAR, 2 * FAR))

    @property
    def zoom(self) -> float:
        """Screen px a scene unit."""
        return self._view.transform().m11()

    def room(self) -> QSizeF:
        """How much of the scene fits into the window at 100 %, within the margins."""
        port = self._view.viewport()
        return QSizeF(max(1, port.width() - 2 * FIT_MARGIN_PX), max(1, port.height() - 2 * FIT_MARGIN_PX))

    def set_content(self, content: QRectF) -> None:
        """What there is to see."""
        self._content = content

    def visible_rect(self) -> QRectF:
        """The part of the scene in the window."""
        view = self._view
        return view.mapToScene(view.viewport().rect()).boundingRect()

    def zoom_at(self, point: QPointF, factor: float) -> None:
        """Zoom so that what lies under `point` (viewport px) stays there."""
        under = self.to_scene(point)
        self._set_zoom(self.zoom * factor)
        self._put(under, point)

    def pan_by(self, delta: QPoint) -> None:
        """Move the drawing with the hand; some of it always stays in sight."""
        self._scroll(delta)
        self._keep_in_sight()

    def fit(self) -> None:
        """Show everything, at most at 100 %."""
        self._set_zoom(self._fit_zoom(self._content))
        self._put(self._content.center(), QPointF(self._view.viewport().rect().center()))

    def show_start(self) -> None:
        """Everything if it can be read then, else the top at a zoom at which it can."""
        fitting = self._fit_zoom(self._content)
        if fitting >= READABLE or self._content.isEmpty():
            self.fit()
            return
        across = (self._view.viewport().width() - 2 * FIT_MARGIN_PX) / max(1.0, self._content.width())
        self._set_zoom(max(LARGEST_BELOW, min(TITLE_ONLY_BELOW, across)))
        top = QPointF(self._content.center().x(), self._content.top())
        self._put(top, QPointF(self._view.viewport().width() / 2, FIT_MARGIN_PX))

    def reveal(self, rect: QRectF) -> bool:
        """Pan as little as needed to have `rect` in sight, with some room around it; True if that took a pan."""
        seen = self.visible_rect()
        if seen.contains(rect):
            return False
        room = 30 / self.zoom
        wanted = rect.adjusted(-room, -room, room, room)
        dx = _shortfall(wanted.left(), wanted.right(), seen.left(), seen.right())
        dy = _shortfall(wanted.top(), wanted.bottom(), seen.top(), seen.bottom())
        self._scroll(QPoint(round(-dx * self.zoom), round(-dy * self.zoom)))
        return True

    def centre_on(self, point: QPointF) -> None:
        """Bring a place of the scene to the middle."""
        self._put(point, QPointF(self._view.viewport().rect().center()))
        self._keep_in_sight()

    def follow(self, before: QPointF, after: QPointF) -> None:
        """Something moved in the scene from `before` to `after`: keep it where it is on the screen."""
        moved = (after - before) * self.zoom
        self._scroll(QPoint(round(-moved.x()), round(-moved.y())))
        self._keep_in_sight()

    def _fit_zoom(self, rect: QRectF) -> float:
        room = self.room()
        return min(1.0, room.width() / max(1.0, rect.width()), room.height() / max(1.0, rect.height()))

    def _set_zoom(self, zoom: float) -> None:
        zoom = min(MAX_ZOOM, max(MIN_ZOOM, zoom))
        self._view.setTransform(QTransform.fromScale(zoom, zoom))

    def to_scene(self, point: QPointF) -> QPointF:
        """The place in the scene under a point of the window."""
        inverse, _ = self._view.viewportTransform().inverted()
        return inverse.map(point)

    def _put(self, scene_point: QPointF, at: QPointF) -> None:
        now = self._view.viewportTransform().map(scene_point)
        self._scroll((at - now).toPoint())

    def _scroll(self, delta: QPoint) -> None:
        across, down = self._view.horizontalScrollBar(), self._view.verticalScrollBar()
        across.setValue(across.value() - delta.x())
        down.setValue(down.value() - delta.y())

    def _keep_in_sight(self) -> None:
        if self._content.isEmpty():
            return
        shown = self._view.viewportTransform().mapRect(self._content)
        port = QRectF(self._view.viewport().rect()).adjusted(KEEP_PX, KEEP_PX, -KEEP_PX, -KEEP_PX)
        dx = _outside(shown.left(), shown.right(), port.left(), port.right())
        dy = _outside(shown.top(), shown.bottom(), port.top(), port.bottom())
        if dx or dy:
            self._scroll(QPoint(round(dx), round(dy)))


def _shortfall(low: float, high: float, seen_low: float, seen_high: float) -> float:
    if low < seen_low or high - low > seen_high - seen_low:
        return low - seen_low
    return max(0.0, high - seen_high)


def _outside(low: float, high: float, port_low: float, port_high: float) -> float:
    if high < port_low:
        return port_low - high
    return min(0.0, port_high - low)
