"""Name, tags and notes of one run, to read and to change; and where it lies."""

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QFormLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.labels import ElidedLabel, Label

NOTHING = "Choose a run to write on it."


class RunNotes(QWidget):
    """`edited` brings what was changed: "name", "tags" or "notes", and the new text, when the field is left."""

    edited = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.name = _line("Name", "What the run is called.")
        self.tags = _line("Tags", "Your own words for it, with commas between; the list can be filtered by them.")
        self.notes = QPlainTextEdit()
        self.notes.setAccessibleName("Notes")
        self.notes.setToolTip("What you want to remember of this run; kept in its folder.")
        self.notes.setPlaceholderText("What was tried, and what came of it …")
        self.notes.setTabChangesFocus(True)
        self.notes.installEventFilter(self)
        self.about, self.problem = ElidedLabel("", "small"), Label(NOTHING, "muted", wrap=True)
        self._told = {"name": "", "tags": "", "notes": ""}
        self.name.editingFinished.connect(self._on_name)
        self.tags.editingFinished.connect(self._on_tags)
        self._lay_out()
        self.set_run("", "", "", "", NOTHING)

    def set_run(self, name: str, tags: str, notes: str, about: str, problem: str = "") -> None:
        """Show a run; with a problem there is nothing to write on."""
        self._told = {"name": name, "tags": tags, "notes": notes}
        for field, text in ((self.name, name), (self.tags, tags)):
            if field.text() != text and not (field.hasFocus() and field.isModified()):
                field.setText(text)
        if self.notes.toPlainText() != notes and not (self.notes.hasFocus() and self.notes.document().isModified()):
            self.notes.setPlainText(notes)
        for widget in (self.name, self.tags, self.notes):
            widget.setEnabled(not problem)
        self.about.set_text(about)
        self.problem.set_text(problem)
        self.problem.setVisible(bool(problem))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.notes and event.type() == QEvent.Type.FocusOut:
            self._tell("notes", self.notes.toPlainText())
        return False

    def finish(self) -> None:
        """Tell what stands in the fields now: another run is about to be shown."""
        self._on_name()
        self._on_tags()
        self._tell("notes", self.notes.toPlainText())

    def _on_name(self) -> None:
        self._tell("name", self.name.text())

    def _on_tags(self) -> None:
        self._tell("tags", self.tags.text())

    def _tell(self, key: str, text: str) -> None:
        if self.name.isEnabled() and text != self._told[key]:
            self._told[key] = text
            self.edited.emit(key, text)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(2 * theme.tokens.size.grid)
        form.addRow(Label("Name", "label"), self.name)
        form.addRow(Label("Tags", "label"), self.tags)
        form.addRow(Label("Notes", "label"), self.notes)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2 * theme.tokens.size.grid)
        box.addWidget(self.problem)
        box.addLayout(form, 1)
        box.addWidget(self.about)


def _line(name: str, tooltip: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setToolTip(tooltip)
    return field
