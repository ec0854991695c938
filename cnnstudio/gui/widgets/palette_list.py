"""The palette: layers and the user's blocks as chips by category, to click or to drag onto the graph."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QMimeData, QPoint, Qt, Signal, SignalInstance
from PySide6.QtGui import QContextMenuEvent, QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from cnnstudio.gui.canvas.choices import BlockChoice, Choice, LayerChoice, layer_choices, search
from cnnstudio.gui.canvas.drops import layer_mime, piece_mime
from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.flow import FlowLayout
from cnnstudio.gui.widgets.labels import Label, plain
from cnnstudio.gui.widgets.tabs import Chip
from cnnstudio.network.spec import CATEGORY_TITLES


class LayerChip(Chip):
    """One layer or block of the palette; a drag carries it to the canvas."""

    picked = Signal(object)

    def __init__(self, choice: Choice) -> None:
        tooltip = f"{choice.about} Click to add it behind the chosen layer, or drag it onto a connection."
        super().__init__(choice.title, plain(tooltip), color=f"layer.{choice.category}")
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
        drag.setMimeData(self._mime())
        drag.setPixmap(self.grab())
        drag.setHotSpot(QPoint(12, self.height() // 2))
        self.setDown(False)
        drag.exec(Qt.DropAction.CopyAction)

    def _mime(self) -> QMimeData:
        if isinstance(self.choice, LayerChoice):
            return layer_mime(self.choice.layer.to_json())
        return piece_mime(self.choice.block.piece.to_json())

    def _on_clicked(self) -> None:
        self.picked.emit(self.choice)


class BlockChip(LayerChip):
    """One of the user's blocks; its menu deletes it (`forget_wanted`)."""

    forget_wanted = Signal(object)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Delete this block").triggered.connect(self._on_forget)
        menu.popup(event.globalPos())

    def _on_forget(self) -> None:
        self.forget_wanted.emit(self.choice)


class _Section:
    """The user's blocks: a heading, and chips that come and go."""

    def __init__(self, title: str) -> None:
        self.heading, self.row = Label(title, "label"), QWidget()
        self.row.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._flow = FlowLayout(self.row, theme.tokens.size.grid + 2)
        self.chips: list[LayerChip] = []

    def set_choices(
        self, blocks: Sequence[BlockChoice], picked: SignalInstance, forget: Callable[[BlockChoice], None]
    ) -> None:
        """Show these."""
        for chip in self.chips:
            self._flow.removeWidget(chip)
            chip.deleteLater()
        self.chips = []
        for block in blocks:
            chip = BlockChip(block)
            chip.picked.connect(picked)
            chip.forget_wanted.connect(forget)
            self._flow.addWidget(chip)
            self.chips.append(chip)


class PaletteList(QWidget):
    """The user's blocks and all layers by category, with a search field above.

    Signals:
        picked: One of the choices, to be added.
        forget_wanted: One of the user's blocks (a SavedBlock) is to be deleted.
    """

    picked = Signal(object)
    forget_wanted = Signal(object)

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
        self._column, self._blocks = column, _Section("My blocks")
        self._blocks.heading.setToolTip("Blocks that you saved (Ctrl+B in the graph); the right button deletes one.")
        for widget in (self._blocks.heading, self._blocks.row):
            widget.hide()
            column.addWidget(widget)
        for category, title in sorted(CATEGORY_TITLES.items(), key=lambda item: item[0] == "input"):
            chips = [LayerChip(choice) for choice in layer_choices() if choice.layer.category == category]
            if chips:
                self._add_section(column, title, chips)
        column.addStretch(1)
        area = QScrollArea()
        # It follows the chip that has the focus; a stop of its own would show nothing.
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
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

    def set_blocks(self, blocks: Sequence[BlockChoice]) -> None:
        """Offer the user's own blocks above the layers."""
        self._blocks.set_choices(blocks, self.picked, self._on_forget)
        self._on_text(self.field.text())

    def blocks(self) -> list[LayerChip]:
        """The chips of the user's blocks."""
        return list(self._blocks.chips)

    def shown(self) -> list[Choice]:
        """The layers and blocks that are left by the search."""
        return [chip.choice for chip in (*self._blocks.chips, *self.chips) if not chip.isHidden()]

    def _choices(self) -> list[Choice]:
        return [*layer_choices(), *(chip.choice for chip in self._blocks.chips)]

    def _on_forget(self, choice: BlockChoice) -> None:
        self.forget_wanted.emit(choice.block)

    def _on_text(self, text: str) -> None:
        fitting = search(self._choices(), text)
        blocks = (self._blocks.heading, self._blocks.row, self._blocks.chips)
        for heading, row, chips in (blocks, *self._sections):
            for chip in chips:
                chip.setVisible(chip.choice in fitting)
            is_empty = not any(chip.choice in fitting for chip in chips)
            heading.setHidden(is_empty)
            row.setHidden(is_empty)
        self.nothing.setHidden(bool(fitting))

    def _on_return(self) -> None:
        fitting = search(self._choices(), self.field.text())
        if fitting:
            self.picked.emit(fitting[0])
