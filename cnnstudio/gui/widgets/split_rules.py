"""What the split keeps together, and folds for cross-validation."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLineEdit

from cnnstudio.core.specs import SettingInfo, settings_of
from cnnstudio.data.spec import SplitSpec
from cnnstudio.gui.widgets.field_rows import FieldRows, KeyedCombo
from cnnstudio.gui.widgets.numbers import WholeField

GROUPS = (
    ("none", "Nothing"),
    ("copies", "Copies"),
    ("folder", "Folders, copies"),
    ("pattern", "Names, copies"),
)
TYPING_MS = 600


class SplitRules(FieldRows):
    """`changed` brings the new SplitSpec; rows that don't apply are hidden."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        infos = {info.name: info for info in settings_of(SplitSpec)}
        self._spec = SplitSpec()
        self.group = KeyedCombo(GROUPS)
        self.pattern = QLineEdit()
        self.pattern.setPlaceholderText("(patient\\d+)")
        self.folds, self.fold = (_whole(infos[name]) for name in ("folds", "fold"))
        self.folds.setSpecialValueText("off")
        for name in ("group", "pattern", "folds", "fold"):
            info = infos[name]
            tooltip = f"{info.description} {info.range_text}".strip()
            self.add_row(info.title, getattr(self, name), tooltip)
        self._timer = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._timer.timeout.connect(self._tell)
        self.group.picked.connect(self._tell)
        self.folds.valueChanged.connect(self._timer.start)
        self.fold.valueChanged.connect(self._timer.start)
        self.pattern.editingFinished.connect(self._tell)
        self.set_spec(self._spec)

    def set_spec(self, spec: SplitSpec) -> None:
        """Show a split without telling."""
        self._spec = spec
        self.group.set_key(spec.group)
        if not self.pattern.hasFocus():
            self.pattern.setText(spec.pattern)
        self.fold.setMaximum(max(0, spec.folds - 1))
        for field, value in ((self.folds, spec.folds), (self.fold, spec.fold)):
            field.blockSignals(True)
            field.setValue(value)
            field.blockSignals(False)
        self.set_row_visible(self.pattern, spec.group == "pattern")
        self.set_row_visible(self.fold, spec.folds > 1)

    def _tell(self) -> None:
        group, pattern = self.group.key(), self.pattern.text()
        self.set_row_visible(self.pattern, group == "pattern")
        if group == "pattern" and not pattern:
            # There is nothing to group by yet.
            self.pattern.setFocus()
            return
        folds = self.folds.value()
        fold = min(self.fold.value(), max(0, folds - 1))
        changes = {"group": group, "pattern": pattern, "folds": folds, "fold": fold}
        spec = self._spec.replace(**changes)
        if spec != self._spec:
            self._spec = spec
            self.changed.emit(spec)


def _whole(info: SettingInfo) -> WholeField:
    return WholeField(info.minimum, info.maximum, info.unit)
