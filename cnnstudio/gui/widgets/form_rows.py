"""The rows of a form: label, editor, and the place where it says what is wrong."""

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BeforeValidator
from pydantic.fields import FieldInfo
from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QWidget

from cnnstudio.core.specs import Family, SettingInfo, Spec
from cnnstudio.gui.widgets.fields import ChoiceEditor
from cnnstudio.gui.widgets.labels import Label

MIN_EDITOR_PX = 76


class FieldLabel(Label):
    """The label before a field: a click on it toggles a check box, as a click on the box does."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        field = self.buddy()
        is_click = event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint())
        if is_click and isinstance(field, QAbstractButton):
            field.click()


class Row:
    """Label, editor and the place for a problem."""

    def __init__(self, info: SettingInfo, editor: QWidget) -> None:
        self.info = info
        self.editor = editor
        tooltip = f"{info.description} {capital(info.range_text)}".strip()
        self.label = FieldLabel(info.title, "muted", wrap=True)
        self.problem_label = Label("", "problem", wrap=True)
        self.problem_label.hide()
        self.label.setToolTip(tooltip)
        # A spin box asks for the room of its largest number, and 2,147,483,647 is rare.
        editor.setMinimumWidth(MIN_EDITOR_PX)
        editor.setToolTip(tooltip)
        editor.setAccessibleName(info.title)
        editor.setAccessibleDescription(info.description)
        self.label.setBuddy(editor)

    def value(self) -> object:
        return self.editor.value()  # type: ignore[attr-defined]  # every editor has it

    def set_value(self, value: object) -> None:
        self.editor.set_value(value)  # type: ignore[attr-defined]  # every editor has it

    def set_problem(self, text: str) -> None:
        self.problem_label.set_text(text)
        self.problem_label.setVisible(bool(text) and not self.editor.isHidden())
        if bool(self.editor.property("wrong")) != bool(text):
            self.editor.setProperty("wrong", bool(text))
            self.editor.style().unpolish(self.editor)
            self.editor.style().polish(self.editor)

    def set_visible(self, is_visible: bool) -> None:
        for widget in self.widgets():
            widget.setVisible(is_visible)
        self.problem_label.setVisible(is_visible and bool(self.problem_label.text()))

    def widgets(self) -> list[QWidget]:
        return [self.label, self.editor]

    def place(self, grid: QGridLayout, line: int) -> None:
        grid.addWidget(self.label, line, 0)
        grid.addWidget(self.editor, line, 1)
        grid.addWidget(self.problem_label, line + 1, 0, 1, 2)

    def remove(self, grid: QGridLayout) -> None:
        for widget in (*self.widgets(), self.problem_label):
            grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()


class KindRow(Row):
    """A setting that is a spec of some kind: the kinds to choose from, and below the fields of the chosen one.

    A text for None among `texts` offers to choose none.
    """

    def __init__(
        self, info: SettingInfo, family: Family[Any], details: QWidget, texts: Mapping[Any, str] | None = None
    ) -> None:
        self._members = {kind: family[kind] for kind in family.kinds() if can_be_made(family[kind])}
        titles = {kind: title_of(member) for kind, member in self._members.items()}
        none = [None] if None in (texts or {}) else []
        self.kind_editor = ChoiceEditor([*none, *self._members], {**titles, **(texts or {})})
        self.details: Any = details
        super().__init__(info, self.kind_editor)

    def set_value(self, value: object) -> None:
        self.kind_editor.set_value(getattr(value, "kind", None))
        self.details.set_spec(value)

    def new_of_kind(self) -> Spec | None:
        kind = self.kind_editor.value()
        made: Spec | None = self._members[kind]() if kind is not None else None
        return made

    def widgets(self) -> list[QWidget]:
        return [*super().widgets(), self.details]

    def place(self, grid: QGridLayout, line: int) -> None:
        super().place(grid, line)
        grid.addWidget(self.details, line + 2, 0, 1, 2)


def family_of(cls: type, name: str) -> Family[Any] | None:
    """The family that a field's values come from: the owner of the `parse` that validates it."""
    field: FieldInfo = cls.model_fields[name]  # type: ignore[attr-defined]  # specs are pydantic models
    # Where None is allowed too, what says so stands within the union.
    within = [item for kind in get_args(field.annotation) for item in getattr(kind, "__metadata__", ())]
    for item in (*field.metadata, *within):
        owner = getattr(getattr(item, "func", None), "__self__", None)
        if isinstance(item, BeforeValidator) and isinstance(owner, Family):
            return owner
    return None


def can_be_made(member: type[Spec]) -> bool:
    """True if a kind can be chosen in a form: all its fields have defaults."""
    return not any(field.is_required() for field in member.model_fields.values())


def title_of(member: type[Spec]) -> str:
    """A kind's name for people."""
    title = getattr(member, "title", None)
    return title if isinstance(title, str) else member.model_fields["kind"].default.replace("_", " ").capitalize()


def capital(text: str) -> str:
    """The text with a capital first."""
    return f"{text[:1].upper()}{text[1:]}" if text else ""
