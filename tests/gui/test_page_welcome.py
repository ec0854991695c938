"""The first page: three clicks to a training network."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from cnnstudio.core.settings import Settings
from cnnstudio.data.spec import SourceSpec
from cnnstudio.gui.pages.welcome import WelcomePage
from cnnstudio.gui.session import Session
from cnnstudio.training.config import TrainConfig

LEFT = Qt.MouseButton.LeftButton
Begun = list[tuple[str, str, bool]]


@pytest.fixture
def begun(bare_session: Session, monkeypatch: pytest.MonkeyPatch) -> Begun:
    """What was asked of the session: (kind of source, architecture, start)."""
    seen: Begun = []

    def new_project(
        source: SourceSpec, architecture: str = "lenet5", *, config: TrainConfig | None = None, start: bool = False
    ) -> None:
        seen.append((source.kind, architecture, start))

    monkeypatch.setattr(bare_session, "new_project", new_project)
    return seen


@pytest.fixture
def page(bare_session: Session, qtbot: QtBot) -> WelcomePage:
    page = WelcomePage(bare_session)
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    return page


def test_one_click_on_the_digits_makes_a_project_that_trains(page: WelcomePage, begun: Begun, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.digits, LEFT)
    assert begun == [("digits", "lenet5", True)]


def test_one_click_on_the_shapes_makes_a_project_that_trains(page: WelcomePage, begun: Begun, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.shapes, LEFT)
    assert begun == [("shapes", "gap-cnn", True)]


def test_the_tiles_are_reached_and_pressed_by_keys(page: WelcomePage, begun: Begun, qtbot: QtBot) -> None:
    page.digits.setFocus()
    qtbot.keyClick(page.digits, Qt.Key.Key_Tab)
    assert page.shapes.hasFocus()
    qtbot.keyClick(page.shapes, Qt.Key.Key_Space)
    assert begun == [("shapes", "gap-cnn", True)]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_presses_a_tile(page: WelcomePage, begun: Begun, qtbot: QtBot, key: Qt.Key) -> None:
    page.activateWindow()
    page.digits.setFocus()
    qtbot.keyClick(page.digits, key)
    assert begun == [("digits", "lenet5", True)]


def test_a_folder_that_is_chosen_becomes_the_data(
    page: WelcomePage, begun: Begun, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, folder_of_images: Path
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *args: str(folder_of_images))
    qtbot.mouseClick(page.folder, LEFT)
    assert begun == [("folder", "lenet5", False)]


def test_a_choice_that_is_called_off_changes_nothing(
    page: WelcomePage, begun: Begun, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *args: "")
    qtbot.mouseClick(page.folder, LEFT)
    assert begun == []


def test_recent_projects_are_listed_and_missing_ones_are_grey(
    page: WelcomePage, bare_session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    opened: list[Path] = []
    monkeypatch.setattr(bare_session, "open_project", opened.append)
    bare_session.set_settings(Settings(recent=(str(tmp_path / "there"), str(tmp_path / "gone"))))
    there, gone = page.recent
    assert (there.text(), gone.text()) == ("there", "gone")
    assert not gone.isEnabled()
    assert "not there any more" in gone.toolTip()
    qtbot.mouseClick(gone, LEFT)
    qtbot.mouseClick(there, LEFT)
    assert opened == [tmp_path / "there"]
