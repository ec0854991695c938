"""Forms made from specs, used with keys and clicks."""

from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BeforeValidator, SerializeAsAny, model_validator
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from cnnstudio.core.specs import Family, Spec, setting, settings_of
from cnnstudio.gui.widgets.form import Form
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.recipe import optimizers


class Mode(Enum):
    FAST = "fast"
    SLOW_AND_SURE = "slow_and_sure"


class Example(Spec):
    count: int = setting(3, title="Count", description="How many there are.", unit="px", ge=1, le=9)
    rate: float = setting(0.01, title="Rate", description="How fast it goes.", gt=0, le=1)
    is_on: bool = setting(True, title="On", description="Whether it is on.")
    kind: Literal["stretch", "center_crop"] = setting("stretch", title="Kind", description="Which one.")
    mode: Mode = setting(Mode.FAST, title="Mode", description="How.")
    name: str = setting("x", title="Name", description="What it is called.")
    mean: tuple[float, ...] | None = setting(None, title="Mean", description="Of each channel.", advanced=True)
    limit: int | None = setting(None, title="Limit", description="Where to stop.")

    @model_validator(mode="after")
    def _check(self) -> "Example":
        if self.count == 8:
            raise ValueError("8 of them do not fit the 7×7 map")
        return self


@pytest.fixture
def form(qtbot: QtBot) -> Form:
    form = Form()
    qtbot.addWidget(form)
    form.set_spec(Example())
    form.show()
    return form


def changed_specs(form: Form) -> list[Any]:
    seen: list[Any] = []
    form.changed.connect(seen.append)
    return seen


def test_every_type_of_setting_has_its_editor_with_tooltip_and_name(form: Form) -> None:
    lines = {"name": QLineEdit, "mean": QLineEdit}
    for name, kind in {"count": QSpinBox, "is_on": QCheckBox, "kind": QComboBox, "mode": QComboBox, **lines}.items():
        assert isinstance(form.editor(name), kind)
    for info in settings_of(Example):
        editor = form.editor(info.name)
        assert editor.accessibleName() == info.title
        assert info.description in editor.toolTip()
    assert form.editor("count").toolTip() == "How many there are. 1 to 9 px"


def test_showing_a_spec_tells_nothing(form: Form) -> None:
    seen = changed_specs(form)
    form.set_spec(Example(count=5, rate=0.5, name="y"))
    assert seen == []
    assert form.editor("count").value() == 5  # type: ignore[attr-defined]


def test_an_arrow_key_brings_a_new_spec(form: Form, qtbot: QtBot) -> None:
    seen = changed_specs(form)
    qtbot.keyClick(form.editor("count"), Qt.Key.Key_Up)
    assert seen == [Example(count=4)]


