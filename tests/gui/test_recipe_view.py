"""The recipe's column: sections, the drawn rate, presets, rules for layers, and contradictions that are named."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from cnnstudio.gui.widgets.fields import FlagEditor
from cnnstudio.gui.widgets.recipe_view import RecipeView
from cnnstudio.network.fit import fit_architecture
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.layer_rules import LayerRule
from cnnstudio.training.presets import PRESETS


@pytest.fixture
def view(qtbot: QtBot) -> RecipeView:
    view = RecipeView()
    qtbot.addWidget(view)
    view.resize(300, 1200)
    view.show()
    return view


def test_every_setting_of_the_recipe_has_its_place(view: RecipeView) -> None:
    shown = {"layers", "version"}
    for section in view.sections:
        if section != "layers":
            shown |= set(view.form(section)._only or ())
            shown.add(str(view.form(section).property("nested")))
    assert set(TrainConfig.model_fields) <= shown


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_preset_is_shown_and_comes_back_unchanged(view: RecipeView, preset: Any) -> None:
    config = preset.applied(TrainConfig(seed=7))
    view.set_spec(config)
    assert view.form("optimizer").spec() == config
    assert config.seed == 7
    assert view.form("regular").spec() == config.regularisation


def test_change_in_a_section_brings_the_whole_recipe(view: RecipeView, qtbot: QtBot) -> None:
    view.set_spec(TrainConfig(epochs=9))
    field: Any = view.form("regular").editor("clip_norm")
    with qtbot.waitSignal(view.changed) as caught:
        field.setValue(2.5)
    assert caught.args[0].regularisation.clip_norm == 2.5
    assert caught.args[0].epochs == 9


def test_folded_section_says_what_is_in_it(view: RecipeView) -> None:
    view.set_spec(TrainConfig(schedule={"kind": "cosine"}, warmup=3, regularisation={"clip_norm": 1}))
    assert view.sections["rate"]._summary.text() == "Cosine"
    assert view.sections["regular"]._summary.text() == "clip 1"
    assert not view.sections["rate"].body.isVisible()
    view.sections["rate"].set_open(True)
    assert view.sections["rate"].body.isVisible()


def test_rate_is_drawn_before_the_start_at_a_glance_and_in_full(view: RecipeView, qtbot: QtBot) -> None:
    view.set_spec(TrainConfig())
    assert view.glance.isVisible()
    constant = view.glance.grab().toImage()
    view.set_spec(TrainConfig(schedule={"kind": "cosine"}, warmup=3))
    assert view.glance.grab().toImage() != constant
    assert "to 4.27e-08 after 20 epochs" in view.glance.toolTip()
    view.sections["rate"].set_open(True)
    assert not view.glance.isVisible()
    assert view.curve.isVisible()


def test_click_freezes_a_layer_and_a_second_one_takes_it_back(view: RecipeView, qtbot: QtBot) -> None:
    view.set_network(fit_architecture("lenet5", None, None))
    view.sections["layers"].set_open(True)
    box = next(w for w in view.findChildren(FlagEditor) if w.property("layer") == "fc1")
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton)
    assert view._config.layers == (LayerRule(node="fc1", frozen=True),)
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton)
    assert view._config.layers == ()


def test_contradictions_are_named_before_the_start(view: RecipeView) -> None:
    view.set_counts(100, 10, 10)
    assert not view.problems.isVisible()
    view.set_spec(TrainConfig(batch=200, epochs=4, warmup=5))
    assert view.problems.isVisible()
    assert "200 images is more than the 100" in view.problems.text()
    assert "warm-up takes 5 epochs" in view.problems.text()
    assert view.problems.obstacle().startswith("A batch of 200 images")


def test_click_on_a_fix_mends_the_recipe(view: RecipeView, qtbot: QtBot) -> None:
    view.set_counts(100, 10, 10)
    view.set_network(fit_architecture("lenet5", None, None))
    view.set_spec(TrainConfig(batch=200, layers=[{"node": "conv9", "frozen": True}]))
    assert len(view.problems.fix_buttons) == 2
    for _ in range(2):
        with qtbot.waitSignal(view.fix_chosen) as caught:
            qtbot.mouseClick(view.problems.fix_buttons[0], Qt.MouseButton.LeftButton)
        view.set_spec(caught.args[0].config)
    assert view._config.batch <= 100
    assert view._config.layers == ()
    assert not view.problems.isVisible()
    assert view.problems.obstacle() == ""


def test_everything_that_can_be_changed_has_a_tooltip_and_a_name(view: RecipeView) -> None:
    view.set_network(fit_architecture("lenet5", None, None))
    for form in (view.form(name) for name in view.sections if name != "layers"):
        for row in form._rows.values():
            assert row.editor.toolTip(), row.info.name
            assert row.editor.accessibleName(), row.info.name
    rows = [w for w in view.layers.findChildren(QWidget) if w.property("layer")]
    assert rows
    assert all(w.toolTip() and w.accessibleName() for w in rows)
