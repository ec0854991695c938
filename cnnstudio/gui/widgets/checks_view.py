"""What the checks before a training found: a row a finding, with a fix to click, and a way to start all the same."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from cnnstudio.core.jobs import Progress
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.tabs import Chip
from cnnstudio.training.findings import Finding, Fix, Level, PreflightDone

ICONS = {
    Level.BAD: ("alert-circle-outline", "bad"),
    Level.WARN: ("alert-outline", "warn"),
    Level.NOTE: ("check-circle-outline", "ok"),
}
NOT_YET = "Before the first step, network, data and recipe are examined for half a minute at most."


class ChecksView(QWidget):
    """`fix_chosen` brings a Fix, `start_wanted` means: start all the same, `check_wanted`: look now.

    `skip_changed` tells whether trainings are to start without checks.
    """

    fix_chosen = Signal(object)
    start_wanted = Signal()
    check_wanted = Signal()
    skip_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._card = Card("Before the start")
        self._says = Label(NOT_YET, "muted", wrap=True)
        self.check_button = Button("Check now", "Examine network, data and recipe, without training (30 s at most).")
        self.start_button = Button("Start anyway", "Train although the checks found something bad.")
        self.skip = Chip("skip checks", "Start trainings without these checks.", checkable=True)
        self.fix_buttons: list[Button] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(3 * theme.tokens.size.grid)
        self.check_button.clicked.connect(self.check_wanted)
        self.start_button.clicked.connect(self.start_wanted)
        self.skip.toggled.connect(self.skip_changed)
        self._lay_out()
        self.clear()
        theme.changed.connect(self._redraw)

    def clear(self) -> None:
        """Nothing was examined yet."""
        self._done: PreflightDone | None = None
        self._says.set_text(NOT_YET, "muted")
        self.start_button.setVisible(False)
        self._empty_rows()

    def set_busy(self, progress: Progress) -> None:
        """The checks run."""
        self._says.set_text(f"{progress.text or 'Checking'} … {progress.done} of {progress.total}", "muted")

    def set_can_check(self, is_possible: bool, why_not: str = "") -> None:
        """Offer the check, or say why it can't be made now."""
        self.check_button.set_enabled(is_possible, why_not)

    def set_skipped(self, is_skipped: bool) -> None:
        """Show whether trainings start without checks, without telling."""
        self.skip.blockSignals(True)
        self.skip.setChecked(is_skipped)
        self.skip.blockSignals(False)

    def set_done(self, done: PreflightDone, *, can_start: bool) -> None:
        """Show what was found; `can_start` offers to train although something is bad."""
        self._done = done
        count, took = len(done.problems), f"{done.duration_s:.1f} s"
        if not count:
            self._says.set_text(f"Nothing is wrong ({took}).", "ok")
        else:
            noun = "thing needs" if count == 1 else "things need"
            self._says.set_text(f"{count} {noun} a look ({took}).", "bad" if done.is_bad else "warn")
        self.start_button.setVisible(can_start and done.is_bad)
        self._redraw()

    def text(self) -> str:
        """What is said over the rows."""
        return self._says.text()

    def _redraw(self) -> None:
        self._empty_rows()
        if self._done is None:
            return
        order = {Level.BAD: 0, Level.WARN: 1, Level.NOTE: 2}
        for finding in sorted(self._done.findings, key=lambda finding: order[finding.level]):
            self._rows.addWidget(self._row(finding))
        if self._done.skipped:
            names = ", ".join(title.lower() for title in self._done.skipped)
            self._rows.addWidget(Label(f"Not looked at: {names}.", "small", wrap=True))
        self._rows.addStretch(1)

    def _row(self, finding: Finding) -> QWidget:
        row, texts = QWidget(), QVBoxLayout()
        icon = QLabel()
        icon.setPixmap(theme.icon(*ICONS[finding.level]).pixmap(18, 18))
        texts.setSpacing(2)
        texts.addWidget(Label(finding.text, "" if finding.level is not Level.NOTE else "muted", wrap=True))
        if finding.hint:
            texts.addWidget(Label(finding.hint, "small", wrap=True))
        if finding.fix is not None:
            texts.addWidget(self._fix_button(finding.fix), 0, Qt.AlignmentFlag.AlignLeft)
        box = QHBoxLayout(row)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(10)
        box.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        box.addLayout(texts, 1)
        return row

    def _fix_button(self, fix: Fix) -> Button:
        tooltip = f"Go to the page {fix.page.capitalize()}." if fix.page else f"{fix.title}; it can be changed again."
        button = Button(fix.title, tooltip, icon="arrow-right" if fix.page else "wrench-outline")
        button.setProperty("fix", fix)
        button.clicked.connect(self._on_fix)
        self.fix_buttons.append(button)
        return button

    def _on_fix(self) -> None:
        self.fix_chosen.emit(self.sender().property("fix"))

    def _empty_rows(self) -> None:
        self.fix_buttons = []
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _lay_out(self) -> None:
        inner = QWidget()
        inner.setLayout(self._rows)
        self._rows.setContentsMargins(0, 0, 0, 0)
        area = QScrollArea()
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidgetResizable(True)
        area.setWidget(inner)
        buttons = QHBoxLayout()
        buttons.addWidget(self.check_button)
        buttons.addWidget(self.start_button)
        buttons.addStretch(1)
        self._card.add_to_header(self.skip)
        self._card.add(self._says)
        self._card.add(area, 1)
        self._card.add(buttons)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._card)
