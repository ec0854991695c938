"""Colours and sizes of the look, read from resources/themes; everything that is painted derives from them."""

from functools import cache
from typing import Literal

from PySide6.QtGui import QColor

from cnnstudio.core.errors import FileError
from cnnstudio.core.files import read_json
from cnnstudio.core.paths import RESOURCES
from cnnstudio.core.specs import Spec, parse_spec

ThemeName = Literal["light", "dark"]
THEMES = RESOURCES / "themes"


class Sizes(Spec):
    """Lengths in device-independent pixels; the same in every theme."""

    version: int = 1
    text: int
    small: int
    label: int
    title: int
    number: int
    grid: int
    gap: int
    page: int
    card_padding: int
    card_radius: int
    control_radius: int
    field_radius: int
    rail: int
    top: int
    status: int
    line: int
    raw_line: int


class Tokens(Spec):
    """One theme: three greys, an accent, and colours that mean something (series, layer category, state)."""

    version: int = 1
    name: ThemeName
    bg: str
    surface: str
    sunken: str
    hover: str
    pressed: str
    border: str
    text: str
    muted: str
    accent: str
    accent_soft: str
    on_accent: str
    ok: str
    warn: str
    bad: str
    series: tuple[str, ...]
    layer: dict[str, str]
    size: Sizes

    def color(self, role: str, alpha: float = 1.0) -> QColor:
        """The colour of a role ("text", "accent", "layer.conv", "series.0") or of a "#rrggbb"."""
        value = role if role.startswith("#") else self._value(role)
        color = QColor(value)
        color.setAlphaF(alpha)
        return color

    def mixed(self, role: str, ground: str, share: float) -> QColor:
        """A colour laid over another with an opacity of `share`, as an opaque colour."""
        over, under = self.color(role), self.color(ground)
        parts = zip(over.getRgb()[:3], under.getRgb()[:3], strict=True)  # type: ignore[index]  # a tuple of four
        return QColor(*(round(share * a + (1 - share) * b) for a, b in parts))

    def _value(self, role: str) -> str:
        family, _, key = role.partition(".")
        if family == "layer" and key:
            return self.layer.get(key, self.muted)
        if family == "series" and key:
            return self.series[int(key) % len(self.series)]
        return str(getattr(self, role))

    @property
    def is_dark(self) -> bool:
        """True for the dark theme."""
        return self.name == "dark"


@cache
def load_tokens(name: ThemeName) -> Tokens:
    """The tokens of a theme."""
    size = parse_spec(Sizes, read_json(THEMES / "size.json"), FileError, str(THEMES / "size.json"))
    path = THEMES / f"{name}.json"
    return parse_spec(Tokens, {**read_json(path), "size": size}, FileError, str(path))
