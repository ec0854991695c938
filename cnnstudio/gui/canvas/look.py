"""Pens, brushes and fonts of the canvas in one theme, and how much detail the zoom leaves room for."""

from enum import IntEnum

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPen
from PySide6.QtWidgets import QApplication

from cnnstudio.gui.tokens import Tokens

# Below this zoom the title alone is drawn, larger; and below the next one, larger still.
TITLE_ONLY_BELOW = 0.8
LARGEST_BELOW = 0.55
# Below this zoom boxes are plain rectangles: a title of 26 units is 9 px high then.
SIMPLE_BELOW = 0.34
# With more boxes than this they are plain sooner, at LARGEST_BELOW: texts are most of what a frame costs.
MANY_BOXES = 160
MANY_WIDTHS = 20_000
# Sizes of a title that stands alone, in text sizes; the first few only when the zoom is far.
LONE_FACTORS, FAR_FACTORS = (2.0, 1.7, 1.45, 1.2, 1.0), 2
CORNER = 8.0
BAR_WIDTH = 4.0
PADDING = 10.0
SIGN_SIDE = 16.0
HEAD_HEIGHT = 44.0  # of a box; a problem in words stands below
WRAPPED = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
# Beside the texts of a box: bar, gaps, padding.
TEXT_LEFT = 8 + BAR_WIDTH + 8
BOX_TEXT_MARGIN = TEXT_LEFT + PADDING


class Detail(IntEnum):
    """How much of a box is drawn."""

    SIMPLE = 0
    TITLE = 1
    FULL = 2


def detail_at(zoom: float, boxes: int) -> Detail:
    """The detail for a zoom (1 = 100 %) and a number of boxes."""
    if zoom < (LARGEST_BELOW if boxes > MANY_BOXES else SIMPLE_BELOW):
        return Detail.SIMPLE
    return Detail.TITLE if zoom < TITLE_ONLY_BELOW else Detail.FULL


class Look:
    """What items paint with; made once a theme, shared by all, so that painting makes no objects.

    Args:
        tokens: Colours and sizes of the theme.
    """

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.detail = Detail.FULL
        self.sign_room = SIGN_SIDE + 4
        size = tokens.size
        self.title_font = _font(size.text, QFont.Weight.DemiBold)
        self.label_font = _font(size.small)
        self.wire_font = _font(size.label)
        self.frame_font = _font(size.small, QFont.Weight.DemiBold)
        lone = [_font(round(size.text * factor), QFont.Weight.DemiBold) for factor in LONE_FACTORS]
        self._lone_fonts = [(font, QFontMetricsF(font)) for font in lone]
        self.is_far = False
        self._widths: dict[tuple[str, str], float] = {}
        self.title_metrics = QFontMetricsF(self.title_font)
        self.label_metrics = QFontMetricsF(self.label_font)
        self.wire_metrics = QFontMetricsF(self.wire_font)
        self.frame_metrics = QFontMetricsF(self.frame_font)
        self._make_pens(tokens)

    def _make_pens(self, tokens: Tokens) -> None:
        color = tokens.color
        self.text, self.muted = QPen(color("text")), QPen(color("muted"))
        self.accent, self.bad = QPen(color("accent")), QPen(color("bad"))
        self.surface, self.canvas = QBrush(color("surface")), QBrush(color("surface"))
        self.chosen_fill = QBrush(color("accent_soft"))
        self.bad_fill = QBrush(mixed(color("surface"), color("bad"), 0.08))
        self.border = QPen(mixed(color("border"), color("muted"), 0.25), 1)
        self.hover_border = QPen(color("muted"), 1)
        self.chosen_border, self.bad_border = QPen(color("accent"), 2), QPen(color("bad"), 2)
        self.wire = _round(QPen(mixed(color("muted"), color("surface"), 0.25), 1.5))
        self.unknown_wire = QPen(self.wire)
        self.unknown_wire.setDashPattern([4, 3])
        self.chosen_wire = _round(QPen(color("accent"), 2.5))
        self.bad_wire = _round(QPen(color("bad"), 2))
        tint = 0.10 if tokens.is_dark else 0.06
        # Opaque, mixed here: blending a frame as large as the window takes 3 ms, filling it 1 ms.
        self.frame_fills = [
            QBrush(mixed(color("surface"), color("accent"), 1 - (1 - tint) ** depth)) for depth in range(1, 8)
        ]
        self.frame_border = QPen(mixed(color("surface"), color("accent"), 0.4), 1)
        self.band_fill = QBrush(color("accent", 0.12))
        self.dots = QPen(color("border"), 1.5)
        self.bars = {name: QBrush(color(f"layer.{name}")) for name in tokens.layer}

    def title_width(self, text: str) -> float:
        """Width of a title; the same few texts are asked for at every edit."""
        return self._width(self.title_metrics, ("title", text))

    def label_width(self, text: str) -> float:
        """Width of a label."""
        return self._width(self.label_metrics, ("label", text))

    def wire_width(self, text: str) -> float:
        """Width of the text of a wire."""
        return self._width(self.wire_metrics, ("wire", text))

    def _width(self, metrics: QFontMetricsF, key: tuple[str, str]) -> float:
        if key not in self._widths:
            if len(self._widths) > MANY_WIDTHS:
                self._widths.clear()
            self._widths[key] = metrics.horizontalAdvance(key[1])
        return self._widths[key]

    def lone_font(self, title: str, room: float, height: float = HEAD_HEIGHT) -> tuple[QFont, QFontMetricsF]:
        """The font for a title that stands alone: as large as the zoom asks for and the room allows."""
        fonts = self._lone_fonts[0 if self.is_far else FAR_FACTORS :]
        fitting = (
            (font, metrics)
            for font, metrics in fonts
            if metrics.horizontalAdvance(title) <= room and metrics.height() <= height
        )
        return next(fitting, fonts[-1])

    def problem_height(self, problem: str, width: float) -> float:
        """What a problem adds to the height of a box of this width."""
        return self.problem_rect(problem, width).height() + PADDING

    def problem_rect(self, problem: str, width: float) -> QRectF:
        """The size of a problem's words in a box of this width."""
        room = QRectF(0, 0, width - BOX_TEXT_MARGIN, 1000)
        return self.label_metrics.boundingRect(room, int(WRAPPED), problem)

    def frame_fill(self, depth: int) -> QBrush:
        """The brush of an open group at this depth."""
        return self.frame_fills[min(depth, len(self.frame_fills) - 1)]

    def bar(self, category: str) -> QBrush:
        """The brush of a layer's category."""
        return self.bars.get(category) or QBrush(self.tokens.color("muted"))


def mixed(a: QColor, b: QColor, share: float) -> QColor:
    """`a` with a share of `b` in it."""
    return QColor.fromRgbF(*(x * (1 - share) + y * share for x, y in zip(_rgb(a), _rgb(b), strict=True)))


def _rgb(color: QColor) -> tuple[float, float, float]:
    return color.redF(), color.greenF(), color.blueF()


def _font(size_px: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    font = QFont(QApplication.font())
    font.setPixelSize(size_px)
    font.setWeight(weight)
    # Hinted widths change with the zoom; a text that fits at 100 % must fit at 60 % too.
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def _round(pen: QPen) -> QPen:
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen
