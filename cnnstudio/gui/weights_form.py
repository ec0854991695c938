"""What can be said about an import of weights: the network, the names of the classes, mean and spread."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QLineEdit, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.field_rows import KeyedCombo
from cnnstudio.gui.widgets.labels import Label

ClassesFrom = Literal["file", "data", "names"]
OWN = ""  # the key of the project's own network
NAMES_FILTER = "Class names (*.txt *.json);;All files (*)"


@dataclass(frozen=True)
class ImportChoice:
    """What the user said.

    Args:
        network: An architecture's name; empty for the project's network.
        classes: "file": as many as the file's head has; "data": those of the open data; "names": from `names`.
        names: File of class names.
        mean: Of each channel, from 0 to 1; empty for a guess.
        std: Of each channel; empty for a guess.
    """

    network: str = OWN
    classes: ClassesFrom = "file"
    names: Path | None = None
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()


class WeightsForm(QWidget):
    """The controls; `changed` brings an ImportChoice."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._choice = ImportChoice()
        self.network, self.classes = KeyedCombo(), KeyedCombo()
        self.names_button = Button("Names…", "Choose a file of class names: one a line, or a JSON list.")
        self.mean = self._numbers_field(
            "Mean", "Subtracted from each channel, values from 0 to 1: 0.485, 0.456, 0.406."
        )
        self.std = self._numbers_field("Spread", "Each channel is divided by it: 0.229, 0.224, 0.225.")
        self.problem = Label("", "problem", wrap=True)
        self.problem.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * theme.tokens.size.grid)
        grid.setVerticalSpacing(2 * theme.tokens.size.grid)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        classes = QHBoxLayout()
        classes.addWidget(self.classes, 1)
        classes.addWidget(self.names_button)
        self._add(grid, 0, 0, "Network", self.network, "The network that gets the weights.", self.network)
        self._add(
            grid, 0, 2, "Classes", classes, "What the outputs mean; another number begins a new head.", self.classes
        )
        self._add(grid, 1, 0, "Mean", self.mean, self.mean.toolTip(), self.mean)
        self._add(grid, 1, 2, "Spread", self.std, self.std.toolTip(), self.std)
        grid.addWidget(self.problem, 2, 0, 1, 4)
        self.network.picked.connect(self._on_network)
        self.classes.picked.connect(self._on_classes)
        self.names_button.clicked.connect(self._ask_for_names)

    def set_networks(self, networks: Sequence[tuple[str, str]], current: str) -> None:
        """Offer these: (key, title)."""
        self.network.set_options(networks)
        self.network.set_key(current)
        self._choice = replace(self._choice, network=self.network.key())

    def set_classes(self, classes: Sequence[tuple[ClassesFrom, str]]) -> None:
        """Offer these sources of classes: (key, title)."""
        self.classes.set_options(classes)

    def set_found(self, mean: Sequence[float], std: Sequence[float]) -> None:
        """Show the numbers that hold where the user said nothing."""
        for field, values in ((self.mean, mean), (self.std, std)):
            field.setPlaceholderText(", ".join(f"{value:g}" for value in values))

    def choice(self) -> ImportChoice:
        """What is chosen."""
        return self._choice

    def _add(
        self, grid: QGridLayout, row: int, column: int, title: str, item: object, tooltip: str, named: QWidget
    ) -> None:
        label = Label(title, "muted")
        label.setToolTip(tooltip)
        named.setToolTip(tooltip)
        named.setAccessibleName(title)
        grid.addWidget(label, row, column)
        if isinstance(item, QWidget):
            grid.addWidget(item, row, column + 1)
        elif isinstance(item, QHBoxLayout):
            grid.addLayout(item, row, column + 1)

    def _numbers_field(self, name: str, tooltip: str) -> QLineEdit:
        field = QLineEdit()
        field.setToolTip(tooltip)
        field.setAccessibleName(name)
        field.editingFinished.connect(self._on_numbers)
        return field

    def _tell(self, choice: ImportChoice) -> None:
        if choice != self._choice:
            self._choice = choice
            self.changed.emit(choice)

    def _on_network(self, key: str) -> None:
        self._tell(replace(self._choice, network=key))

    def _on_classes(self, key: ClassesFrom) -> None:
        if key == "names" and self._choice.names is None:
            self._ask_for_names()
        else:
            self._tell(replace(self._choice, classes=key))

    def _ask_for_names(self) -> None:
        dialog = QFileDialog(self, "Choose a file of class names", "", NAMES_FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.take_names)
        dialog.rejected.connect(self._on_no_names)
        dialog.open()

    def take_names(self, path: str) -> None:
        """Use the class names in a file."""
        self.classes.set_key("names")
        self._tell(replace(self._choice, classes="names", names=Path(path)))

    def _on_no_names(self) -> None:
        self.classes.set_key(self._choice.classes)

    def _on_numbers(self) -> None:
        found = []
        for field in (self.mean, self.std):
            try:
                found.append(tuple(float(part) for part in field.text().replace(";", ",").split(",") if part.strip()))
            except ValueError:
                self.problem.set_text(f"'{field.text():.40}' is no list of numbers, such as 0.485, 0.456, 0.406.")
                self.problem.show()
                return
        self.problem.hide()
        self._tell(replace(self._choice, mean=found[0], std=found[1]))
