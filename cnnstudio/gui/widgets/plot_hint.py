"""What stands where curves will be, as long as there are none."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QWidget

from cnnstudio.gui.widgets.labels import Label

TEXT = "Begins with the first step."


class EmptyHint(Label):
    """A line in the middle of a widget, which it follows in size."""

    def __init__(self, room: QWidget, text: str = TEXT) -> None:
        super().__init__(text, "small", wrap=True)
        self.setParent(room)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._room = room
        room.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._room.rect())
        return False
