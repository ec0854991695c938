"""Rules of layers and groups: a stage frozen by one click, exceptions inside; a layer's own beginning, drawn."""

import math
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QPushButton
from pytestqt.qtbot import QtBot

from cnnstudio.gui.widgets.layer_rules_form import LayerRulesForm
from cnnstudio.network.parts import Group
from cnnstudio.training.layer_rules import LayerRule
from cnnstudio.training.recipe import initialisations

LAYERS: dict[str, Any] = {"conv1": (6, 1, 5, 5), "norm1": None, "fc1": (120, 400)}
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def form(qtbot: QtBot) -> LayerRulesForm:
    form = LayerRulesForm()
    qtbot.addWidget(form)
    form.resize(276, 600)
    form.set_layers(LAYERS)
    form.show()
    return form


def name_of(form: LayerRulesForm, layer: str) -> QPushButton:
    return next(button for button in form.findChildren(QPushButton) if button.property("layer") == layer)


def choose(form: LayerRulesForm, qtbot: QtBot, text: str) -> None:
    """Choose an initialisation in the list as a person does with the keyboard."""
    combo: Any = form.beginning.form.editor("initialisation")
    combo.setFocus()
    steps = combo.findText(text) - combo.currentIndex()
    for _ in range(abs(steps)):
        qtbot.keyClick(combo, Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)


def test_click_on_a_name_unfolds_how_its_weights_begin_and_a_second_one_folds_it(
    form: LayerRulesForm, qtbot: QtBot
) -> None:
    assert not form.beginning.isVisible()
    qtbot.mouseClick(name_of(form, "conv1"), LEFT)
    assert form.beginning.isVisible()
    # PyTorch's own for 25 inputs: even within 1/√25.
    assert form.beginning.text() == "150 weights, 25 inputs a unit: even within ±0.2."
    qtbot.mouseClick(name_of(form, "conv1"), LEFT)
    assert not form.beginning.isVisible()


def test_chosen_initialisation_becomes_the_layers_rule_and_is_drawn(form: LayerRulesForm, qtbot: QtBot) -> None:
    form.set_rules((LayerRule(node="fc1", rate=0.5),))
    qtbot.mouseClick(name_of(form, "fc1"), LEFT)
    with qtbot.waitSignal(form.changed) as caught:
        choose(form, qtbot, "He (MSRA)")
    rules = caught.args[0]
    he = initialisations.parse({"kind": "he"})
    assert rules[-1].rate == 0.5
    assert form._rules[0].initialisation is not None
    choose(form, qtbot, "He (MSRA)")
    assert form._rules == (LayerRule(node="fc1", rate=0.5, initialisation=he),)
    assert f"deviation {math.sqrt(2 / 400):.3g}" in form.beginning.text()
    assert "He (MSRA)" in name_of(form, "fc1").toolTip()
    choose(form, qtbot, "As the recipe says")
    assert form._rules == (LayerRule(node="fc1", rate=0.5),)


def test_layer_without_own_beginning_shows_that_of_the_recipe(form: LayerRulesForm, qtbot: QtBot) -> None:
    form.set_rules((), initialisations.parse({"kind": "small_normal", "deviation": 0.02}))
    qtbot.mouseClick(name_of(form, "conv1"), LEFT)
    assert "deviation 0.02" in form.beginning.text()
    before = form.beginning.curve.grab().toImage()
    form.set_rules((), initialisations.parse({"kind": "zero"}))
    assert form.beginning.text().endswith("all zero.")
    assert form.beginning.curve.grab().toImage() != before


def test_norm_says_that_it_begins_without_chance(form: LayerRulesForm, qtbot: QtBot) -> None:
    qtbot.mouseClick(name_of(form, "norm1"), LEFT)
    assert "without chance" in form.beginning.text()
    assert not form.beginning.form.isVisible()
    assert not form.beginning.curve.isVisible()


