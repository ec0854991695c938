"""The look of the program: light or dark, as the system is or as the user chose, changed without a restart.

Widgets read `theme.tokens` when they paint; what keeps colours of its own (plots, the canvas) listens to
`theme.changed`.
"""

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from cnnstudio.gui import icons
from cnnstudio.gui.stylesheet import stylesheet
from cnnstudio.gui.tokens import ThemeName, Tokens, load_tokens

ThemeChoice = Literal["system", "light", "dark"]
FALLBACK_FONTS = ("Sans Serif", "Sans", "DejaVu Sans", "Bitstream Vera Sans", "")


class Theme(QObject):
    """The theme in use. There is one, `theme`, as there is one style sheet of the application."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._choice: ThemeChoice = "system"
        self._tokens: Tokens | None = None
        self._app: QApplication | None = None

    @property
    def tokens(self) -> Tokens:
        """Colours and sizes in use."""
        if self._tokens is None:
            self._tokens = load_tokens(self._wanted())
        return self._tokens

    @property
    def choice(self) -> ThemeChoice:
        """What the user asked for."""
        return self._choice

    @property
    def is_dark(self) -> bool:
        """True while the dark theme is shown."""
        return self.tokens.is_dark

    def install(self, app: QApplication, choice: ThemeChoice = "system") -> None:
        """Dress the application and follow the system from now on."""
        if self._app is app:
            self.set_choice(choice)
            return
        self._app = app
        app.setStyle("Fusion")
        app.setFont(_ui_font(app.font(), self.tokens.size.text))
        app.styleHints().colorSchemeChanged.connect(self._on_system_changed)
        self._choice = choice
        self._apply()

    def set_choice(self, choice: ThemeChoice) -> None:
        """Light, dark, or as the system is set."""
        self._choice = choice
        if self._tokens is None or self._tokens.name != self._wanted():
            self._apply()

    def color(self, role: str, alpha: float = 1.0) -> QColor:
        """The colour of a role in the theme in use."""
        return self.tokens.color(role, alpha)

    def icon(self, name: str, role: str = "text", on_role: str = "", gap: float = 0.0) -> QIcon:
        """An icon (Material Design Icons name) in the theme in use. For buttons use `set_icon`: it follows a change."""
        return icons.themed(self.tokens, name, role, on_role, gap)

    def series_pen(self, index: int, *, raw: bool = False) -> QPen:
        """The pen of the index-th curve: 2 px, or thin and pale for raw values."""
        size = self.tokens.size
        # Pale by mixing, not by alpha: a transparent line of 5,000 points takes ten times as long to draw.
        pen = QPen(self.tokens.mixed(f"series.{index}", "surface", 0.4) if raw else self.color(f"series.{index}"))
        # Cosmetic pens count the screen's pixels: at 200 % a curve of 2 would be half as wide as at 100 %.
        screen = QGuiApplication.primaryScreen()
        scale = screen.devicePixelRatio() if screen is not None else 1.0
        pen.setWidthF(size.raw_line if raw else size.line * scale)
        pen.setCosmetic(True)
        return pen

    def _wanted(self) -> ThemeName:
        if self._choice != "system":
            return self._choice
        is_dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return "dark" if is_dark else "light"

    def _on_system_changed(self) -> None:
        if self._choice == "system":
            self.set_choice("system")

    def _apply(self) -> None:
        self._tokens = load_tokens(self._wanted())
        if self._app is not None:
            # A sheet in the place of another is laid on a widget once for each widget around it, ten times in all;
            # taken off first, once. The pages in sight and out of it change in a quarter of the time.
            self._app.setStyleSheet("")
            self._app.setPalette(palette(self._tokens))
            self._app.setStyleSheet(stylesheet(self._tokens))
            for widget in self._app.allWidgets():
                _refresh_icon(widget)
        self.changed.emit()


theme = Theme()


def palette(tokens: Tokens) -> QPalette:
    """Qt's palette of a theme, for what no style sheet reaches."""
    made, role = QPalette(), QPalette.ColorRole
    for key, name in (
        (role.Window, "bg"),
        (role.Base, "surface"),
        (role.AlternateBase, "sunken"),
        (role.Button, "surface"),
        (role.ToolTipBase, "surface"),
        (role.WindowText, "text"),
        (role.Text, "text"),
        (role.ButtonText, "text"),
        (role.ToolTipText, "text"),
        (role.PlaceholderText, "muted"),
        (role.Highlight, "accent"),
        (role.HighlightedText, "on_accent"),
        (role.Link, "accent"),
        (role.Mid, "border"),
    ):
        made.setColor(key, tokens.color(name))
    for key in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, key, tokens.color("muted"))
    return made


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget its place in the style sheet: "muted", "title", "main", … (see stylesheet.py)."""
    if widget.property("role") == role:
        return
    widget.setProperty("role", role)
    # A widget that was never shown is polished when it is.
    if widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def set_icon(button: QAbstractButton, name: str, role: str = "text", on_role: str = "", gap: float = 0.0) -> None:
    """Put an icon on a button; it is recoloured whenever the theme changes.

    Args:
        button: What gets it.
        name: Material Design Icons name.
        role: Its colour.
        on_role: Its colour while the button is checked; as otherwise if left out.
        gap: Room at its right, as a part of its side: Qt leaves 4 px before the text, and no style sheet more.
    """
    button.setProperty("icon_of_theme", [name, role, on_role, gap])
    button.setIcon(theme.icon(name, role, on_role, gap))


def _refresh_icon(widget: QWidget) -> None:
    wanted = widget.property("icon_of_theme")
    if wanted and isinstance(widget, QAbstractButton):
        name, role, on_role, gap = wanted
        widget.setIcon(theme.icon(name, role, on_role, gap))


def _ui_font(system: QFont, size_px: int) -> QFont:
    """The system's font; where it has none of its own (a bare X server), Inter if it is installed."""
    font = QFont(system)
    if font.family() in FALLBACK_FONTS and "Inter" in QFontDatabase.families():
        font.setFamily("Inter")
    font.setPixelSize(size_px)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font
