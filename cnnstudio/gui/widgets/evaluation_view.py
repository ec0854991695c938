"""An evaluation on the screen: four numbers, the confusion matrix, and the images behind them."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.data.words import printable
from cnnstudio.evaluation.evaluate import Evaluation
from cnnstudio.evaluation.report import ClassReport
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets import evaluation_texts as texts
from cnnstudio.gui.widgets.answer_sheet import Answer, AnswerSheet
from cnnstudio.gui.widgets.bars import percent
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.confusion import ConfusionMatrix
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.table import Column, Table
from cnnstudio.gui.widgets.tabs import Tabs
from cnnstudio.gui.widgets.tile import NumberTile

MISTAKES, CELL, CLASSES = "mistakes", "cell", "classes"
TABS = (
    (MISTAKES, "Mistakes", "The images that were called something else, the surest first."),
    (CELL, "Cell", "The images that the chosen cell of the confusion matrix counts."),
    (CLASSES, "Classes", "Precision, recall and F1 of each class."),
)


def share_text(value: float | None) -> str:
    """A share, or a dash where there was nothing to count."""
    return "–" if value is None else percent(value)


def f1_text(value: float | None) -> str:
    """An F1 value, or a dash."""
    return "–" if value is None else f"{value:.3f}"


COLUMNS = (
    Column("Class", "Name of the class."),
    Column("Images", "Images of this class in the split.", is_number=True),
    Column("Precision", "Of the images called so, the share that are it.", is_number=True, text=share_text),
    Column("Recall", "Of the images that are it, the share called so.", is_number=True, text=share_text),
    Column("F1", "Harmonic mean of precision and recall, 0 to 1.", is_number=True, text=f1_text),
)
NO_CELL = "Choose a cell of the confusion matrix: its images appear here."
Pixels = NDArray[np.uint8]


class EvaluationView(QWidget):
    """Shows one evaluation; `image_wanted` brings the place in the data set of an image to look into."""

    image_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._evaluation: Evaluation | None = None
        self._cell_title = NO_CELL
        self._names: list[str] = []
        self._picture: Callable[[int], Pixels | None] | None = None
        self.tiles = {
            "top1": NumberTile(
                "Right at the first guess (top-1)",
                "Share of the images whose best guess is their class, and how far chance moves it.",
            ),
            "top5": NumberTile("Among the five best (top-5)", "Share of the images whose class is among five guesses."),
            "loss": NumberTile(
                "Loss", "Mean cross-entropy in nats: how surprised the network is by the truth; 0 is perfect."
            ),
            "n": NumberTile("Images", "How many images were judged."),
        }
        self.confusion = ConfusionMatrix()
        self.tabs = Tabs(TABS, "What stands behind the numbers")
        self.mistakes = AnswerSheet("Mistakes, worst first")
        self.cell = AnswerSheet("Images of the chosen cell")
        self.table = Table(COLUMNS, "Classes", "One row a class; a click on a heading sorts.")
        self._line = Label("", "small", wrap=True)
        self.inspect_button = Button(
            "Look inside", "Open the chosen image on the page Inspect (double click).", icon="magnify-scan"
        )
        self._stack = QStackedWidget()
        for view in (self.mistakes, self.cell, self.table):
            self._stack.addWidget(view)
        self._build()
        self._connect()

    def show_evaluation(self, found: Evaluation, picture: Callable[[int], Pixels | None]) -> None:
        """Show all there is of an evaluation; `picture` gives an image by its place in the data set."""
        self._evaluation, self._picture = found, picture
        report = found.report
        for key, shown in (
            ("top1", texts.top1_texts(report)),
            ("top5", texts.top5_texts(report)),
            ("loss", texts.loss_texts(report)),
            ("n", texts.count_texts(report)),
        ):
            self.tiles[key].set_value(*shown)
        names = self._names = [printable(name) for name in found.classes]
        self.confusion.set_counts(report.confusion, names)
        wrong = [Answer(m.index, names[m.true_class], names[m.given_class], m.confidence) for m in found.mistakes()]
        self.mistakes.set_answers(wrong, picture)
        self.cell.set_answers([], picture)
        self._cell_title = NO_CELL
        self.table.set_rows([_row(row) for row in report.per_class])
        self._show_tab(MISTAKES)

    def show_cell(self, true_class: int, given_class: int) -> None:
        """Show the images that a cell of the matrix counts."""
        found = self._evaluation
        if found is None or self._picture is None:
            return
        true, given = self._names[true_class], self._names[given_class]
        answers = [
            Answer(int(found.indices[i]), true, given, float(found.probabilities[i, given_class]))
            for i in found.cell(true_class, given_class)
        ]
        self.cell.set_answers(answers, self._picture)
        self._cell_title = texts.cell_text(true, given, len(answers))
        self._show_tab(CELL)

    def line(self) -> str:
        """What stands over the images."""
        return self._line.text()

    def _build(self) -> None:
        gap = theme.tokens.size.gap
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(gap)
        numbers = QGridLayout()
        numbers.setSpacing(gap)
        for column, tile in enumerate(self.tiles.values()):
            numbers.addWidget(tile, 0, column)
            numbers.setColumnStretch(column, 1)
        box.addLayout(numbers)
        below = QHBoxLayout()
        below.setSpacing(gap)
        matrix = Card("Confusion", "a click shows the images")
        matrix.add(self.confusion, 1)
        below.addWidget(matrix, 1)
        below.addWidget(self._images(), 1)
        box.addLayout(below, 1)

    def _images(self) -> Card:
        card = Card()
        row = QHBoxLayout()
        row.addWidget(self.tabs)
        row.addStretch(1)
        row.addWidget(self.inspect_button)
        card.add(row)
        card.add(self._line)
        card.add(self._stack, 1)
        return card

    def _connect(self) -> None:
        self.confusion.chosen.connect(self.show_cell)
        self.tabs.chosen.connect(self._show_tab)
        self.inspect_button.clicked.connect(self._on_inspect)
        for sheet in (self.mistakes, self.cell):
            sheet.chosen.connect(self._on_image_chosen)
            sheet.activated.connect(self._on_inspect)

    def _show_tab(self, tab: str) -> None:
        found = self._evaluation
        self.tabs.set_current(tab)
        views: dict[str, QWidget] = {MISTAKES: self.mistakes, CELL: self.cell, CLASSES: self.table}
        self._stack.setCurrentWidget(views[tab])
        line = {CELL: self._cell_title, CLASSES: "Precision: of those called so. Recall: of those that are it."}
        wrong = texts.mistakes_text(self.mistakes.count(), found.report.n) if found is not None else ""
        self._line.set_text(line.get(tab, wrong))
        self._on_image_chosen()

    def _chosen_image(self) -> int:
        """The place in the data set of the chosen image, or −1."""
        sheet = self._stack.currentWidget()
        if not isinstance(sheet, AnswerSheet) or sheet.current() < 0:
            return -1
        return sheet.answers()[sheet.current()].index

    def _on_image_chosen(self) -> None:
        self.inspect_button.set_enabled(self._chosen_image() >= 0, "Choose an image first.")

    def _on_inspect(self) -> None:
        if self._chosen_image() >= 0:
            self.image_wanted.emit(self._chosen_image())


def _row(row: ClassReport) -> tuple[object, ...]:
    precision = row.precision if row.given else None
    recall = row.recall if row.n else None
    return printable(row.name), row.n, precision, recall, row.f1 if row.n or row.given else None