def test_other_network_folds_the_layer_away(form: LayerRulesForm, qtbot: QtBot) -> None:
    qtbot.mouseClick(name_of(form, "conv1"), LEFT)
    form.set_layers({"stem": (8, 3, 3, 3)})
    assert not form.beginning.isVisible()
    qtbot.mouseClick(name_of(form, "stem"), LEFT)
    assert "27 inputs" in form.beginning.text()


STAGES: dict[str, Any] = {
    "conv1": (16, 3, 3, 3),
    "stage1.block1.conv1": (16, 16, 3, 3),
    "stage1.block1.bn1": None,
    "stage1.block2.conv1": (16, 16, 3, 3),
    "stage2.conv1": (32, 16, 3, 3),
    "fc": (10, 32),
}


@pytest.fixture
def grouped(form: LayerRulesForm) -> LayerRulesForm:
    form.set_layers(STAGES, (Group(id="stage1", title="Stage 1: 16 filters", members=("stage1.block1.conv1",)),))
    return form


def in_sight(form: LayerRulesForm) -> list[str]:
    buttons = [b for b in form.findChildren(QPushButton) if b.property("layer") and b.isVisible()]
    return [str(button.property("layer")) for button in sorted(buttons, key=lambda button: button.y())]


def frozen_of(form: LayerRulesForm, name: str) -> QCheckBox:
    return next(box for box in form.findChildren(QCheckBox) if box.property("layer") == name)


def test_groups_are_folded_and_unfold_by_a_click(grouped: LayerRulesForm, qtbot: QtBot) -> None:
    grouped.layout().activate()
    assert in_sight(grouped) == ["conv1", "stage1", "stage2", "fc"]
    assert "Stage 1: 16 filters, 3 layers" in name_of(grouped, "stage1").toolTip()
    qtbot.mouseClick(name_of(grouped, "stage1"), LEFT)
    qtbot.mouseClick(name_of(grouped, "stage1.block1"), LEFT)
    grouped.layout().activate()
    assert in_sight(grouped)[:5] == [
        *("conv1", "stage1", "stage1.block1", "stage1.block1.conv1", "stage1.block1.bn1"),
    ]
    qtbot.mouseClick(name_of(grouped, "stage1"), LEFT)
    assert in_sight(grouped) == ["conv1", "stage1", "stage2", "fc"]


def test_one_click_freezes_all_layers_of_a_group(grouped: LayerRulesForm, qtbot: QtBot) -> None:
    he = initialisations.parse({"kind": "he"})
    grouped.set_rules(
        (LayerRule(node="stage1.block1.conv1", rate=0.5), LayerRule(node="stage1.block2.conv1", initialisation=he))
    )
    with qtbot.waitSignal(grouped.changed):
        qtbot.mouseClick(frozen_of(grouped, "stage1"), LEFT)
    assert set(grouped._rules) == {
        LayerRule(node="stage1", frozen=True),
        LayerRule(node="stage1.block2.conv1", frozen=True, initialisation=he),
    }
    grouped.unfold("stage1", True)
    grouped.unfold("stage1.block1", True)
    assert frozen_of(grouped, "stage1.block1").isChecked()
    assert frozen_of(grouped, "stage1.block1.bn1").isChecked()
    assert not frozen_of(grouped, "stage2").isChecked()
    qtbot.mouseClick(frozen_of(grouped, "stage1"), LEFT)
    assert grouped._rules == (LayerRule(node="stage1.block2.conv1", initialisation=he),)


def test_layer_of_a_frozen_group_can_be_an_exception_and_the_group_says_so(
    grouped: LayerRulesForm, qtbot: QtBot
) -> None:
    grouped.set_rules((LayerRule(node="stage1", frozen=True),))
    grouped.unfold("stage1", True)
    grouped.unfold("stage1.block1", True)
    qtbot.mouseClick(frozen_of(grouped, "stage1.block1.bn1"), LEFT)
    assert grouped._rules == (LayerRule(node="stage1", frozen=True), LayerRule(node="stage1.block1.bn1"))
    assert name_of(grouped, "stage1").text().endswith("· 1 differs")
    qtbot.mouseClick(frozen_of(grouped, "stage1.block1.bn1"), LEFT)
    assert grouped._rules == (LayerRule(node="stage1", frozen=True),)


