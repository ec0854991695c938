"""The network as PyTorch code, coloured, to copy or to save."""

import keyword
import re

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QSyntaxHighlighter, QTextCharFormat, QTextDocument
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.labels import Label

# Role of the theme for each kind of word; the first pattern that matches at a place wins.
_WORDS = (
    ("muted", r"#[^\n]*"),
    ("ok", r"\"[^\"\n]*\"|'[^'\n]*'"),
    ("accent", rf"\b(?:{'|'.join(keyword.kwlist)}|self|super)\b"),
    ("warn", r"\b\d[\d_.e]*\b"),
    ("text", r"(?<=\bclass )\w+|(?<=\bdef )\w+"),
    ("series.3", r"\bnn\.\w+|\btorch(?:\.\w+)*"),
)
_TRIPLE = re.compile(r'"""')


class PythonColours(QSyntaxHighlighter):
    """Colours Python: comments, strings, words of the language, numbers, names that are defined, PyTorch's names."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._pattern = re.compile("|".join(f"(?P<g{i}>{p})" for i, (_, p) in enumerate(_WORDS)))
        self._formats: list[QTextCharFormat] = []
        self.take_theme()

    def take_theme(self) -> None:
        """Colour anew in the theme in use."""
        self._formats = [_format(theme.color(role)) for role, _ in _WORDS]
        self._string = _format(theme.color("ok"))
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        is_inside = self.previousBlockState() == 1
        marks = len(_TRIPLE.findall(text))
        if is_inside or marks:
            # Docstrings stand alone on their lines in our code.
            start = 0 if is_inside else text.index('"""')
            self.setFormat(start, len(text) - start, self._string)
            self.setCurrentBlockState(1 if is_inside != (marks % 2 == 1) else 0)
            return
        self.setCurrentBlockState(0)
        for found in self._pattern.finditer(text):
            which = int((found.lastgroup or "g0")[1:])
            self.setFormat(found.start(), len(found.group()), self._formats[which])


def _format(color: QColor) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(color)
    return made


class CodeView(QWidget):
    """Shows code; `save_wanted` asks for a file."""

    save_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(_code_font())
        self.text.setAccessibleName("PyTorch code of the network")
        self.text.setToolTip("The network as a PyTorch module; it needs nothing but torch.")
        self._colours = PythonColours(self.text.document())
        self._note = Label("", "small")
        self.copy_button = Button("Copy", "Put the code on the clipboard.", icon="content-copy")
        self.save_button = Button("Save…", "Save the code as a Python file.", icon="content-save-outline")
        self.copy_button.clicked.connect(self.copy)
        self.save_button.clicked.connect(self.save_wanted)
        row = QHBoxLayout()
        row.addWidget(self._note, 1)
        row.addWidget(self.copy_button)
        row.addWidget(self.save_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.text, 1)
        box.addLayout(row)
        theme.changed.connect(self._colours.take_theme)

    def set_code(self, code: str) -> None:
        """Show code; the place that is read stays where it is."""
        if code == self.text.toPlainText():
            return
        bar = self.text.verticalScrollBar()
        at = bar.value()
        self.text.setPlainText(code)
        bar.setValue(at)
        lines = len(code.splitlines())
        self._note.set_text(f"{lines:,} lines; runs anywhere with PyTorch alone")

    def code(self) -> str:
        """What is shown."""
        return self.text.toPlainText()

    def copy(self) -> None:
        """Put the code on the clipboard."""
        QApplication.clipboard().setText(self.code())


def _code_font() -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(theme.tokens.size.text)
    return font
