"""A form made from a spec's declared settings: change a field, and a new spec comes out."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from cnnstudio.core.specs import Family, SettingInfo, Spec, settings_of
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.fields import make_editor
from cnnstudio.gui.widgets.form_rows import KindRow, Row, capital, family_of

LABEL_PX = 104


class Form(QWidget):
    """Label and editor for each setting of a spec; `changed` brings the new spec, valid by its own rules.

    Args:
        only: Names of the settings to show, in this order; all of them if left out.
        texts: For settings with a few values: what to write for each, by the setting's name.
    """

    changed = Signal(object)

    def __init__(self, only: Sequence[str] | None = None, texts: Mapping[str, Mapping[Any, str]] | None = None) -> None:
        super().__init__()
        self._only = only
        self._texts = texts or {}
        self._spec: Spec | None = None
        self._rows: dict[str, Row] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * theme.tokens.size.grid)
        self._grid.setVerticalSpacing(theme.tokens.size.grid)
        self._grid.setColumnMinimumWidth(0, LABEL_PX)
        self._grid.setColumnStretch(1, 1)
        self._more = Button("More", "Show the settings that are seldom changed.", role="link", icon="chevron-down")
        self._more.setCheckable(True)
        self._more.toggled.connect(self._on_more)

    def spec(self) -> Spec | None:
        """What the form shows."""
        return self._spec

    def set_spec(self, spec: Spec | None) -> None:
        """Show a spec; editors stay (and keep the focus) while its type stays."""
        if type(spec) is not type(self._spec):
            self._rebuild(spec)
        self._spec = spec
        for name, row in self._rows.items():
            row.set_value(getattr(spec, name))
            row.set_problem("")

    def set_problem(self, name: str, text: str) -> None:
        """Say at a field what is wrong with it; an empty text takes that back."""
        if name in self._rows:
            self._rows[name].set_problem(text)

    def problem(self, name: str) -> str:
        """What is said to be wrong with a field."""
        return self._rows[name].problem_label.text()

    def editor(self, name: str) -> QWidget:
        """The control of a setting."""
        return self._rows[name].editor

    def details(self, name: str) -> "Form":
        """The form below a setting that has kinds of its own (an optimiser's, say)."""
        row = self._rows[name]
        assert isinstance(row, KindRow)
        assert isinstance(row.details, Form)
        return row.details

    def open_more(self) -> None:
        """Show the settings that are seldom changed."""
        self._more.setChecked(True)

    def _rebuild(self, spec: Spec | None) -> None:
        self._grid.removeWidget(self._more)
        for row in self._rows.values():
            row.remove(self._grid)
        infos = {info.name: info for info in settings_of(spec)} if spec is not None else {}
        names = [name for name in (self._only or infos) if name in infos]
        self._rows = {name: self._make_row(type(spec), infos[name]) for name in names}
        for line, row in enumerate(self._rows.values()):
            row.place(self._grid, 3 * line)
        self._grid.addWidget(self._more, 3 * len(names), 1, Qt.AlignmentFlag.AlignLeft)
        self._more.setVisible(any(row.info.advanced for row in self._rows.values()))
        self._on_more()

    def _make_row(self, cls: type, info: SettingInfo) -> Row:
        family = family_of(cls, info.name)
        if family is None:
            editor = make_editor(info, self._texts.get(info.name))
            row = Row(info, editor)
            editor.edited.connect(self._on_edited)  # type: ignore[attr-defined]  # every editor has it
        else:
            row = self._make_kind_row(info, family)
        row.editor.setProperty("setting", info.name)
        return row

    def _make_kind_row(self, info: SettingInfo, family: Family[Any]) -> KindRow:
        row = KindRow(info, family, Form(), self._texts.get(info.name))
        row.kind_editor.edited.connect(self._on_kind)
        row.details.setProperty("setting", info.name)
        row.details.changed.connect(self._on_details)
        return row

    def _on_edited(self) -> None:
        name = str(self.sender().property("setting"))
        try:
            value = self._rows[name].value()
        except ValueError as error:
            self.set_problem(name, str(error))
            return
        self._take(name, value)

    def _on_kind(self) -> None:
        name = str(self.sender().property("setting"))
        row = self._rows[name]
        assert isinstance(row, KindRow)
        self._take(name, row.new_of_kind())

    def _on_details(self, nested: Spec) -> None:
        self._take(str(self.sender().property("setting")), nested)

    def _take(self, name: str, value: object) -> None:
        assert self._spec is not None
        try:
            spec = self._spec.replace(**{name: value})
        except ValidationError as failed:
            self.set_problem(name, problem_text(failed))
            return
        is_new = spec != self._spec
        self.set_spec(spec)
        if is_new:
            self.changed.emit(spec)

    def _on_more(self) -> None:
        is_open = self._more.isChecked()
        self._more.setText("Less" if is_open else "More")
        for row in self._rows.values():
            row.set_visible(is_open or not row.info.advanced)


def problem_text(failed: ValidationError) -> str:
    """A validation problem as one sentence, without the field's name: it stands at the field."""
    text = failed.errors(include_url=False)[0]["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{capital(text)}."
