"""How the Inspect page is laid out: picture and images at the left, the layers above, the tabs below them."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.gui.pages.inspect_choices import ACTIVATIONS, EXPLAIN, FILTERS, SOURCES
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.explain_view import ExplainView
from cnnstudio.gui.widgets.field_rows import KeyedCombo
from cnnstudio.gui.widgets.filters_view import FiltersView
from cnnstudio.gui.widgets.image_chooser import ImageChooser
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.layer_strip import LayerStrip
from cnnstudio.gui.widgets.looked_at import LookedAt
from cnnstudio.gui.widgets.maps_view import MapsView
from cnnstudio.gui.widgets.tabs import Tabs

LEFT_PX = 252
TABS = (
    (FILTERS, "Filters", "The patterns that a convolution looks for."),
    (ACTIVATIONS, "Activations", "What each layer makes of the picture."),
    (EXPLAIN, "Explain", "Where in the picture the evidence for a class lies."),
)


class InspectLayout(QWidget):
    """The page's parts; which of them is shown, and in which words."""

    def __init__(self) -> None:
        super().__init__()
        self.looked_at = LookedAt()
        self.chooser = ImageChooser(SOURCES)
        self.strip = LayerStrip()
        self.tabs = Tabs(TABS, "What to look at")
        self.checkpoint = KeyedCombo([("best", "best epoch"), ("last", "last saved")])
        self._epoch = Label("", "small")
        self.filters, self.maps, self.explain = FiltersView(), MapsView(), ExplainView()
        self._nothing = Label("", "muted", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._has_convolution = True
        self._has_picture = True
        for view in (self.filters, self.maps, self.explain, self._nothing):
            self._stack.addWidget(view)
        self._build()

    def show_tab(self, tab: str) -> None:
        """Show a tab's view, or say what is missing for it."""
        missing = ""
        if tab != ACTIVATIONS and not self._has_convolution:
            missing = "This network has no convolution, so it has neither filters nor maps that Grad-CAM could weight."
        elif tab != FILTERS and not self._has_picture:
            missing = "Choose a picture at the left, or drop one here."
        self._nothing.set_text(missing)
        views: dict[str, QWidget] = {FILTERS: self.filters, ACTIVATIONS: self.maps, EXPLAIN: self.explain}
        self._stack.setCurrentWidget(self._nothing if missing else views[tab])

    def set_has_convolution(self, has_convolution: bool) -> None:
        """Say whether there are filters to show."""
        self._has_convolution = has_convolution
        self.show_tab(self.tabs.current())

    def set_has_picture(self, has_picture: bool) -> None:
        """Say whether there is a picture to look at."""
        self._has_picture = has_picture
        self.show_tab(self.tabs.current())

    def set_epoch(self, epoch: int) -> None:
        """Name the epoch whose weights are shown."""
        self._epoch.set_text(f"epoch {epoch:,}")

    def _build(self) -> None:
        size = theme.tokens.size
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(size.gap)
        left = QWidget()
        left.setFixedWidth(LEFT_PX)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(size.gap)
        column.addWidget(self.looked_at)
        column.addWidget(self.chooser, 1)
        row.addWidget(left)
        right = QVBoxLayout()
        right.setSpacing(size.gap)
        right.addWidget(self._layers())
        right.addWidget(self._tab_row())
        right.addWidget(self._stack, 1)
        row.addLayout(right, 1)

    def _layers(self) -> Card:
        card = Card("Layers", "← → walk")
        card.add(self.strip)
        card.hug()
        return card

    def _tab_row(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * theme.tokens.size.grid)
        row.addWidget(self.tabs)
        row.addStretch(1)
        tooltip = "Which weights to look at: those of the best epoch, or the last that were saved."
        label = Label("Weights", "muted")
        label.setToolTip(tooltip)
        self.checkpoint.setToolTip(tooltip)
        self.checkpoint.setAccessibleName("Weights")
        self.checkpoint.setFixedWidth(148)
        for part in (label, self.checkpoint, self._epoch):
            row.addWidget(part)
        return holder
