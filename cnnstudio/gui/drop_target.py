"""The whole window takes drops: it says what a drop will do, and does it."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from cnnstudio.gui.data_choice import open_data
from cnnstudio.gui.drops import Drop, DropKind, meaning
from cnnstudio.gui.network_import import open_network
from cnnstudio.gui.other_runs import open_run_folder
from cnnstudio.gui.session import Session
from cnnstudio.gui.widgets.drop_overlay import DropOverlay
from cnnstudio.gui.widgets.drop_zone import dropped_paths

WHAT_CAN_BE_DROPPED = (
    "Pictures, a folder or archive of them, tables, weights, networks, runs and projects can be dropped."
)


class DropTarget(QObject):
    """Watches a window's drag events."""

    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window)
        self._session = session
        self.overlay = DropOverlay(window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragEnterEvent):
            return self._enter(event)
        if isinstance(event, QDragMoveEvent):
            event.acceptProposedAction()
            return True
        if event.type() == QEvent.Type.DragLeave:
            self._leave()
        if isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            return self._take(event)
        return False

    def _enter(self, event: QDragEnterEvent) -> bool:
        if not event.mimeData().hasUrls():
            return False
        drop = meaning(dropped_paths(event.mimeData()))
        self.overlay.show_text(drop.text, is_welcome=drop.kind is not DropKind.NOTHING)
        event.acceptProposedAction()
        return True

    def _leave(self) -> None:
        self.overlay.hide()

    def _take(self, event: QDropEvent) -> bool:
        drop = meaning(dropped_paths(event.mimeData()))
        self._leave()
        event.acceptProposedAction()
        take_drop(self._session, drop)
        return True


def take_drop(session: Session, drop: Drop) -> None:
    """Do what a drop means."""
    if drop.kind is DropKind.PROJECT:
        session.open_project(drop.paths[0])
    elif drop.kind is DropKind.RUN:
        open_run_folder(session, drop.paths[0])
    elif drop.kind is DropKind.DATA:
        open_data(session, drop.paths[0])
    elif drop.kind is DropKind.WEIGHTS:
        session.offer_weights(drop.paths[0])
    elif drop.kind is DropKind.NETWORK:
        open_network(session, drop.paths[0])
    elif drop.kind is DropKind.IMAGES:
        classify(session, list(drop.paths))
    else:
        session.notice.emit("warn", drop.text, WHAT_CAN_BE_DROPPED)


def classify(session: Session, images: list[object]) -> None:
    """Hand paths or pictures to the page Classify."""
    if session.run is None:
        text = "There is no trained network yet that could say what is in a picture."
        session.notice.emit("warn", text, "Train one first; a folder of images can be dropped as data.")
        return
    session.page_requested.emit("classify")
    session.images_dropped.emit(images)