def test_a_click_on_a_check_box_brings_a_new_spec(form: Form, qtbot: QtBot) -> None:
    seen = changed_specs(form)
    box = form.editor("is_on")
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(12, box.height() // 2))
    assert seen == [Example(is_on=False)]


def test_a_choice_by_key_brings_a_new_spec(form: Form, qtbot: QtBot) -> None:
    seen = changed_specs(form)
    box = form.editor("kind")
    assert isinstance(box, QComboBox)
    assert [box.itemText(i) for i in range(2)] == ["Stretch", "Center crop"]
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert seen == [Example(kind="center_crop")]


def test_a_value_that_breaks_a_rule_is_not_told_and_says_why_at_the_field(form: Form, qtbot: QtBot) -> None:
    seen = changed_specs(form)
    editor = form.editor("count")
    assert isinstance(editor, QSpinBox)
    editor.selectAll()
    qtbot.keyClicks(editor, "8")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert seen == []
    assert form.problem("count") == "8 of them do not fit the 7×7 map."
    labels = [label for label in form.findChildren(QLabel) if label.text() == form.problem("count")]
    assert labels
    assert labels[0].isVisible()


def test_a_good_value_takes_the_problem_away(form: Form, qtbot: QtBot) -> None:
    editor = form.editor("count")
    assert isinstance(editor, QSpinBox)
    editor.setValue(8)
    assert form.problem("count")
    editor.setValue(7)
    assert form.problem("count") == ""


@pytest.mark.parametrize(("typed", "value"), [("0.1, 0.2", (0.1, 0.2)), ("", None), ("1e-3", (0.001,))])
def test_numbers_with_commas_become_a_tuple(form: Form, qtbot: QtBot, typed: str, value: Any) -> None:
    form.set_spec(Example(mean=(0.5,)))
    seen = changed_specs(form)
    editor = form.editor("mean")
    assert isinstance(editor, QLineEdit)
    editor.setText(typed)
    editor.editingFinished.emit()
    assert seen == [Example(mean=value)]


def test_a_word_where_a_number_belongs_is_named(form: Form) -> None:
    editor = form.editor("mean")
    assert isinstance(editor, QLineEdit)
    editor.setText("0.1, much")
    editor.editingFinished.emit()
    assert form.problem("mean") == "'much' is not a number."


def test_seldom_settings_are_hidden_until_more_is_asked_for(form: Form, qtbot: QtBot) -> None:
    assert not form.editor("mean").isVisible()
    qtbot.mouseClick(form._more, Qt.MouseButton.LeftButton)
    assert form.editor("mean").isVisible()
    assert form._more.text() == "Less"


def test_an_optional_number_may_be_empty(form: Form) -> None:
    seen = changed_specs(form)
    editor = form.editor("limit")
    assert isinstance(editor, QLineEdit)
    editor.setText("12")
    editor.editingFinished.emit()
    editor.setText("")
    editor.editingFinished.emit()
    assert [spec.limit for spec in seen] == [12, None]


def test_the_same_type_keeps_its_editors(form: Form) -> None:
    before = form.editor("name")
    form.set_spec(Example(name="z"))
    assert form.editor("name") is before


def test_another_type_gets_other_editors(form: Form) -> None:
    class Other(Spec):
        size: int = setting(1, title="Size", description="How large.")

    form.set_spec(Other())
    assert form.editor("size").accessibleName() == "Size"
    form.set_spec(None)
    assert form.spec() is None


class Shape(Spec):
    kind: str


shapes: Family[Shape] = Family("shape", "cnnstudio.core")


@shapes.register
class Square(Shape):
    kind: Literal["square"] = "square"
    side: int = setting(2, title="Side", description="Its side.", ge=1)


@shapes.register
class Disc(Shape):
    kind: Literal["disc"] = "disc"
    radius: float = setting(1.0, title="Radius", description="Its radius.", gt=0)


shapes._is_discovered = True


class Holder(Spec):
    shape: Annotated[SerializeAsAny[Shape], BeforeValidator(shapes.parse)] = setting(
        {"kind": "square"}, title="Shape", description="What it is."
    )


def test_a_kind_of_a_family_is_a_choice_with_the_fields_of_the_chosen_one_below(qtbot: QtBot) -> None:
    form = Form()
    qtbot.addWidget(form)
    form.set_spec(Holder())
    form.show()
    seen = changed_specs(form)
    assert form.details("shape").editor("side").isVisible()
    box = form.editor("shape")
    assert isinstance(box, QComboBox)
    assert {box.itemText(i) for i in range(box.count())} == {"Square", "Disc"}
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert seen == [Holder(shape=Disc())]
    assert form.details("shape").editor("radius").isVisible()


def test_a_field_of_a_nested_spec_changes_the_whole(qtbot: QtBot) -> None:
    form = Form()
    qtbot.addWidget(form)
    form.set_spec(Holder())
    seen = changed_specs(form)
    qtbot.keyClick(form.details("shape").editor("side"), Qt.Key.Key_Up)
    assert seen == [Holder(shape=Square(side=3))]


def test_the_recipe_has_a_form_with_every_optimiser(qtbot: QtBot) -> None:
    form = Form()
    qtbot.addWidget(form)
    form.set_spec(TrainConfig())
    box = form.editor("optimizer")
    assert isinstance(box, QComboBox)
    assert box.count() == len(optimizers.kinds())


def test_a_click_anywhere_in_a_yes_or_no_field_or_on_its_label_toggles(form: Form, qtbot: QtBot) -> None:
    form.set_spec(Example())
    field = form.editor("is_on")
    assert isinstance(field, QCheckBox)
    label = next(label for label in form.findChildren(QLabel) if label.buddy() is field)
    for place in (field.rect().center(), QPoint(field.width() - 4, field.height() // 2)):
        before = field.isChecked()
        with qtbot.waitSignal(form.changed) as caught:
            qtbot.mouseClick(field, Qt.MouseButton.LeftButton, pos=place)
        assert caught.args[0].is_on is not before
    with qtbot.waitSignal(form.changed) as caught:
        qtbot.mouseClick(label, Qt.MouseButton.LeftButton)
    assert caught.args[0].is_on is False
