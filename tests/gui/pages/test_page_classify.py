import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QFileDialog

from cnnstudio.gui.pages.classify import ClassifyPage
from cnnstudio.gui.widgets.pixels import to_qimage


@pytest.fixture
def page(opened, shown):
    return shown(ClassifyPage(opened))


@pytest.fixture
def pictures(digits):
    """Four test images of 32×32 pixels: a file of one must give exactly the answer that the data give."""
    return digits.pixels[digits.indices("test")[:4], 0]


@pytest.fixture
def files(pictures, tmp_path):
    folder = tmp_path / "holiday"
    folder.mkdir()
    for number, pixels in enumerate(pictures):
        Image.fromarray(pixels).save(folder / f"{number}.png")
    (folder / "not a picture.png").write_bytes(b"<html><body>404</body></html>")
    return folder


def copy_image(pixels):
    QApplication.clipboard().setImage(to_qimage(pixels))


def test_without_a_run_it_says_to_train_first(session, shown, click):
    page = shown(ClassifyPage(session))

    click(page.empty.button)

    assert page.current_view() is page.empty
    assert session.requests == ["train"]


def test_before_the_first_picture_it_invites(page):
    assert page.invitation.isVisible()
    assert not page.sheet.isVisible()
    assert "run 1" in page._run_name.text().lower()


@pytest.mark.parametrize(("name", "content"), [("setup.exe", b"MZ\x90\0" * 90), ("aunt.txt", b"Dear aunt,\n" * 20)])
def test_a_file_that_is_no_picture_is_answered_by_what_can_be_dropped(page, settled, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)

    page.add_pictures([tmp_path / name])
    settled(page.session)

    said = page.sheet.describe(0)
    assert "Drop a picture instead: PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF." in said
    assert "Convert" not in said
    assert "Remove" not in said


@pytest.mark.slow
def test_chosen_files_get_torchs_five_best_and_an_unreadable_one_says_why(
    page, click, settled, files, monkeypatch, pictures, by_torch
):
    names = [str(path) for path in sorted(files.iterdir())]
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *args: (names, ""))

    click(page.zone.button)
    settled(page.session)

    results = page.sheet.results()
    assert [result.name for result in results] == ["0.png", "1.png", "2.png", "3.png", "not a picture.png"]
    p = by_torch(pictures[:, None])
    for row, result in enumerate(results[:4]):
        best = np.argsort(-p[row])[:5]
        assert [guess.class_index for guess in result.prediction.top] == best.tolist()
        assert [guess.p for guess in result.prediction.top] == pytest.approx(p[row][best].tolist(), abs=1e-5)
        assert result.heat.shape == (10, 10)
    assert results[4].prediction is None
    assert "web page" in results[4].problem
    assert results[4].verdict == ("Can't be read", "bad")


@pytest.mark.slow
def test_a_dropped_folder_stands_for_its_pictures(page, settled, files):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(files))])
    place, action, button = QPointF(600, 300), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton

    enter = QDragEnterEvent(place.toPoint(), action, mime, button, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(page, enter)
    assert page.drops.overlay.text() == "Classify the pictures in holiday"
    QApplication.sendEvent(page, QDropEvent(place, action, mime, button, Qt.KeyboardModifier.NoModifier))
    settled(page.session)

    assert page.sheet.count() == 5
    assert not page.drops.overlay.isVisible()


def test_ctrl_v_asks_about_the_picture_on_the_clipboard(page, qtbot, settled, pictures, by_torch):
    copy_image(pictures[2])

    qtbot.keyClick(page, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settled(page.session)

    (result,) = page.sheet.results()
    assert result.name == "Pasted picture"
    p = by_torch(pictures[2][None, None])[0]
    assert result.prediction.best.class_index == p.argmax()
    assert result.prediction.best.p == pytest.approx(p.max(), abs=1e-5)
    assert page.sheet.isVisible()


def test_the_window_hands_pictures_over_by_a_signal(page, settled, pictures):
    page.session.images_dropped.emit([np.repeat(pictures[0][..., None], 3, 2)])
    settled(page.session)

    assert page.sheet.count() == 1


def test_the_switch_takes_the_heat_away_and_the_picture_is_bare(page, qtbot, click, settled, pictures):
    page.add_pictures([np.repeat(pictures[1][..., None], 3, 2)])
    settled(page.session)

    def painted():
        return page.sheet._image(0).convertToFormat(QImage.Format.Format_RGB888)

    warm = painted()
    reds = np.frombuffer(warm.constBits(), np.uint8).reshape(warm.height(), -1)
    assert (reds[:, 0 : 3 * warm.width() : 3] != reds[:, 2 : 3 * warm.width() : 3]).any()

    page.heat_switch.click()

    assert painted().isGrayscale()


def test_clear_takes_all_away_even_what_is_still_being_answered(page, click, settled, pictures):
    page.add_pictures([np.repeat(image[..., None], 3, 2) for image in pictures])
    page.session.jobs.drain()
    page._on_clear()
    settled(page.session)

    assert page.sheet.count() == 0
    assert page.invitation.isVisible()


def test_pictures_added_while_it_works_are_asked_about_afterwards(page, settled, pictures):
    colour = [np.repeat(image[..., None], 3, 2) for image in pictures]

    page.add_pictures(colour[:1])
    page.add_pictures(colour[1:])
    settled(page.session)

    assert page.sheet.count() == 4


def test_another_run_is_asked_about_the_same_pictures(page, settled, pictures):
    page.add_pictures([np.repeat(pictures[0][..., None], 3, 2)])
    settled(page.session)
    run = page.session.run

    page.session.choose_run(None)
    assert page.current_view() is page.empty
    page.session.choose_run(run)
    settled(page.session)

    assert page.sheet.count() == 1
    assert page.sheet.isVisible()
