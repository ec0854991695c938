"""What was found to be wrong, in groups: a line a kind, each a link."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from cnnstudio.data.words import counted
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.flow import FlowLayout
from cnnstudio.gui.widgets.labels import Label

FIX_TOOLTIP = "Leave out all but one of each, in the project only; those in the test or validation part stay."


@dataclass(frozen=True)
class Finding:
    """A group of problems: its key, the sentence, how many there are, and whether it stands in the way.

    Args:
        pictures: How many pictures of the data set it is about; 0 where none can be shown.
        fix: What a second link says that mends it; empty where nothing can be done at once.
    """

    key: str
    text: str
    count: int
    is_blocking: bool = False
    pictures: int = 0
    fix: str = ""


class Findings(QWidget):
    """`chosen` brings the key of the group whose link was clicked, `fix_wanted` that of the group to mend."""

    chosen = Signal(str)
    fix_wanted = Signal(str)

    def __init__(self, name: str = "Problems found") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(theme.tokens.size.grid)
        self.links: list[Button] = []

    def set_findings(self, findings: Sequence[Finding], all_well: str) -> None:
        """Show these; `all_well` is said if there are none."""
        while (item := self._box.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.links = []
        if not findings:
            self._box.addWidget(Label(all_well, "ok", wrap=True))
        for finding in findings:
            self._box.addWidget(self._make_row(finding))

    def _make_row(self, finding: Finding) -> QWidget:
        row = QWidget()
        box = QVBoxLayout(row)
        box.setContentsMargins(0, 0, 0, theme.tokens.size.grid)
        box.setSpacing(0)
        box.addWidget(Label(finding.text, "bad" if finding.is_blocking else "", wrap=True))
        noun = "it" if finding.count == 1 else f"all {finding.count:,}"
        if finding.pictures:
            text, tooltip = f"Show {counted(finding.pictures, 'picture')}", "Show these pictures only."
        else:
            text, tooltip = f"Show {noun}", "List the files, each with the reason."
        link = Button(text, tooltip, role="link", name=f"{text}: {finding.text}")
        link.setProperty("key", finding.key)
        link.clicked.connect(self._on_clicked)
        link.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        links = FlowLayout(spacing=theme.tokens.size.grid)
        links.addWidget(link)
        self.links.append(link)
        if finding.fix:
            fix = Button(finding.fix, FIX_TOOLTIP, role="link", name=f"{finding.fix}: {finding.text}")
            fix.setProperty("key", finding.key)
            fix.clicked.connect(self._on_fix)
            links.addWidget(fix)
        box.addLayout(links)
        return row

    def _on_fix(self) -> None:
        self.fix_wanted.emit(str(self.sender().property("key")))

    def _on_clicked(self) -> None:
        self.chosen.emit(str(self.sender().property("key")))
