"""The look: readable in both themes, changed without a restart."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from cnnstudio.core.paths import RESOURCES
from cnnstudio.gui import icons
from cnnstudio.gui.pages.network_texts import architecture_of
from cnnstudio.gui.stylesheet import stylesheet
from cnnstudio.gui.theme import set_icon, theme
from cnnstudio.gui.tokens import ThemeName, Tokens, load_tokens
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.network_side import NetworkSide
from cnnstudio.network.summary import summarize
from cnnstudio.network.zoo import fit_architecture

THEMES: tuple[ThemeName, ...] = ("light", "dark")
GUI = Path(icons.__file__).parent


def luminance(color: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("text", ["text", "muted", "accent", "ok", "warn", "bad"])
@pytest.mark.parametrize("ground", ["bg", "surface", "sunken", "accent_soft"])
def test_text_has_a_contrast_of_at_least_4_5(name: ThemeName, text: str, ground: str) -> None:
    tokens = load_tokens(name)
    assert contrast(getattr(tokens, text), getattr(tokens, ground)) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_text_on_the_main_button_and_under_the_mouse_has_a_contrast_of_at_least_4_5(name: ThemeName) -> None:
    tokens = load_tokens(name)
    assert contrast(tokens.on_accent, tokens.accent) >= 4.5
    assert contrast(tokens.text, tokens.hover) >= 4.5
    assert contrast(tokens.text, tokens.pressed) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_the_hint_in_an_empty_field_has_a_contrast_of_at_least_4_5(name: ThemeName, qtbot: QtBot) -> None:
    theme.set_choice(name)
    field = QLineEdit()
    qtbot.addWidget(field)
    # Full blocks, so that no pixel of the letters is mixed with the ground.
    field.setPlaceholderText("\N{FULL BLOCK}" * 8)
    field.resize(300, 60)
    image = field.grab().toImage()
    middle = range(image.height() // 2 - 2, image.height() // 2 + 3)
    seen = {image.pixelColor(x, y).name() for x in range(12, image.width() // 8) for y in middle}
    ground = theme.color("sunken").name()
    assert max(contrast(color, ground) for color in seen) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_curves_and_layer_marks_have_a_contrast_of_at_least_3(name: ThemeName) -> None:
    tokens = load_tokens(name)
    colors = [*tokens.series, *tokens.layer.values()]
    assert [color for color in colors if contrast(color, tokens.surface) < 3] == []


@pytest.mark.parametrize("name", THEMES)
def test_images_of_the_style_sheet_have_the_colours_of_the_tokens(name: ThemeName) -> None:
    tokens = load_tokens(name)
    wanted = {
        "chevron-down": tokens.muted,
        "chevron-right": tokens.muted,
        "check": tokens.on_accent,
        "dot": tokens.on_accent,
    }
    for image, color in wanted.items():
        text = (RESOURCES / "icons" / f"{image}-{name}.svg").read_text()
        assert set(re.findall(r"#[0-9A-F]{6}", text)) == {color}


@pytest.mark.parametrize("name", THEMES)
def test_every_file_that_the_style_sheet_names_is_there(name: ThemeName) -> None:
    sheet = stylesheet(load_tokens(name))
    files = re.findall(r'url\("([^"]+)"\)', sheet)
    assert files
    assert [file for file in files if not Path(file).is_file()] == []


def test_every_icon_named_in_the_code_is_in_the_font() -> None:
    pattern = re.compile(r'(?:icon=|icon\(|set_icon\([^,]+, |IconButton\()"([a-z0-9-]+)"')
    named = {name for file in GUI.rglob("*.py") for name in pattern.findall(file.read_text(encoding="utf-8"))}
    _, charmap = icons._font()
    assert len(named) > 10
    assert [name for name in sorted(named) if name not in charmap] == []


def test_a_change_of_theme_reaches_palette_and_icons_at_once(qapp: QApplication, qtbot: QtBot) -> None:
    button = QPushButton()
    qtbot.addWidget(button)
    set_icon(button, "play", "text")
    theme.set_choice("dark")
    tokens = load_tokens("dark")
    assert qapp.palette().window().color() == QColor(tokens.bg)
    image = button.icon().pixmap(16, 16).toImage()
    inside = [image.pixelColor(x, y) for x in range(16) for y in range(16) if image.pixelColor(x, y).alpha() == 255]
    assert inside
    assert {color.name().upper() for color in inside} == {tokens.text.upper()}


def test_an_icon_before_a_text_keeps_its_distance_and_its_square(qtbot: QtBot) -> None:
    with_text, alone = Button("Open", "Tip.", icon="play"), Button("", "Tip.", icon="play")
    for button in (with_text, alone):
        qtbot.addWidget(button)
    theme.set_choice("dark")
    wide, square = (button.icon().pixmap(button.iconSize()).toImage() for button in (with_text, alone))
    assert (wide.width(), wide.height()) == (20, 16)
    assert wide.copy(0, 0, 16, 16) == square.convertToFormat(wide.format())
    assert all(wide.pixelColor(x, y).alpha() == 0 for x in range(16, 20) for y in range(16))


def test_a_change_of_theme_tells_whoever_paints_by_itself(qtbot: QtBot) -> None:
    with qtbot.waitSignal(theme.changed):
        theme.set_choice("dark")
    assert theme.is_dark


class StyleChanges(QObject):
    """Counts how often a widget is told of another style."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.StyleChange
        return False


