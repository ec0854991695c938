"""The three pages in the window, one leading to the other."""

import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from cnnstudio.gui.main_window import MainWindow


@pytest.fixture
def window(opened, qtbot, monkeypatch, settled):
    monkeypatch.setattr("cnnstudio.gui.main_window.warm_up", lambda ctx: "CPU")
    made = MainWindow(opened)
    qtbot.addWidget(made, before_close_func=lambda w: setattr(w, "_is_closing", True))
    with qtbot.waitSignal(made.first_painted, timeout=60_000):
        made.show()
    settled(opened)
    return made


def copy_white_picture():
    image = QImage(40, 40, QImage.Format.Format_RGB888)
    image.fill(Qt.GlobalColor.white)
    QApplication.clipboard().setImage(image)


def test_from_a_mistake_to_what_the_network_looked_at(window, click, settled, digits):
    window.show_page("evaluate")
    evaluate = window.page("evaluate")
    click(evaluate.ready.button)
    settled(window.session)
    worst = evaluate.view.mistakes.answers()[0]

    click(evaluate.view.mistakes, 0)
    click(evaluate.view.inspect_button)
    settled(window.session)

    inspect = window.page("inspect")
    assert window.current_page == "inspect"
    assert inspect.pictures.picture.name == digits.names[worst.index]
    assert inspect.view.looked_at.verdict() == f"true {worst.true}, taken for {worst.given}"


@pytest.mark.parametrize("key", ["inspect", "classify"])
def test_ctrl_v_goes_to_the_page_in_sight(window, qtbot, settled, key):
    window.show_page(key)
    settled(window.session)
    page = window.page(key)
    copy_white_picture()
    page.setFocus()

    qtbot.keyClick(page, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settled(window.session)

    assert window.current_page == key
    if key == "inspect":
        assert page.pictures.picture.name == "Pasted picture"
        assert window.page("classify") is None
    else:
        assert page.sheet.count() == 1


def test_a_change_of_theme_reaches_the_pages_without_a_restart(window, settled):
    window.show_page("inspect")
    settled(window.session)
    light = window.grab().toImage().pixelColor(4, 400).lightness()

    window.session.set_settings(window.session.settings.replace(theme="dark"))

    dark = window.grab().toImage().pixelColor(4, 400).lightness()
    assert dark < 60 < light


def test_importing_the_pages_imports_no_torch_because_that_takes_a_second():
    code = (
        "import sys\n"
        "import cnnstudio.gui.pages.inspect, cnnstudio.gui.pages.evaluate, cnnstudio.gui.pages.classify\n"
        "print(sorted({'torch', 'captum', 'sklearn', 'PIL'} & set(sys.modules)))\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
