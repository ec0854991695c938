"""What was changed by hand: how much, undo and redo by name, and the way to a cleaned copy."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.labels import Label

SAFE = "Your files stay as they are: the changes lie in the project."


class EditsCard(Card):
    """Hidden while nothing was changed and nothing can be taken back."""

    undo = Signal()
    redo = Signal()
    copy_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Changes by hand")
        self._text = Label("", "small", wrap=True)
        self.undo_button = Button("Undo", "Nothing to take back.", icon="undo")
        self.redo_button = Button("Redo", "Nothing to make again.", icon="redo")
        self.copy_button = Button(
            "Export a cleaned copy…",
            "Copy all pictures that are in use to a new folder, in their classes.",
            role="link",
        )
        self.undo_button.clicked.connect(self.undo)
        self.redo_button.clicked.connect(self.redo)
        self.copy_button.clicked.connect(self.copy_wanted)
        row = QHBoxLayout()
        row.addWidget(self.undo_button)
        row.addWidget(self.redo_button)
        row.addStretch(1)
        self.add(self._text)
        self.add(row)
        self.add(self.copy_button)
        self.hug()
        self.set_edits("", None, None)

    def set_edits(self, text: str, undo: str | None, redo: str | None) -> None:
        """Show what was changed, and the names of the edits that undo and redo are about."""
        self._text.set_text(f"{text}. {SAFE}" if text else SAFE)
        self.undo_button.set_enabled(undo is not None, "Nothing to take back.")
        self.redo_button.set_enabled(redo is not None, "Nothing to make again.")
        if undo is not None:
            self.undo_button.setToolTip(f"Take back: {undo} (Ctrl+Z).")
        if redo is not None:
            self.redo_button.setToolTip(f"Make again: {redo} (Ctrl+Y).")
        self.setVisible(bool(text) or undo is not None or redo is not None)
