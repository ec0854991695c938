"""Tab walks as the eye does: Qt's own order is that in which controls were made, and forms make theirs late."""

from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLayout, QScrollArea, QWidget


def follow_layout(widget: QWidget) -> None:
    """Let Tab walk the controls inside a widget in the order of its layouts, from the first one on."""
    for before, after in pairwise(_controls(widget)):
        QWidget.setTabOrder(before, after)


def _controls(widget: QWidget) -> list[QWidget]:
    """The controls inside a widget, line by line."""
    if isinstance(widget, QScrollArea):
        inside = widget.widget()
        return [] if inside is None else _inside(inside)
    layout = widget.layout()
    return [] if layout is None else _of(layout)


def _inside(widget: QWidget) -> list[QWidget]:
    """A widget, if Tab stops at it, and what is inside."""
    is_stop = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return [*([widget] if is_stop else []), *_controls(widget)]


def _of(layout: QLayout) -> list[QWidget]:
    found: list[QWidget] = []
    for place in _places(layout):
        item = layout.itemAt(place)
        assert item is not None
        inner, deeper = item.widget(), item.layout()
        if inner is not None:
            found += _inside(inner)
        elif deeper is not None:
            found += _of(deeper)
    return found


def _places(layout: QLayout) -> list[int]:
    """The items of a layout in the order in which one reads them."""
    places = list(range(layout.count()))
    if isinstance(layout, QGridLayout):
        return sorted(places, key=lambda place: layout.getItemPosition(place)[:2])  # type: ignore[index]  # a tuple
    return places
