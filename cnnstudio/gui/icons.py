"""Icons: outlines of the Material Design Icons font that comes with qtawesome, filled with the theme's colours.

Importing qtawesome takes 0.2 s of the 0.5 s that the window has until its first paint, so its font is read directly.
"""

import importlib.util
import json
from functools import cache
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPainterPath, QPixmap, QRawFont, QTransform

from cnnstudio.gui.tokens import Tokens

# The outlines are drawn on a grid of 24 with the baseline 21 below the top.
EM = 240.0
BASELINE = 21 / 24
# Device pixels: 16, 20 and 24 at 100 to 200 %, and 40 for tiles.
SIZES = (16, 20, 24, 32, 40, 48, 80)
DISABLED_ALPHA = 0.7


@cache
def _font() -> tuple[QRawFont, dict[str, str]]:
    found = importlib.util.find_spec("qtawesome")
    if found is None or found.origin is None:
        raise FileNotFoundError("qtawesome is not installed, so there are no icons.")
    folder = Path(found.origin).parent / "fonts"
    font = next(folder.glob("materialdesignicons6-webfont-*.ttf"))
    charmap = next(folder.glob("materialdesignicons6-webfont-charmap-*.json"))
    raw = QRawFont(str(font), EM, QFont.HintingPreference.PreferNoHinting)
    return raw, json.loads(charmap.read_text(encoding="utf-8"))


@cache
def outline(name: str) -> QPainterPath:
    """The outline of an icon in a square of 1 × 1, y down."""
    raw, charmap = _font()
    glyph = raw.glyphIndexesForString(chr(int(charmap[name], 16)))[0]
    path = raw.pathForGlyph(glyph)
    return QTransform().scale(1 / EM, 1 / EM).translate(0, BASELINE * EM).map(path)


def paint_icon(painter: QPainter, name: str, rect: QRectF, color: QColor) -> None:
    """Fill an icon's outline inside a rectangle."""
    side = min(rect.width(), rect.height())
    corner = rect.center() - QPointF(side / 2, side / 2)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(corner)
    painter.scale(side, side)
    painter.fillPath(outline(name), color)
    painter.restore()


@cache
def pixmap(name: str, color: str, alpha: float, side_px: int, gap: float = 0.0) -> QPixmap:
    """An icon as a square of device pixels, with a gap at its right as a part of its side."""
    picture = QPixmap(round(side_px * (1 + gap)), side_px)
    picture.fill(Qt.GlobalColor.transparent)
    filled = QColor(color)
    filled.setAlphaF(alpha)
    painter = QPainter(picture)
    paint_icon(painter, name, QRectF(0, 0, side_px, side_px), filled)
    painter.end()
    return picture


@cache
def icon(name: str, color: str, on_color: str, disabled_color: str, gap: float = 0.0) -> QIcon:
    """An icon in one colour, in another while its button is checked, and pale while disabled."""
    made = QIcon()
    for side in SIZES:
        made.addPixmap(pixmap(name, color, 1.0, side, gap), QIcon.Mode.Normal, QIcon.State.Off)
        made.addPixmap(pixmap(name, on_color, 1.0, side, gap), QIcon.Mode.Normal, QIcon.State.On)
        made.addPixmap(pixmap(name, disabled_color, DISABLED_ALPHA, side, gap), QIcon.Mode.Disabled, QIcon.State.Off)
    return made


def themed(tokens: Tokens, name: str, role: str = "text", on_role: str = "", gap: float = 0.0) -> QIcon:
    """An icon in the colours of a theme."""
    return icon(name, _hex(tokens, role), _hex(tokens, on_role or role), _hex(tokens, "muted"), gap)


def _hex(tokens: Tokens, role: str) -> str:
    return tokens.color(role).name()
