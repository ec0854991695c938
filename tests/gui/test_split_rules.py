"""The split's rules on the page Data: groups, folds, and what they do to the parts."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cnnstudio.data.spec import DataEdits, SplitSpec
from cnnstudio.gui.session import Session
from cnnstudio.gui.way import _otherness
from cnnstudio.gui.widgets.split_form import SplitForm


@pytest.fixture
def form(qtbot: QtBot) -> SplitForm:
    form = SplitForm()
    qtbot.addWidget(form)
    form.show()
    return form


def test_rows_that_do_not_apply_are_hidden(form: SplitForm) -> None:
    assert not form.rules.pattern.isVisible()
    assert not form.rules.fold.isVisible()
    form.set_spec(SplitSpec(group="pattern", pattern="(a)", folds=3))
    assert form.rules.pattern.isVisible()
    assert form.rules.fold.isVisible()
    assert form.rules.fold.maximum() == 2


def test_a_pattern_is_told_when_it_is_finished(form: SplitForm, qtbot: QtBot) -> None:
    told: list[SplitSpec] = []
    form.changed.connect(told.append)
    rules = form.rules
    rules.group.setCurrentIndex(3)
    rules.group.activated.emit(3)
    assert told == []
    qtbot.keyClicks(rules.pattern, "(p\\d)")
    qtbot.keyClick(rules.pattern, Qt.Key.Key_Return)
    assert told == [SplitSpec(group="pattern", pattern="(p\\d)")]


def test_folds_replace_the_share_of_validation(form: SplitForm, qtbot: QtBot) -> None:
    with qtbot.waitSignal(form.changed) as caught:
        form.rules.folds.setValue(5)
    assert caught.args == [SplitSpec(folds=5)]
    form.set_spec(SplitSpec(folds=5, test=0.2))
    assert not form.val.isEnabled()
    assert form._values["val"].text() == "16 %"
    assert form._rest.text() == "64 % of each class stay for training."


def test_a_slider_keeps_the_rules(form: SplitForm) -> None:
    told: list[SplitSpec] = []
    form.set_spec(SplitSpec(group="copies"))
    form.changed.connect(told.append)
    form.test.setValue(20)
    assert told == [SplitSpec(group="copies", test=0.2)]


@pytest.mark.slow
def test_the_chip_of_the_run_says_how_its_data_differ(shapes_session: Session) -> None:
    class Trained:
        name = "Run 1"
        data = shapes_session.data_spec

    assert shapes_session.data_spec is not None
    shapes_session.data_spec = shapes_session.data_spec.replace(edits=DataEdits(excluded=("a",)))
    assert _otherness(shapes_session, Trained)[0] == "before edits"  # type: ignore[arg-type]  # has what is asked for
    shapes_session.data_spec = Trained.data.replace(split=SplitSpec(seed=4))
    assert _otherness(shapes_session, Trained)[0] == "other split"  # type: ignore[arg-type]
    source = Trained.data.source.replace(seed=9)
    shapes_session.data_spec = Trained.data.replace(source=source)
    assert _otherness(shapes_session, Trained)[0] == "other data"  # type: ignore[arg-type]
