"""Pictures dropped on a page are that page's; what else is dropped there goes on to the window."""

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from cnnstudio.gui.drops import DropKind, meaning
from cnnstudio.gui.widgets.drop_overlay import DropOverlay
from cnnstudio.gui.widgets.drop_zone import dropped_paths


class PictureDrops(QObject):
    """Watches a page's drag events; `dropped` brings paths.

    Args:
        page: The page.
        verb: What becomes of the pictures: "Classify".
        takes_folders: A folder stands for the pictures in it; otherwise it is left to the window.
    """

    dropped = Signal(list)

    def __init__(self, page: QWidget, verb: str, *, takes_folders: bool) -> None:
        super().__init__(page)
        self._verb = verb
        self._kinds = {DropKind.IMAGES, DropKind.DATA} if takes_folders else {DropKind.IMAGES}
        self.is_open = True
        self.overlay = DropOverlay(page)
        page.setAcceptDrops(True)
        page.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragEnterEvent):
            return self._enter(event)
        if isinstance(event, QDragMoveEvent) and self.overlay.isVisible():
            event.acceptProposedAction()
            return True
        if event.type() == QEvent.Type.DragLeave:
            self.overlay.hide()
        if isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop and self.overlay.isVisible():
            self.overlay.hide()
            event.acceptProposedAction()
            self.dropped.emit(dropped_paths(event.mimeData()))
            return True
        return False

    def _enter(self, event: QDragEnterEvent) -> bool:
        drop = meaning(dropped_paths(event.mimeData()))
        if not self.is_open or drop.kind not in self._kinds:
            return False
        what = (
            f"the pictures in {drop.paths[0].name}" if drop.kind is DropKind.DATA else f"{len(drop.paths):,} pictures"
        )
        one = len(drop.paths) == 1 and drop.kind is DropKind.IMAGES
        self.overlay.show_text(f"{self._verb} {drop.paths[0].name if one else what}", is_welcome=True)
        event.acceptProposedAction()
        return True
