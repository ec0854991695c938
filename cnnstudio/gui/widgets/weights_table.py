"""The table of an import: which of a file's tensors goes where, filtered by what becomes of them."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHeaderView, QVBoxLayout, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.table import Column, Table
from cnnstudio.gui.widgets.tabs import Chips
from cnnstudio.network.weights.table import WeightRow, tensor_text

ALL = "all"
# What needs a look comes first.
STATES = (
    ("mismatched", "Mismatched", "The file has it with another shape; fresh numbers take its place."),
    ("missing", "Missing", "The network needs it and the file lacks it; fresh numbers take its place."),
    ("new", "New", "Begins with fresh numbers on purpose: a head for other classes, or a counter."),
    ("taken", "Taken", "The network gets these numbers of the file."),
    ("unused", "Unused", "The file has it and the network doesn't need it."),
)
ROLES = {"taken": "ok", "new": "accent", "missing": "warn", "mismatched": "bad", "unused": "muted"}


def _role(state: str) -> str:
    return ROLES.get(state, "")


COLUMNS = (
    Column("In this network", "Name of the weight in the network; a dash if it needs none."),
    Column("In the file", "Name of the tensor in the file; a dash if it has none."),
    Column("Shape here", "Its sizes in the network.", is_number=True),
    Column("Shape there", "Its sizes in the file.", is_number=True),
    Column("What happens", "Taken, new, missing, mismatched or unused.", role=_role),
    Column("Why", "A few words where there is something to say."),
)


class WeightsTable(QWidget):
    """Rows with chips above them that show one kind alone."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[WeightRow, ...] = ()
        self.kinds = Chips((), "What becomes of the weights")
        self.table = Table(COLUMNS, "Weights", "Every weight of the network and every tensor of the file.")
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.kinds.chosen.connect(self._fill)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2 * theme.tokens.size.grid)
        box.addWidget(self.kinds)
        box.addWidget(self.table, 1)

    def set_rows(self, rows: Sequence[WeightRow]) -> None:
        """Show these, those that need a look first."""
        order = [state for state, _, _ in STATES]
        self._rows = tuple(sorted(rows, key=lambda row: order.index(row.state)))
        counts = {state: sum(row.state == state for row in rows) for state in order}
        options = [(ALL, f"All {len(rows):,}", "Show every row.")]
        options += [(key, f"{title} {counts[key]:,}", tip) for key, title, tip in STATES if counts[key]]
        self.kinds.set_options(options)
        self._fill()

    def shown(self) -> tuple[WeightRow, ...]:
        """The rows that are left by the chosen chip."""
        kind = self.kinds.current()
        return tuple(row for row in self._rows if kind in (ALL, "", row.state))

    def _fill(self) -> None:
        self.table.set_rows([_cells(row) for row in self.shown()])
        self.table.scrollToTop()


def _cells(row: WeightRow) -> tuple[str, ...]:
    shapes = (tensor_text(row.our_shape), tensor_text(row.their_shape))
    return (row.ours or "–", row.theirs or "–", *shapes, row.state, row.note)
