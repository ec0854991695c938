"""What the dialogs of published files share: a list, what is said of the chosen one, a download that can be stopped."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import Progress
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.progress_line import ProgressLine
from cnnstudio.gui.widgets.table import Table


class DownloadDialog(QDialog):
    """`stopped` ends the download; a dialog of a kind says what is wanted by a signal of its own."""

    stopped = Signal()

    def __init__(
        self, parent: QWidget | None, title: str, text: str, table: Table, get_tooltip: str, size: tuple[int, int]
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.resize(*size)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.is_busy = False
        self.table = table
        self.details = Label("", "small", wrap=True)
        self.details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problem = Label("", "problem", wrap=True)
        self.progress = ProgressLine("Stop the download; what has come so far is kept for the next time.")
        self.get_button = Button("Download", get_tooltip, role="main")
        self.close_button = Button("Close", "Close (Esc); a download is stopped, and goes on where it was next time.")
        self._lay_out(title, text)
        self.table.chosen.connect(self.show_row)
        self.table.activated_row.connect(self.get)
        self.get_button.clicked.connect(self.get)
        self.close_button.clicked.connect(self.reject)
        self.progress.cancelled.connect(self.stopped)

    def rows(self) -> Sequence[Sequence[object]]:
        """The table's cells as they are now."""
        raise NotImplementedError

    def show_row(self, row: int) -> None:
        """Say in `details` and on the button what is chosen."""
        raise NotImplementedError

    def get(self) -> None:
        """The button was clicked."""
        raise NotImplementedError

    def show_progress(self, progress: Progress) -> None:
        """A download is under way."""
        self._set_busy(True)
        self.progress.set_progress(progress)

    def show_stopped(self, error: StudioError | None = None) -> None:
        """It ended without a result: stopped, or for a reason that is said."""
        self._set_busy(False)
        self.problem.set_text(str(error) if error is not None else "")
        self.problem.setVisible(error is not None)
        self.table.set_rows(self.rows())
        self.show_row(self.table.current())

    def _set_busy(self, is_busy: bool) -> None:
        if is_busy != self.is_busy:
            self.is_busy = is_busy
            self.progress.setVisible(is_busy)
            self.table.setEnabled(not is_busy)
            self.get_button.set_enabled(not is_busy, "A download is under way.")
            self.problem.hide()

    def add_settings(self, form: QWidget) -> None:
        """Put a form between the list and what is said of the chosen one."""
        self._box.insertWidget(self._box.indexOf(self.details), form)

    def _lay_out(self, title: str, text: str) -> None:
        box = self._box = QVBoxLayout(self)
        box.setContentsMargins(*[theme.tokens.size.page] * 4)
        box.setSpacing(theme.tokens.size.gap)
        box.addWidget(Label(title, "page-title"))
        box.addWidget(Label(text, "muted", wrap=True))
        box.addWidget(self.table, 1)
        for widget in (self.details, self.problem, self.progress):
            box.addWidget(widget)
        self.problem.hide()
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.get_button)
        box.addLayout(buttons)
