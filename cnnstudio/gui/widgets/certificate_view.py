"""A certificate: does the exported network give what the app gives? In one word, one sentence, and by stages."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from cnnstudio.data.words import counted, printable
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.labels import ElidedLabel, Label
from cnnstudio.gui.widgets.table import Column, Table

if TYPE_CHECKING:
    from cnnstudio.runs.export import Export

ICON_PX = 28


def _difference(value: float | None) -> str:
    return "another shape" if value is None else f"{value:.3g}" if value else "0"


def _role(value: str) -> str:
    return "ok" if value == "equal" else "bad"


COLUMNS = (
    Column("Stage", "A step from the file to the logits."),
    Column("Largest difference", "Between the exported files and the app, over all images.", True, _difference),
    Column("Allowed", "Up to here the difference is rounding.", True, _difference),
    Column("Unit", "What the difference is counted in."),
    Column("Verdict", "Equal within what is allowed, or different.", role=_role),
)


class CertificateView(QWidget):
    """Shows one export with its certificate."""

    def __init__(self) -> None:
        super().__init__()
        self._icon, self.verdict = QLabel(), Label("", "page-title", wrap=True)
        self._text = Label("", wrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.stages = Table(COLUMNS, "Stages", "Where the exported files and the app were compared.")
        self._facts, self._folder = Label("", "small", wrap=True), ElidedLabel("", "small")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.tokens.size.gap)
        for widget in (self._icon, self.verdict, self._text):
            box.addWidget(widget)
        box.addWidget(self.stages, 1)
        box.addWidget(self._facts)
        box.addWidget(self._folder)

    def set_export(self, made: "Export") -> None:
        """Say what came out."""
        certificate = made.certificate
        passed = certificate.passed
        icon, role = ("check-decagram-outline", "ok") if passed else ("alert-circle-outline", "bad")
        self._icon.setPixmap(theme.icon(icon, role).pixmap(ICON_PX, ICON_PX))
        title = "It gives what the app gives" if passed else "The check failed: don't use this export"
        self.verdict.set_text(title)
        self._text.set_text(printable(certificate.text))
        self.stages.set_rows([_cells(stage) for stage in certificate.stages])
        self._facts.set_text(_facts(certificate))
        self._folder.set_text(f"{len(made.paths)} files in {made.folder}")


def _cells(stage: Any) -> tuple[Any, ...]:
    verdict = "equal" if stage.passed else "different"
    return (stage.stage, stage.largest_difference, stage.tolerance, stage.unit, verdict)


def _facts(certificate: Any) -> str:
    parts = [f"Checked with {counted(certificate.images, 'image')}: {certificate.images_from}"]
    if certificate.same_first_guess is not None:
        parts.append(f"the same first guess for {100 * certificate.same_first_guess:.0f} %")
    if certificate.largest_logit_difference is not None:
        largest = f"{certificate.largest_logit_difference:.2g} of {certificate.largest_logit:.3g}"
        parts.append(f"largest difference of a logit {largest}")
    return "; ".join(parts) + "."
