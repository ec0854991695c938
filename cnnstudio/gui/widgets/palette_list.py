"""The palette: layers as chips by category, to click or to drag onto the graph."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from cnnstudio.gui.canvas.choices import LayerChoice, layer_choices, search
from cnnstudio.gui.canvas.drops import layer_mime
from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.flow import FlowLayout
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.tabs import Chip
from cnnstudio.network.spec import CATEGORY_TITLES


class LayerChip(Chip):
    """One layer of the palette; a drag carries it to the canvas."""

    picked = Signal(object)

    def __init__(self, choice: LayerChoice) -> None:
        tooltip = f"{choice.about} Click to add it behind the chosen layer, or drag it onto a connection."
        super().__init__(choice.title, tooltip, color=f"layer.{choice.layer.category}")
        self.choice = choice
        self._pressed_at = QPoint()
        self.clicked.connect(self._on_clicked)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        is_held = bool(event.buttons() & Qt.MouseButton.LeftButton)
        moved = (event.position().toPoint() - self._pressed_at).manhattanLength()
        if is_held and moved >= QApplication.startDragDistance():
            self._drag()
        else:
            super().mouseMoveEvent(event)

    def _drag(self) -> None:
        drag = QDrag(self)
        drag.setMimeData(layer_mime(self.choice.layer.to_json()))
        drag.setPixmap(self.grab())
        drag.setHotSpot(QPoint(12, self.height() // 2))
        self.setDown(False)
        drag.exec(Qt.DropAction.CopyAction)

    def _on_clicked(self) -> None:
        self.picked.emit(self.choice)


class PaletteList(QWidget):
    """All layers by category, with a search field above. `picked` brings a LayerChoice."""

    picked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.field = QLineEdit()
        self.field.setPlaceholderText("Search, or Tab in the graph")
        self.field.setToolTip("Type a part of a layer's name; Enter adds the first one that is left.")
        self.field.setAccessibleName("Search layers")
        self.field.setClearButtonEnabled(True)
        self.field.textChanged.connect(self._on_text)
        self.field.returnPressed.connect(self._on_return)
        self.nothing = Label("No layer fits these letters.", "muted", wrap=True)
        self.nothing.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2 * theme.tokens.size.grid)
        box.addWidget(self.field)
        box.addWidget(self._scroll_area(), 1)

    def _scroll_area(self) -> QScrollArea:
        inside = QWidget()
        set_role(inside, "plain")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(theme.tokens.size.grid)
        column.addWidget(self.nothing)
        self.chips: list[LayerChip] = []
        self._sections: list[tuple[Label, QWidget, list[LayerChip]]] = []
        for category, title in sorted(CATEGORY_TITLES.items(), key=lambda item: item[0] == "input"):
            chips = [LayerChip(choice) for choice in layer_choices() if choice.layer.category == category]
            if chips:
                self._add_section(column, title, chips)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        return area

    def _add_section(self, column: QVBoxLayout, title: str, chips: list[LayerChip]) -> None:
        heading, row = Label(title, "label"), QWidget()
        row.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        flow = FlowLayout(row, theme.tokens.size.grid + 2)
        for chip in chips:
            chip.picked.connect(self.picked)
            flow.addWidget(chip)
        column.addWidget(heading)
        column.addWidget(row)
        column.addSpacing(theme.tokens.size.grid)
        self.chips += chips
        self._sections.append((heading, row, chips))

    def shown(self) -> list[LayerChoice]:
        """The layers that are left by the search."""
        return [chip.choice for chip in self.chips if not chip.isHidden()]

    def _on_text(self, text: str) -> None:
        fitting = search(layer_choices(), text)
        for heading, row, chips in self._sections:
            for chip in chips:
                chip.setVisible(chip.choice in fitting)
            is_empty = not any(chip.choice in fitting for chip in chips)
            heading.setHidden(is_empty)
            row.setHidden(is_empty)
        self.nothing.setHidden(bool(fitting))

    def _on_return(self) -> None:
        fitting = search(layer_choices(), self.field.text())
        if fitting:
            self.picked.emit(fitting[0])
