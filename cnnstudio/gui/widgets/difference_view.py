"""In what the chosen runs differ: one row a setting, one column a run; nothing else is shown."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnstudio.data.words import printable
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.table import Column, Table
from cnnstudio.runs.differences import Difference

PARTS = {"data": "Data", "network": "Network", "recipe": "Recipe", "program": "Program"}
CHOOSE_TWO = "Choose two runs or more to see in which settings they differ: hold Ctrl or Shift while you click."
EQUAL = "They don't differ in any setting: same data, same network, same recipe."
COMPARING = "Comparing …"
COLUMN_PX, WIDEST_PX = 130, 320


class DifferenceView(QWidget):
    """A table for as many runs as there are, or a sentence."""

    def __init__(self) -> None:
        super().__init__()
        self.note = Label(CHOOSE_TWO, "muted", wrap=True)
        self.table: Table | None = None
        self._shown: object = None
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.addWidget(self.note)
        self._box.addStretch(1)

    def say(self, text: str) -> None:
        """Show a sentence instead of a table."""
        self._shown = None
        self.note.set_text(text)
        self.note.show()
        self._drop_table()

    def set_differences(self, names: Sequence[str], found: Sequence[Difference]) -> None:
        """Show what differs between the runs of these names."""
        shown = (tuple(names), tuple(found))
        if shown == self._shown:
            return
        if not found:
            self.say(EQUAL)
            return
        self._drop_table()
        self._shown = shown
        self.note.hide()
        columns = (
            Column("Part", "Data, network, recipe or program."),
            Column("Setting", "What differs."),
            *(Column(printable(name), f"The settings of {printable(name)}.", text=printable) for name in names),
        )
        self.table = Table(columns, "Differences", "One row a setting that isn't the same in all chosen runs.")
        self.table.set_rows([(PARTS[d.part], printable(d.title), *d.values) for d in found])
        self.table.fit_columns(COLUMN_PX, WIDEST_PX)
        # All the room: the stretch below is for the sentence.
        self._box.insertWidget(1, self.table, 1000)

    def _drop_table(self) -> None:
        if self.table is not None:
            self._box.removeWidget(self.table)
            self.table.deleteLater()
            self.table = None
