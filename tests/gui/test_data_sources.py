"""The sources at the left of the page Data, dialogs and drops of files, and the well-known sets."""

import gzip
import io
import itertools
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from cnnstudio.core.errors import Cancelled, FileError
from cnnstudio.core.jobs import JobContext, Progress
from cnnstudio.data.known import KNOWN
from cnnstudio.data.known.mnist_family import Mnist
from cnnstudio.gui.drop_target import take_drop
from cnnstudio.gui.drops import DropKind, meaning
from cnnstudio.gui.known_sets import KnownSets
from cnnstudio.gui.known_sets_dialog import KnownSetsDialog
from cnnstudio.gui.main_window import MainWindow
from cnnstudio.gui.pages.data import DataPage
from cnnstudio.gui.session import Session

LEFT = Qt.MouseButton.LeftButton
TIMEOUT_MS = 60_000


@pytest.fixture
def flat_folder(tmp_path: Path) -> Path:
    """Ten pictures whose names tell their class, and a table that calls them otherwise."""
    folder = tmp_path / "flat"
    folder.mkdir()
    rng = np.random.default_rng(0)
    rows = ["file,class"]
    for number in range(10):
        name = f"{'cat' if number % 2 else 'dog'}_{number}.png"
        Image.fromarray(rng.integers(0, 256, (40, 40, 3), np.uint8)).save(folder / name)
        rows.append(f"{name},{'big' if number < 5 else 'small'}")
    (folder.parent / "labels.txt").write_text("\n".join(rows))
    return folder


@pytest.fixture
def page(bare_session: Session, qtbot: QtBot) -> DataPage:
    page = DataPage(bare_session)
    qtbot.addWidget(page)
    page.resize(1300, 900)
    page.show()
    return page


def wait_for_data(session: Session, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: session.data_job is None and session.dataset is not None, timeout=TIMEOUT_MS)


@pytest.mark.slow
def test_a_flat_folder_is_read_by_its_names_and_then_by_a_table(
    page: DataPage, bare_session: Session, qtbot: QtBot, flat_folder: Path
) -> None:
    page.sources.zone.dropped.emit([flat_folder])
    wait_for_data(bare_session, qtbot)
    assert bare_session.dataset.classes == ("cat", "dog")  # type: ignore[union-attr]  # it was waited for
    pattern = page.sources.settings.editor("pattern")
    assert isinstance(pattern, QLineEdit)
    assert pattern.text() == "{class}_#"
    assert page.sources.cards.current() == "own"
    (flat_folder / "labels.csv").write_text((flat_folder.parent / "labels.txt").read_text())
    place = page.sources.settings.editor("classes_from")
    assert isinstance(place, QComboBox)
    qtbot.keyClick(place, Qt.Key.Key_Down)
    wait_for_data(bare_session, qtbot)
    assert bare_session.dataset.classes == ("big", "small")  # type: ignore[union-attr]  # it was waited for
    table = page.sources.settings.editor("table")
    assert isinstance(table, QLineEdit)
    assert table.text() == "labels.csv"


@pytest.mark.slow
def test_an_archive_is_chosen_unpacked_and_shown(
    page: DataPage, bare_session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, folder_of_images: Path
) -> None:
    archive = folder_of_images.parent / "pets.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for file in sorted(folder_of_images.rglob("*.png")):
            made.write(file, file.relative_to(folder_of_images).as_posix())
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(archive), ""))
    page.sources.zone.choose_other.emit()
    wait_for_data(bare_session, qtbot)
    assert bare_session.data_spec is not None
    assert bare_session.data_spec.source.kind == "archive"
    assert page.browser.gallery.count() == 8


def test_a_file_that_is_no_data_says_why(
    page: DataPage, bare_session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "data_batch_1"
    file.write_bytes(b"\x80\x02}q\x01" + b"\0" * 50)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(file), ""))
    with qtbot.waitSignal(bare_session.notice) as caught:
        page.sources.zone.choose_other.emit()
    assert "Python pickle" in caught.args[1]
    assert "cifar-10-binary" in caught.args[2]


# Drops ---------------------------------------------------------------------------------------------------------------


def zip_bytes() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a/1.png", b"x")
    return buffer.getvalue()