@pytest.fixture
def made(form: LayerRulesForm) -> LayerRulesForm:
    """Two groups made by hand, one in the other; no layer's name tells of them."""
    groups = (
        Group(id="ends", title="Both ends", members=("conv1", "relu1", "fc")),
        Group(id="inner", title="Inner", members=("stage2.conv1",), parent="ends"),
    )
    form.set_layers(STAGES, groups)
    return form


def test_group_made_by_hand_has_a_row_with_its_layers_under_their_whole_names(
    made: LayerRulesForm, qtbot: QtBot
) -> None:
    made.layout().activate()
    assert in_sight(made) == ["ends", "stage1"]
    assert name_of(made, "ends").toolTip() == "ends: Both ends, 3 layers; click to see them."
    qtbot.mouseClick(name_of(made, "ends"), LEFT)
    qtbot.mouseClick(name_of(made, "inner"), LEFT)
    made.layout().activate()
    assert in_sight(made) == ["ends", "conv1", "inner", "stage2.conv1", "fc", "stage1"]
    made.resize(600, 600)
    texts = [name_of(made, name).text() for name in ("ends", "inner", "stage2.conv1")]
    assert [text.strip() for text in texts] == ["ends", "inner", "stage2.conv1"]


def test_one_click_freezes_all_layers_of_a_group_made_by_hand(made: LayerRulesForm, qtbot: QtBot) -> None:
    he = initialisations.parse({"kind": "he"})
    made.set_rules((LayerRule(node="fc", initialisation=he),))
    with qtbot.waitSignal(made.changed):
        qtbot.mouseClick(frozen_of(made, "ends"), LEFT)
    frozen = (LayerRule(node=name, frozen=True) for name in ("conv1", "stage2.conv1"))
    assert set(made._rules) == {*frozen, LayerRule(node="fc", frozen=True, initialisation=he)}
    made.unfold("ends", True)
    made.resize(600, 600)
    qtbot.mouseClick(frozen_of(made, "fc"), LEFT)
    assert name_of(made, "ends").text().endswith("· 1 differs")
    assert frozen_of(made, "ends").isChecked()
    qtbot.mouseClick(frozen_of(made, "ends"), LEFT)
    assert made._rules == (LayerRule(node="fc", initialisation=he),)


def test_block_made_around_other_blocks_holds_their_layers(form: LayerRulesForm, qtbot: QtBot) -> None:
    groups = (
        Group(id="block", title="Block", parent="stage1"),
        Group(id="stage1", title="Stage 1"),
        Group(id="stage1.block1", title="1", members=("stage1.block1.conv1", "stage1.block1.bn1"), parent="block"),
        Group(id="stage1.block2", title="2", members=("stage1.block2.conv1",), parent="block"),
    )
    form.set_layers(STAGES, groups)
    form.unfold("stage1", True)
    form.unfold("block", True)
    form.layout().activate()
    assert in_sight(form) == ["conv1", "stage1", "block", "stage1.block1", "stage1.block2", "stage2", "fc"]
    qtbot.mouseClick(frozen_of(form, "block"), LEFT)
    inside = ("stage1.block1.conv1", "stage1.block1.bn1", "stage1.block2.conv1")
    assert form._rules == tuple(LayerRule(node=name, frozen=True) for name in inside)
    assert frozen_of(form, "stage1.block1").isChecked() is False


def test_group_that_is_made_or_dissolved_changes_the_rows(form: LayerRulesForm) -> None:
    form.set_layers(STAGES)
    form.set_layers(STAGES, (Group(id="ends", title="Both ends", members=("conv1", "fc")),))
    form.layout().activate()
    assert in_sight(form) == ["ends", "stage1", "stage2"]
    form.set_layers(STAGES)
    form.layout().activate()
    assert in_sight(form) == ["conv1", "stage1", "stage2", "fc"]
