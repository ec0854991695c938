"""The dialog of an export: form, folder, progress, and the verdict of the check that every export goes through."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import Progress
from cnnstudio.data.words import printable
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.certificate_view import CertificateView
from cnnstudio.gui.widgets.labels import ElidedLabel, Label
from cnnstudio.gui.widgets.option_cards import Option, OptionCards
from cnnstudio.gui.widgets.states import BusyState, ErrorState

if TYPE_CHECKING:
    from cnnstudio.runs.export import Export

SIZE = (620, 500)
OPTIONS = (
    Option(
        "source",
        "PyTorch code and weights",
        "network.py reads like a textbook and needs torch alone; the weights lie beside it.",
        "Export plain PyTorch code with its weights.",
    ),
    Option(
        "onnx",
        "ONNX",
        "One file for onnxruntime, browsers, phones and other languages.",
        "Export one ONNX file.",
    ),
    Option(
        "safetensors",
        "Weights",
        "A safetensors file that also carries the graph, the labels and the preprocessing.",
        "Export the weights as safetensors.",
    ),
)
WITH_ALL = (
    "Each also gets predict.py, which needs no CNN Studio, the labels and the preprocessing. It is then run in a "
    "clean process on up to 32 images and compared with the app."
)


class ExportDialog(QDialog):
    """Asks, shows progress, then the verdict. Signals: `export_wanted` brings form and folder."""

    export_wanted = Signal(str, object)

    def __init__(self, run_name: str, folder: Path, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.setAccessibleName("Export")
        self.resize(*SIZE)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._folder = folder
        self.forms = OptionCards(OPTIONS, "Form of the export")
        self.forms.set_current("source")
        self.field = QLineEdit(str(folder))
        self.field.setToolTip("Folder to write into; files of the same names are replaced.")
        self.field.setAccessibleName("Folder")
        self.choose_button = Button("Choose…", "Choose the folder to write into.", icon="folder-open-outline")
        self.busy = BusyState("Exporting", "Stop; what was written so far stays without a certificate.")
        self.error = ErrorState("The run is unchanged.", "Back", "Change the form or the folder, and try again.")
        self.verdict = CertificateView()
        self.export_button = Button("Export", "Write the files and check them.", role="main", icon="export-variant")
        self.open_button = Button("Open the folder", "Show the files in the file manager.", icon="folder-open-outline")
        self.close_button = Button("Close", "Close (Esc); what is being written is stopped.")
        self._stack = QStackedWidget()
        self._ask = self._make_ask()
        for view in (self._ask, self.busy, self.error, self.verdict):
            self._stack.addWidget(view)
        self._lay_out(run_name)
        self._connect()
        self.show_question()

    def _make_ask(self) -> QWidget:
        view = QWidget()
        box = QVBoxLayout(view)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.tokens.size.gap)
        row = QHBoxLayout()
        row.addWidget(self.field, 1)
        row.addWidget(self.choose_button)
        box.addWidget(self.forms)
        box.addWidget(Label("Folder", "muted"))
        box.addLayout(row)
        box.addWidget(Label(WITH_ALL, "small", wrap=True))
        box.addStretch(1)
        return view

    def _lay_out(self, run_name: str) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(*[theme.tokens.size.page] * 4)
        box.setSpacing(theme.tokens.size.gap)
        box.addWidget(ElidedLabel(f"Export {printable(run_name)}", "page-title"))
        box.addWidget(self._stack, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self.close_button, self.open_button, self.export_button):
            buttons.addWidget(button)
        box.addLayout(buttons)

    def _connect(self) -> None:
        self.choose_button.clicked.connect(self._ask_for_folder)
        self.export_button.clicked.connect(self._on_export)
        self.open_button.clicked.connect(self._on_open)
        self.close_button.clicked.connect(self.reject)
        self.busy.triggered.connect(self.reject)
        self.error.triggered.connect(self.show_question)

    def show_question(self) -> None:
        """Ask for form and folder."""
        self._show(self._ask)

    def show_progress(self, progress: Progress) -> None:
        """Show how far the export has come."""
        self.busy.set_progress(progress)
        self._show(self.busy)

    def show_error(self, error: StudioError) -> None:
        """Nothing usable was written."""
        self.error.set_error("The network can't be exported", error)
        self._show(self.error)

    def show_export(self, made: "Export") -> None:
        """What was written, and whether it gives what the app gives."""
        self._folder = made.folder
        self.verdict.set_export(made)
        self._show(self.verdict)

    def _show(self, view: QWidget) -> None:
        self._stack.setCurrentWidget(view)
        self.export_button.setVisible(view is self._ask)
        self.open_button.setVisible(view is self.verdict)

    def shown(self) -> QWidget | None:
        """The view in sight: the question, `busy`, `error` or `verdict`."""
        return self._stack.currentWidget()

    def _on_export(self) -> None:
        folder = self.field.text().strip()
        if folder:
            self.export_wanted.emit(self.forms.current(), Path(folder).expanduser())

    def _on_open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

    def _ask_for_folder(self) -> None:
        dialog = QFileDialog(self, "Export into a folder", self.field.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.field.setText)
        dialog.open()