def npz_bytes() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, x=np.zeros((4, 8, 8), np.uint8), y=np.arange(4))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.zip", zip_bytes(), DropKind.DATA),
        ("renamed.dat", zip_bytes(), DropKind.DATA),
        ("a.npz", npz_bytes(), DropKind.DATA),
        ("labels.csv", b"file,class\na.png,cat\n", DropKind.DATA),
        ("a.7z", b"7z\xbc\xaf\x27\x1c\0\0", DropKind.DATA),
        ("data_batch_1", b"\x80\x04\x95\0", DropKind.DATA),
        ("train-images-idx3-ubyte.gz", gzip.compress(b"\0\0\x08\x03" + struct.pack(">3I", 1, 2, 2)), DropKind.DATA),
        ("photo.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 40, DropKind.IMAGES),
        ("page.jpg", b"<html>404</html>", DropKind.NOTHING),
        ("setup.exe", b"MZ" + b"\0" * 100, DropKind.NOTHING),
        ("notes.txt", b"hello", DropKind.NOTHING),
        ("empty.zip", b"", DropKind.NOTHING),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_dropped_file_is_known_by_its_content(tmp_path: Path, name: str, content: bytes, kind: DropKind) -> None:
    (tmp_path / name).write_bytes(content)
    assert meaning([tmp_path / name]).kind is kind


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("paper.pdf", b"%PDF-1.4\n", "'paper.pdf' is a PDF document: nothing that can be opened here."),
        ("zero.jpg", b"", "'zero.jpg' is empty, or can't be read: nothing that can be opened here."),
        ("a\nb.xyz", b"\0\1\2", "is no image, archive, table, weights or network"),
    ],
)
def test_a_drop_that_means_nothing_says_what_the_file_is(
    bare_session: Session, tmp_path: Path, qtbot: QtBot, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with qtbot.waitSignal(bare_session.notice) as told:
        take_drop(bare_session, meaning([tmp_path / name]))
    assert said in told.args[1]
    assert "\n" not in told.args[1]


# Well-known sets -----------------------------------------------------------------------------------------------------

Install = Callable[[JobContext], None]


@pytest.fixture
def dialog(main_window: MainWindow, qtbot: QtBot) -> KnownSetsDialog:
    """The dialog, opened by the card on the page Data."""
    main_window.dialogs.choose_known(main_window.session)
    (found,) = main_window.findChildren(KnownSetsDialog)
    return found


def test_the_list_of_sets_shows_all_of_its_texts_also_while_one_is_downloaded(
    dialog: KnownSetsDialog, qtbot: QtBot
) -> None:
    table = dialog.table
    for is_busy in (False, True):
        if is_busy:
            dialog.show_progress(Progress(3, 10, "train-images"))
        qtbot.wait(20)
        assert table.horizontalScrollBar().maximum() == 0
        for row, column in itertools.product(range(table.model().rowCount()), range(table.model().columnCount())):
            text, room = table.text(row, column), table.visualRect(table.model().index(row, column)).size()
            wrapped = table.fontMetrics().boundingRect(0, 0, room.width() - 8, 999, Qt.TextFlag.TextWordWrap, text)
            assert wrapped.width() <= room.width()
            assert wrapped.height() <= room.height()


def test_every_set_is_listed_with_size_licence_and_address(dialog: KnownSetsDialog) -> None:
    for row, known in enumerate(KNOWN.values()):
        assert dialog.table.text(row, 0) == known.title
        dialog.table.choose(row)
        dialog.table.chosen.emit(row)
        for word in (known.licence, known.home, known.remote[0].url.split("/")[2]):
            assert word in dialog.details.text()
    assert dialog.get_button.text() == "Download 5.0 GB"


@pytest.mark.slow
def test_a_click_downloads_the_set_and_opens_it(
    dialog: KnownSetsDialog, main_window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(url: str, target: Path, *, digest: str, size: int | None, ctx: JobContext) -> Path:
        images, n = "images" in target.name, 30 if "train" in target.name else 10
        values = np.zeros((n, 28, 28), np.uint8) if images else np.arange(n, dtype=np.uint8) % 10
        head = bytes((0, 0, 8, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(gzip.compress(head + values.tobytes()))
        ctx.progress(5, 10, f"Downloading {target.name}")
        return target

    monkeypatch.setattr("cnnstudio.data.known.known_set.download", fetch)
    session = main_window.session
    assert not Mnist.is_installed()
    qtbot.mouseClick(dialog.get_button, LEFT)
    wait_for_data(session, qtbot)
    assert session.data_spec is not None
    assert (session.data_spec.source.kind, session.data_spec.source.title) == ("known", "MNIST")
    assert main_window.current_page == "data"
    assert session.project is not None
    assert session.project.spec.name == "MNIST"


@pytest.mark.parametrize("way", ["cancel", "error"])
def test_a_download_that_ends_early_leaves_the_dialog_ready_for_the_next_try(
    dialog: KnownSetsDialog, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    def fetch(url: str, target: Path, *, digest: str, size: int | None, ctx: JobContext) -> Path:
        if way == "error":
            raise FileError("The connection broke.", hint="Try again.")
        while not ctx.is_cancel_requested:
            ctx.progress(1, 2, "Downloading")
            ctx.rest(0.01)
        raise Cancelled

    monkeypatch.setattr("cnnstudio.data.known.known_set.download", fetch)
    qtbot.mouseClick(dialog.get_button, LEFT)
    if way == "cancel":
        qtbot.waitUntil(lambda: dialog.progress.isVisible(), timeout=TIMEOUT_MS)
        assert not dialog.get_button.isEnabled()
        qtbot.mouseClick(dialog.progress.button, LEFT)
    qtbot.waitUntil(lambda: dialog.get_button.isEnabled() and not dialog.progress.isVisible(), timeout=TIMEOUT_MS)
    assert dialog.problem.isVisible() is (way == "error")
    assert not Mnist.is_installed()


def test_nothing_is_fetched_before_the_click(
    main_window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("cnnstudio.data.known.known_set.download", lambda url, *args, **options: asked.append(url))
    sets = KnownSets(main_window, main_window.session)
    sets.dialog.table.choose(3)
    sets.dialog.reject()
    assert asked == []


@pytest.fixture
def emnist(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server with the balanced set of EMNIST and its digits, turned as its own are."""

    def packed(values: np.ndarray) -> bytes:
        head = bytes((0, 0, 8, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape)
        return gzip.compress(head + values.tobytes())

    def fetch(url: str, target: Path, *, digest: str, size: int | None, ctx: JobContext) -> Path:
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(target, "w") as archive:
            for family, classes in (("balanced", 5), ("digits", 3)):
                for part in ("train", "test"):
                    start = f"gzip/emnist-{family}-{part}"
                    archive.writestr(f"{start}-images-idx3-ubyte.gz", packed(np.zeros((30, 28, 28), np.uint8)))
                    labels = np.arange(30, dtype=np.uint8) % classes
                    archive.writestr(f"{start}-labels-idx1-ubyte.gz", packed(labels))
        return target

    monkeypatch.setattr("cnnstudio.data.known.known_set.download", fetch)


def pick(box: QComboBox, text: str) -> None:
    box.setCurrentIndex(box.findText(text))
    box.activated.emit(box.currentIndex())


@pytest.mark.slow
def test_the_version_of_a_set_is_chosen_before_the_download_and_changed_after_it(
    dialog: KnownSetsDialog, main_window: MainWindow, qtbot: QtBot, emnist: None
) -> None:
    session = main_window.session
    row = list(KNOWN).index("emnist")
    dialog.table.setCurrentIndex(dialog.table.model().index(row, 0))
    editor = dialog.form.editor("variant")
    assert isinstance(editor, QComboBox)
    assert editor.count() == 6
    pick(editor, "Digits: 280,000, 10 classes")
    qtbot.mouseClick(dialog.get_button, LEFT)
    wait_for_data(session, qtbot)
    assert len(session.dataset.classes) == 3
    assert session.data_spec.source.title == "EMNIST (digits)"
    (page,) = main_window.findChildren(DataPage)
    own = page.sources.settings.editor("variant")
    assert own.currentText() == "Digits: 280,000, 10 classes"
    pick(own, "Balanced: 131,600, 47 classes")
    qtbot.waitUntil(
        lambda: session.data_job is None and session.dataset is not None and len(session.dataset.classes) == 5,
        timeout=TIMEOUT_MS,
    )
    names = page.sources.settings.editor("class_names")
    assert isinstance(names, QLineEdit)
    page.sources.settings.open_more()
    names.setText("a, b, c, d, e")
    names.editingFinished.emit()
    qtbot.waitUntil(
        lambda: session.dataset is not None and session.dataset.classes == tuple("abcde"), timeout=TIMEOUT_MS
    )


@pytest.mark.slow
def test_a_set_goes_to_the_folder_that_was_asked_for(
    dialog: KnownSetsDialog, main_window: MainWindow, qtbot: QtBot, emnist: None, tmp_path: Path
) -> None:
    row = list(KNOWN).index("emnist")
    dialog.table.setCurrentIndex(dialog.table.model().index(row, 0))
    dialog.form.open_more()
    folder = dialog.form.editor("folder")
    assert isinstance(folder, QLineEdit)
    folder.setText(str(tmp_path / "sets"))
    folder.editingFinished.emit()
    assert str(tmp_path / "sets") in dialog.details.text()
    qtbot.mouseClick(dialog.get_button, LEFT)
    wait_for_data(main_window.session, qtbot)
    assert KNOWN["emnist"].is_installed(tmp_path / "sets")
    assert not KNOWN["emnist"].is_installed()


@pytest.mark.parametrize("known", KNOWN.values(), ids=list(KNOWN))
def test_each_set_offers_its_settings_and_shows_them_whatever_a_file_says(
    dialog: KnownSetsDialog, page: DataPage, known: type
) -> None:
    from cnnstudio.data.sources.known import KnownSource

    dialog.table.setCurrentIndex(dialog.table.model().index(list(KNOWN).index(known.key), 0))
    page.sources.set_source(KnownSource(name=known.key, variant="of a newer version"))
    for form in (dialog.form, page.sources.settings):
        for name in (*known.settings, "folder"):
            assert form.editor(name).toolTip()