def test_a_change_of_theme_dresses_a_widget_once_however_deep_it_stands(qtbot: QtBot) -> None:
    outer = inner = QWidget()
    qtbot.addWidget(outer)
    for _ in range(12):
        box, inner = QVBoxLayout(inner), Label("deep")
        box.addWidget(inner)
    outer.show()
    changes = StyleChanges()
    inner.installEventFilter(changes)
    theme.set_choice("dark")
    # Once without a sheet, once with the new one.
    assert 1 <= changes.count <= 2


def some_card() -> Card:
    card = Card("Card")
    for widget in (Label("muted", "muted"), Button("Main", "Tip.", role="main", icon="play"), QCheckBox("Check")):
        card.add(widget)
    card.resize(260, 220)
    return card


def picture(widget: QWidget) -> QImage:
    QApplication.processEvents()
    for child in widget.findChildren(QWidget):
        child.clearFocus()
    return widget.grab().toImage()


@pytest.mark.parametrize("is_in_sight", [True, False])
def test_what_was_made_before_a_change_of_theme_looks_like_what_is_made_after_it(
    qtbot: QtBot, is_in_sight: bool
) -> None:
    before = some_card()
    qtbot.addWidget(before)
    before.show()
    light = picture(before)
    before.setVisible(is_in_sight)
    theme.set_choice("dark")
    before.show()
    after = some_card()
    qtbot.addWidget(after)
    after.show()
    assert picture(before) == picture(after) != light


def test_the_column_beside_the_graph_survives_a_change_of_theme_at_any_height(qtbot: QtBot) -> None:
    graph = fit_architecture("lenet5", (1, 32, 32), 10)
    side = NetworkSide()
    qtbot.addWidget(side)
    side.show_network(graph.name, summarize(graph), architecture_of(graph.architecture))
    side.resize(300, 400)
    side.show()
    QApplication.processEvents()
    bar = side.verticalScrollBar()
    need = 400 + bar.maximum()
    for height in range(need - 8, need + 5):
        side.resize(300, height)
        QApplication.processEvents()
        theme.set_choice("light" if theme.is_dark else "dark")
        assert side.viewport().width() == 300 - bar.width()
        assert bar.isEnabled() == (bar.maximum() > 0)


def test_a_curve_keeps_its_width_on_a_screen_of_200_percent(monkeypatch: pytest.MonkeyPatch) -> None:
    class Screen:
        def devicePixelRatio(self) -> float:
            return 2.0

    width_px = theme.series_pen(0).widthF()
    monkeypatch.setattr("cnnstudio.gui.theme.QGuiApplication.primaryScreen", Screen)
    assert theme.series_pen(0).widthF() == 2 * width_px


def test_a_raw_curve_is_thinner_and_paler_than_the_smoothed_one() -> None:
    raw, smooth = theme.series_pen(0, raw=True), theme.series_pen(0)
    assert raw.widthF() < smooth.widthF()
    ground = load_tokens("light").surface
    assert contrast(raw.color().name(), ground) < contrast(smooth.color().name(), ground)


def test_a_colour_is_found_by_its_role() -> None:
    tokens: Tokens = load_tokens("light")
    assert tokens.color("layer.conv") == QColor(tokens.layer["conv"])
    assert tokens.color("series.7") == QColor(tokens.series[7 % len(tokens.series)])
    assert tokens.color("#102030").name() == "#102030"
