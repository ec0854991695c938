"""The header of the card with the network: everything beside or below each other, nothing on top."""

from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from pytestqt.qtbot import QtBot

from cnnstudio.gui.canvas.canvas_card import MODES, CanvasCard
from cnnstudio.network.fit import fit_architecture
from cnnstudio.network.validate import validate


@pytest.mark.parametrize("width", [290, 330, 500, 559, 560, 900])
def test_no_control_of_the_header_lies_over_another(qtbot: QtBot, width: int) -> None:
    card = CanvasCard()
    qtbot.addWidget(card)
    graph = fit_architecture("lenet5-modern", (1, 32, 32), 10)
    card.set_graph(graph, validate(graph), is_changed=False)
    card.resize(width, 500)
    card.show()
    buttons = [card.undo_button, card.redo_button, card.fit_button, card.export_button]
    buttons += [card.modes.button(key) for key, _, _ in MODES]
    places = [QRect(button.mapTo(card, QPoint(0, 0)), button.size()) for button in buttons]
    assert all(card.rect().contains(place) for place in places)
    assert not any(one.intersects(other) for one, other in combinations(places, 2))


def test_the_views_move_and_still_switch_when_the_card_changes_its_width(qtbot: QtBot) -> None:
    card = CanvasCard()
    qtbot.addWidget(card)
    card.resize(900, 500)
    card.show()
    for width in (300, 900, 300):
        card.resize(width, 500)
        for key, view in (("volumes", card.volumes), ("graph", card.editor)):
            qtbot.mouseClick(card.modes.button(key), Qt.MouseButton.LeftButton)
            assert view.isVisible()
