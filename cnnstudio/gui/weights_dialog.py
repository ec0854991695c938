"""The dialog of an import: what the file holds, where it would go, and only then the button that does it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import Progress
from cnnstudio.data.words import counted, printable
from cnnstudio.gui.theme import theme
from cnnstudio.gui.weights_form import WeightsForm
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.labels import ElidedLabel, Label
from cnnstudio.gui.widgets.states import BusyState, ErrorState
from cnnstudio.gui.widgets.times import bytes_text
from cnnstudio.gui.widgets.weights_table import WeightsTable

if TYPE_CHECKING:
    from cnnstudio.runs.import_plan import ImportPlan

SIZE = (920, 660)
KINDS = {"safetensors": "safetensors", "torch_zip": "PyTorch", "torch_stream": "PyTorch, before version 1.6"}


class WeightsDialog(QDialog):
    """Shows a plan; nothing happens before `import_wanted`.

    Signals:
        import_wanted: The user wants the run.
    """

    import_wanted = Signal()

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import weights")
        self.setAccessibleName("Import weights")
        self.resize(*SIZE)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.form, self.rows = WeightsForm(), WeightsTable()
        self.busy = BusyState("Reading the weights")
        self.error = ErrorState("Nothing was changed.", "Close", "Close; nothing was changed.")
        self.import_button = Button("Make a run of it", "Make a run with these weights.", role="main")
        self.cancel_button = Button("Cancel", "Close; nothing is changed (Esc).")
        self._title, self._facts = ElidedLabel("Import weights", "page-title"), ElidedLabel("", "small")
        self._notes = Label("", "muted", wrap=True)
        self._stack = QStackedWidget()
        self._plan_view = self._make_plan_view()
        for view in (self.busy, self.error, self._plan_view):
            self._stack.addWidget(view)
        self._lay_out()
        self._connect()

    def _make_plan_view(self) -> QWidget:
        view = QWidget()
        box = QVBoxLayout(view)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.tokens.size.gap)
        box.addWidget(self.form)
        box.addWidget(self.rows, 1)
        box.addWidget(self._notes)
        return view

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(*[theme.tokens.size.page] * 4)
        box.setSpacing(theme.tokens.size.gap)
        box.addWidget(self._title)
        box.addWidget(self._facts)
        box.addWidget(self._stack, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.import_button)
        box.addLayout(buttons)

    def _connect(self) -> None:
        self.busy.triggered.connect(self.reject)
        self.error.triggered.connect(self.reject)
        self.cancel_button.clicked.connect(self.reject)
        self.import_button.clicked.connect(self.import_wanted)

    # -- what is shown

    def show_busy(self, title: str, file_name: str = "") -> None:
        """Something is being done."""
        if file_name:
            self._title.set_text(f"Import weights of {printable(file_name)}")
        self.busy.set_texts(title, "")
        self.busy.set_progress(Progress(0, 0, ""))
        self._stack.setCurrentWidget(self.busy)
        self.import_button.set_enabled(False, f"{title}.")

    def show_error(self, error: StudioError) -> None:
        """The file can't be read, or no run can be made."""
        self.error.set_error("The weights can't be imported", error)
        self._stack.setCurrentWidget(self.error)
        self.import_button.set_enabled(False, error.message)

    def show_problem(self, error: StudioError) -> None:
        """What was chosen can't be; the form stays, so that it can be mended."""
        self.form.problem.set_text(str(error))
        self.form.problem.show()
        self._stack.setCurrentWidget(self._plan_view)
        self.import_button.set_enabled(False, error.message)

    def show_plan(self, plan: "ImportPlan") -> None:
        """What would become of every weight."""
        file = plan.file
        found = f"{counted(len(file.tensors), 'tensor')}{f' in {printable(file.place)!r}' if file.place else ''}"
        size = bytes_text(sum(tensor.numel() * tensor.element_size() for tensor in file.tensors.values()))
        self._facts.set_text(f"{KINDS[file.kind]} · {found} · {size} · SHA-256 {file.sha256}")
        self.form.problem.hide()
        self.form.set_found(plan.preprocess.mean or (), plan.preprocess.std or ())
        self.rows.set_rows(plan.match.rows)
        self._notes.set_text("\n".join(f"• {printable(note)}" for note in plan.notes))
        self._show_button(plan)
        self._stack.setCurrentWidget(self._plan_view)

    def _show_button(self, plan: "ImportPlan") -> None:
        counts = plan.match.counts()
        lost = counts["missing"] + counts["mismatched"]
        self.import_button.setText("Take what fits" if lost else "Make a run of it")
        self.import_button.set_enabled(counts["taken"] > 0, "No weight of the file fits this network.")
        if counts["taken"] and lost:
            rest = f"{lost:,} that don't fit or are missing begin with fresh numbers"
            self.import_button.setToolTip(f"{counts['taken']:,} weights are taken; {rest}.")

    def shows_plan(self) -> bool:
        """True while the table is in sight."""
        return self._stack.currentWidget() is self._plan_view
