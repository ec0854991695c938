"""The two columns beside the pictures: sources at the left, counts, problems and forms at the right."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from cnnstudio.core.specs import Spec
from cnnstudio.data.dataset import SPLITS, Dataset, printable
from cnnstudio.data.spec import PreprocessSpec, SourceSpec, SplitSpec
from cnnstudio.data.words import counted
from cnnstudio.gui.pages.data_texts import cache_text, sees_text, statistics_text
from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.counts import ROW_PX, CountBars
from cnnstudio.gui.widgets.data_browser import SPLIT_ROLES
from cnnstudio.gui.widgets.data_filters import SPLIT_TITLES
from cnnstudio.gui.widgets.edits_card import EditsCard
from cnnstudio.gui.widgets.findings import Finding, Findings
from cnnstudio.gui.widgets.form import Form
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.legend import Legend
from cnnstudio.gui.widgets.split_form import SplitForm

LEFT_PX, RIGHT_PX, MAX_COUNT_ROWS = 280, 320, 10
CHANNELS = {1: "1, grey", 3: "3, colour"}
RESIZE = {"stretch": "Stretch", "crop": "Crop the middle", "letterbox": "Keep whole, add borders"}


class SidePanel(QScrollArea):
    """Counts of the classes, problems, the split, and what the network will see."""

    def __init__(self) -> None:
        super().__init__()
        self._source: SourceSpec | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.counts, self.findings, self.split = CountBars(), Findings(), SplitForm()
        self.preprocess = Form(texts={"channels": CHANNELS, "resize": RESIZE})
        self._statistics = Label("", "small", wrap=True)
        self._statistics.setToolTip("Measured on the training pictures, with values from 0 to 1.")
        self._kept = Label("", "small", wrap=True)
        self.cache_button = Button(
            "Image cache…",
            "See what the cache of decoded pictures holds, set how much it may take, empty it.",
            role="link",
        )
        self._classes, self._problems = Card("Classes"), Card("Checks")
        self._sees, split_card = Card("What the network sees"), Card("Split")
        self._classes.add(Legend([(SPLIT_TITLES[split], SPLIT_ROLES[split]) for split in SPLITS]))
        self._counts_area = _scrolled(self.counts)
        self._classes.add(self._counts_area)
        self._problems.add(self.findings)
        self.save_report = Button(
            "Save the report as CSV…", "Write all findings and counts to a table, a row for each picture.", role="link"
        )
        self._problems.add(self.save_report)
        self.edits = EditsCard()
        split_card.add(self.split)
        for part in (self.preprocess, self._statistics, self._kept, self.cache_button):
            self._sees.add(part)
        self._stack_up(self._classes, self.edits, self._problems, split_card, self._sees)

    def _stack_up(self, *cards: Card) -> None:
        column = QWidget()
        set_role(column, "plain")
        box = QVBoxLayout(column)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.tokens.size.gap)
        for card in cards:
            card.hug()
            box.addWidget(card)
        box.addStretch(1)
        self.setWidget(column)

    def set_dataset(self, dataset: Dataset, found: Sequence[Finding]) -> None:
        """Show what is known about a dataset; of another source from the top."""
        if dataset.spec.source != self._source:
            self._source = dataset.spec.source
            self.verticalScrollBar().setValue(0)
        parts = {SPLIT_TITLES[split].lower(): list(dataset.counts(split).values()) for split in SPLITS}
        self.counts.set_counts([printable(name) for name in dataset.classes], parts)
        self._classes.set_note(counted(len(dataset.classes), "class", "classes"))
        self._counts_area.setFixedHeight(ROW_PX * min(len(dataset.classes), MAX_COUNT_ROWS))
        self.findings.set_findings(found, "Every picture could be read.")
        # New rows know their height once they are laid out.
        for card in (self._problems, self._sees):
            QTimer.singleShot(0, card.updateGeometry)
        self._sees.set_note(sees_text(dataset))
        self._statistics.set_text(statistics_text(dataset.spec.preprocess))
        kept = cache_text(dataset)
        self._kept.set_text(kept)
        for widget in (self._kept, self.cache_button):
            widget.setVisible(bool(kept))

    def set_specs(self, split: SplitSpec, preprocess: PreprocessSpec) -> None:
        """Show the settings as they were asked for."""
        self.split.set_spec(split)
        asked: Spec = preprocess
        self.preprocess.set_spec(asked)


def _scrolled(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area
