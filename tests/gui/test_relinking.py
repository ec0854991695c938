"""A data folder that was moved: noticed, asked for, found again by content, nothing decoded twice."""

import shutil
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from cnnstudio.core.jobs import run_inline
from cnnstudio.data.dataset import open_dataset
from cnnstudio.data.inventory import changes_since, save_inventory
from cnnstudio.data.sources.folder import FolderSource
from cnnstudio.data.spec import DataSpec, PreprocessSpec
from cnnstudio.gui.pages.data import DataPage
from cnnstudio.gui.relinking import is_lost, relink
from cnnstudio.gui.session import Session

pytestmark = pytest.mark.slow


@pytest.fixture
def project(bare_session: Session, folder_of_images: Path, qtbot: QtBot) -> Path:
    """A project with a relabelled and a left-out picture, closed again; its folder of images was moved."""
    bare_session.new_project(FolderSource(path=str(folder_of_images)), "lenet5")
    qtbot.waitUntil(lambda: bare_session.dataset is not None, timeout=60_000)
    bare_session.relabel([1], 1)
    bare_session.leave_out([6], True)
    path = bare_session.project.path
    bare_session.leave_project()
    folder_of_images.rename(folder_of_images.with_name("elsewhere"))
    return path


def test_a_moved_folder_is_known_again_with_split_and_edits(
    bare_session: Session, project: Path, folder_of_images: Path, qtbot: QtBot
) -> None:
    page = DataPage(bare_session)
    qtbot.addWidget(page)
    page.show()
    bare_session.open_project(project)
    qtbot.waitUntil(page.error.isVisible, timeout=60_000)
    assert is_lost(bare_session)
    assert page.error.button.text() == "Find the folder…"
    told: list[tuple[str, str]] = []
    bare_session.notice.connect(lambda level, text, hint: told.append((level, text)))
    relink(bare_session, folder_of_images.with_name("elsewhere"))
    qtbot.waitUntil(lambda: bare_session.dataset is not None, timeout=60_000)
    assert ("ok", "All 9 of 9 files were known again by their content.") in told
    assert bare_session.data_spec.edits.labels == {"cats/1.png": "dogs"}
    assert bare_session.dataset.counts() == {"cats": 3, "dogs": 4}
    assert not is_lost(bare_session)


def test_what_differs_is_told_and_edits_follow_renamed_files(
    bare_session: Session, project: Path, folder_of_images: Path, qtbot: QtBot
) -> None:
    elsewhere = folder_of_images.with_name("elsewhere")
    (elsewhere / "cats" / "1.png").rename(elsewhere / "cats" / "one.png")
    (elsewhere / "dogs" / "0.png").unlink()
    bare_session.open_project(project)
    qtbot.waitUntil(lambda: bare_session.data_error is not None, timeout=60_000)
    told: list[tuple[str, str]] = []
    bare_session.notice.connect(lambda level, text, hint: told.append((level, text)))
    relink(bare_session, elsewhere)
    qtbot.waitUntil(lambda: bare_session.dataset is not None, timeout=60_000)
    text = "8 of 9 files were known again by their content; 1 file removed, 1 renamed or moved."
    assert ("warn", text) in told
    assert bare_session.data_spec.edits.labels == {"cats/one.png": "dogs"}


def test_a_run_tells_file_by_file_what_changed(folder_of_images: Path, tmp_path: Path) -> None:
    spec = DataSpec(source=FolderSource(path=str(folder_of_images)), preprocess=PreprocessSpec(side=32))
    save_inventory(tmp_path, run_inline(lambda ctx: open_dataset(spec, ctx)))
    assert changes_since(tmp_path, run_inline(lambda ctx: open_dataset(spec, ctx))) == ""
    shutil.copy(folder_of_images / "cats" / "0.png", folder_of_images / "dogs" / "9.png")
    (folder_of_images / "cats" / "2.png").unlink()
    changed = run_inline(lambda ctx: open_dataset(spec, ctx))
    assert "1 file added, 1 removed" in changes_since(tmp_path, changed)
    assert changes_since(tmp_path / "none", changed) == ""
