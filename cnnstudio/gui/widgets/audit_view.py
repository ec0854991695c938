"""How a trained network bears each operation: accuracy as its strength rises, and the classes that it destroys."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from cnnstudio.data.words import counted
from cnnstudio.evaluation.audit import Audit, AuditedOperation
from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.plot_axes import ThemedPlot

STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
MOST_NAMED, SWATCH_PX = 3, 28


class AuditView(QWidget):
    """A chart with a line for each operation, and what was found, the worst first."""

    def __init__(self) -> None:
        super().__init__()
        self._audit: Audit | None = None
        self._about = Label("", "small", wrap=True)
        self.findings = _Findings()
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(theme.tokens.size.gap)
        self._box.addWidget(self._about)
        self._box.addWidget(self.findings, 2)
        theme.changed.connect(self._draw)

    @cached_property
    def plot(self) -> ThemedPlot:
        """The chart; made for the first audit, as it takes 50 ms."""
        made = ThemedPlot()
        made.setAccessibleName("Accuracy by strength")
        made.setToolTip("Accuracy in % over the strength, in % of what is set; the wheel zooms.")
        made.setMinimumHeight(160)
        self._box.insertWidget(1, made, 3)
        return made

    def set_audit(self, audit: Audit, run_name: str, classes: Sequence[str]) -> None:
        """Show what was found about a run."""
        self._audit = audit
        word = {"val": "validation", "test": "test"}[audit.split]
        self._about.set_text(
            f"{run_name} on {audit.image_count:,} {word} images, each operation alone and on every picture. "
            "Across: strength, 100 is what is set. Up: accuracy in %."
        )
        self._draw()
        self.findings.set_audit(audit, classes)

    def _draw(self) -> None:
        if self._audit is None:
            return
        self.plot.getPlotItem().clear()
        for number, operation in enumerate(self._audit.operations):
            pen = line_pen(number)
            x, y = 100 * np.array(operation.levels), 100 * np.array(operation.accuracies)
            self.plot.addItem(
                pg.PlotDataItem(x, y, pen=pen, symbol="o", symbolSize=5, symbolBrush=pen.color(), symbolPen=None)
            )
        lowest = min(min(operation.accuracies) for operation in self._audit.operations)
        farthest = max(max(operation.levels) for operation in self._audit.operations)
        self.plot.show_all()
        # A little before 0, or the axis would drop that number.
        self.plot.fit((-0.02 * 100 * farthest, 100 * farthest), (100 * lowest, 100))


class _Findings(QScrollArea):
    """One entry an operation: its colour, what it costs, and which classes it destroys."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Findings")

    def texts(self) -> list[str]:
        """All that is said."""
        return [label.text() for label in self.findChildren(Label)]

    def set_audit(self, audit: Audit, classes: Sequence[str]) -> None:
        """Say what was found, the worst first."""
        holder = QWidget()
        set_role(holder, "plain")
        box = QVBoxLayout(holder)
        box.setContentsMargins(0, 0, theme.tokens.size.grid, 0)
        box.setSpacing(theme.tokens.size.grid)
        numbered = sorted(enumerate(audit.operations), key=lambda one: (not one[1].taken, -one[1].drop))
        for number, operation in numbered:
            head = QHBoxLayout()
            head.addWidget(_Swatch(number))
            head.addWidget(Label(operation.title))
            head.addWidget(Label(cost_text(operation), "warn" if operation.is_harmful else "muted"))
            head.addStretch(1)
            box.addLayout(head)
            for text in taken_texts(operation, classes):
                told = Label(text, "warn", wrap=True)
                told.setContentsMargins(SWATCH_PX + 2 * theme.tokens.size.grid, 0, 0, 0)
                box.addWidget(told)
        box.addStretch(1)
        self.setWidget(holder)


class _Swatch(QWidget):
    """A piece of an operation's line."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self.setFixedSize(SWATCH_PX, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(line_pen(self._number))
        painter.drawLine(1, 8, SWATCH_PX - 1, 8)


def line_pen(number: int) -> QPen:
    """The pen of the number-th operation: colours first, then other dashes, so that no two are alike."""
    colours = len(theme.tokens.series)
    pen = theme.series_pen(number % colours)
    pen.setStyle(STYLES[(number // colours) % len(STYLES)])
    return pen


def cost_text(operation: AuditedOperation) -> str:
    """What the set strength costs: "98.1 % → 61.0 %"."""
    before, after = operation.accuracies[0], operation.accuracies[operation.levels.index(1.0)]
    return f"{before:.1%} → {after:.1%}".replace("%", " %")


def taken_texts(operation: AuditedOperation, classes: Sequence[str]) -> list[str]:
    """The classes that it destroys, in sentences; the worst three."""
    named = [
        f"'{classes[one.true]}' is taken for '{classes[one.given]}' in {100 * one.share:.0f} % of its pictures: "
        "it may destroy this class."
        for one in operation.taken[:MOST_NAMED]
    ]
    rest = len(operation.taken) - MOST_NAMED
    return [*named, f"So it is for {counted(rest, 'more class', 'more classes')}."] if rest > 0 else named
