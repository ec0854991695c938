"""How the tab Augment is laid out: operations at the left, what the training gets and the audit at the right."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.data.augment_presets import PRESETS
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.add_operation import AddOperation
from cnnstudio.gui.widgets.audit_view import AuditView
from cnnstudio.gui.widgets.buttons import Button, IconButton
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.field_rows import FieldRows, KeyedCombo
from cnnstudio.gui.widgets.form import Form
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.operation_list import OperationList
from cnnstudio.gui.widgets.sample_sheet import SampleSheet
from cnnstudio.gui.widgets.states import BusyState, EmptyState, ErrorState
from cnnstudio.gui.widgets.tabs import Chips, Tabs

# Where the page is narrow, the operations give some of their width to the pictures.
LEFT_PX, NARROW_LEFT_PX, NARROW_PX = 360, 330, 1_000
CUSTOM, ONE, MANY = "custom", "one", "many"
PREVIEW, AUDIT = "preview", "audit"
VIEWS = (
    (MANY, "24 pictures", "24 training pictures as they are in one epoch."),
    (ONE, "One in 24 epochs", "The same training picture as it is in 24 epochs."),
)
TABS = (
    (PREVIEW, "What the training gets", "The very tensors, made visible, each with what was drawn for it."),
    (AUDIT, "Audit", "How a trained run bears each operation as its strength rises."),
)
SAMPLING = {"all": "Every image once", "balanced": "Equally often"}
OUTSIDE = {"mean": "The mean colour", "black": "Black", "edge": "Its edge goes on", "mirror": "Its mirror image"}


class AugmentLayout(QWidget):
    """The tab's parts."""

    def __init__(self) -> None:
        super().__init__()
        self.presets = KeyedCombo([(one.key, one.title) for one in PRESETS] + [(CUSTOM, "Custom")])
        self.undo = IconButton("undo", "Take the last change of the augmentation back (Ctrl+Z).", "Undo")
        self.redo = IconButton("redo", "Make the change again (Ctrl+Y).", "Redo")
        self.operations = OperationList()
        self.add = AddOperation()
        self.settings = Form(["outside", "sampling"], {"outside": OUTSIDE, "sampling": SAMPLING})
        self.tabs = Tabs(TABS, "Preview or audit")
        self.views = Chips(VIEWS, "What is drawn")
        self.again = Button("Next epoch", "Draw again, as in the epochs that follow.", icon="dice-multiple-outline")
        self.other = Button("Other pictures", "Show other training pictures.", icon="image-multiple-outline")
        self.samples = SampleSheet("What the training gets")
        self.note = Label("", "small", wrap=True)
        self.audit = AuditView()
        self.audit_button = Button("Audit", "", role="main", icon="clipboard-pulse-outline")
        self.ready = EmptyState("", "", icon="clipboard-pulse-outline")
        self.busy = BusyState("Auditing", "Stop the audit; nothing is changed.")
        self.error = ErrorState("The run and its weights are unchanged.", "Try again", "Audit once more.")
        self.audit_stack, self.stack = QStackedWidget(), QStackedWidget()
        self._build()

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.tokens.size.gap)
        row.addWidget(self._left())
        row.addWidget(self._right(), 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._operations_card.setFixedWidth(NARROW_LEFT_PX if self.width() < NARROW_PX else LEFT_PX)

    def _left(self) -> QWidget:
        card = Card("Operations")
        self._operations_card = card
        card.add_to_header(self.undo)
        card.add_to_header(self.redo)
        rows = FieldRows()
        rows.add_row("Preset", self.presets, "A ready-made list of operations; it replaces what is there.")
        card.add(rows)
        card.add(self.operations, 1)
        card.add(self.settings)
        card.add(self.add)
        return card

    def _right(self) -> QWidget:
        card = Card()
        card.body.insertWidget(0, self.tabs)
        preview = QWidget()
        box = QVBoxLayout(preview)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.tokens.size.gap)
        head = QHBoxLayout()
        head.setSpacing(2 * theme.tokens.size.grid)
        head.addWidget(self.views, 1, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self.again)
        head.addWidget(self.other)
        box.addLayout(head)
        box.addWidget(self.samples, 1)
        box.addWidget(self.note)
        for view in (self.ready, self.busy, self.error, self._audited()):
            self.audit_stack.addWidget(view)
        for page in (preview, self.audit_stack):
            self.stack.addWidget(page)
        card.add(self.stack, 1)
        return card

    def _audited(self) -> QWidget:
        self.audited = QWidget()
        box = QVBoxLayout(self.audited)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.tokens.size.gap)
        box.addWidget(self.audit, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.audit_button)
        box.addLayout(row)
        return self.audited
