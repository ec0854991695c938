"""One editor for each type that a setting can have: its value goes in and comes out, `edited` says that it changed."""

from collections.abc import Mapping
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Protocol, Union, get_args, get_origin

from PySide6.QtCore import QPoint, Qt, Signal, SignalInstance
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from cnnstudio.core.specs import SettingInfo
from cnnstudio.gui.field_undo import FieldUndo
from cnnstudio.gui.widgets.drop_down import DropDown
from cnnstudio.gui.widgets.numbers import DecimalField, WholeField, decimal_text


class Editor(Protocol):
    """What a form needs of an editor."""

    edited: SignalInstance

    def value(self) -> object:
        """What stands in it; ValueError with a sentence if that makes no sense."""

    def set_value(self, value: Any) -> None:
        """Show a value without telling."""


class WholeEditor(WholeField):
    """A whole number."""

    edited = Signal()

    def __init__(self, info: SettingInfo) -> None:
        super().__init__(info.minimum, info.maximum, info.unit, info.step)
        self.setSpecialValueText(info.zero)
        self.valueChanged.connect(self._on_changed)

    def set_value(self, value: Any) -> None:
        self.blockSignals(True)
        self.setValue(int(value))
        self.blockSignals(False)

    def _on_changed(self) -> None:
        self.edited.emit()


class DecimalEditor(DecimalField):
    """A decimal number."""

    edited = Signal()

    def __init__(self, info: SettingInfo) -> None:
        super().__init__(info.minimum, info.maximum, info.unit, info.step)
        self.setSpecialValueText(info.zero)
        self.valueChanged.connect(self._on_changed)

    def set_value(self, value: Any) -> None:
        self.blockSignals(True)
        self.setValue(float(value))
        self.blockSignals(False)

    def _on_changed(self) -> None:
        self.edited.emit()


class FlagEditor(QCheckBox):
    """Yes or no; a click anywhere in the field counts, not on its small box alone."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        # As buttons: a click leaves the focus where it is, so that Space keeps its meaning.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(self._on_clicked)

    def value(self) -> bool:
        return self.isChecked()

    def set_value(self, value: Any) -> None:
        self.setChecked(bool(value))

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def _on_clicked(self) -> None:
        self.edited.emit()


class ChoiceEditor(DropDown):
    """One of several values, shown by their names."""

    edited = Signal()

    def __init__(self, values: list[Any], texts: Mapping[Any, str] | None = None) -> None:
        super().__init__()
        self._values = values
        for value in values:
            self.addItem((texts or {}).get(value, choice_text(value)))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.activated.connect(self._on_activated)

    def value(self) -> Any:
        return self._values[self.currentIndex()]

    def set_value(self, value: Any) -> None:
        self.setCurrentIndex(self._values.index(value))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def _on_activated(self) -> None:
        self.edited.emit()


class TextEditor(QLineEdit):
    """A line of text."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.editingFinished.connect(self._on_finished)
        FieldUndo(self)
        self._told = ""

    def value(self) -> object:
        return self.text()

    def set_value(self, value: Any) -> None:
        self.setText(str(value))
        self._told = self.text()

    def _on_finished(self) -> None:
        if self.text() != self._told:
            self._told = self.text()
            self.edited.emit()


class ListEditor(TextEditor):
    """Several numbers or words with commas between; empty means None where that is allowed."""

    def __init__(self, item: type, *, is_list: bool, is_optional: bool, unit: str = "") -> None:
        super().__init__()
        self._item, self._is_list, self._is_optional = item, is_list, is_optional
        self.setPlaceholderText("automatic" if is_optional else f"values with commas between {unit}".strip())

    def value(self) -> object:
        text = self.text().strip()
        if not text and self._is_optional:
            return None
        parts = [part.strip() for part in text.split(",")] if self._is_list else [text]
        items = tuple(self._parse(part) for part in parts if part)
        return items if self._is_list else items[0] if items else None

    def set_value(self, value: Any) -> None:
        items = () if value is None else value if isinstance(value, tuple | list) else (value,)
        super().set_value(", ".join(decimal_text(item) if isinstance(item, float) else str(item) for item in items))

    def _parse(self, part: str) -> object:
        try:
            return self._item(part)
        except ValueError:
            noun = "a whole number" if self._item is int else "a number"
            raise ValueError(f"'{part}' is not {noun}.") from None


def choice_text(value: Any) -> str:
    """A value's name as people read it: "center_crop" becomes "Center crop"."""
    text = str(value.value if isinstance(value, Enum) else value).replace("_", " ")
    return text[:1].upper() + text[1:]


def make_editor(info: SettingInfo, texts: Mapping[Any, str] | None = None) -> QWidget:
    """The editor for a setting, by its type."""
    kind, is_optional = _without_none(info.annotation)
    if get_origin(kind) is Literal:
        return ChoiceEditor([*([None] if is_optional else []), *get_args(kind)], {None: "Automatic", **(texts or {})})
    if get_origin(kind) is tuple:
        return ListEditor(get_args(kind)[0], is_list=True, is_optional=is_optional, unit=info.unit)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ChoiceEditor(list(kind), texts)
    if kind is str and texts:
        return ChoiceEditor(list(texts), texts)
    if kind is bool:
        return FlagEditor()
    if kind in (int, float) and is_optional:
        return ListEditor(kind, is_list=False, is_optional=True)
    if kind is int:
        return WholeEditor(info)
    return DecimalEditor(info) if kind is float else TextEditor()


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in (Union, UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
        if len(kinds) == 1:
            return kinds[0], NoneType in get_args(annotation)
    return annotation, False
