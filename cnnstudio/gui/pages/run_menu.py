"""What a right click on a run offers: the page's buttons, and to train it once more from its start."""

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.training_actions import TRAINING_ACTIONS

if TYPE_CHECKING:
    from cnnstudio.gui.pages.runs_layout import RunsLayout
    from cnnstudio.gui.session import Session


def run_menu(view: "RunsLayout", session: "Session") -> QMenu:
    """The menu as things stand now; what can't be done is grey and says why."""
    menu = QMenu(view)
    menu.setAccessibleName("The chosen runs")
    menu.setToolTipsVisible(True)
    menu.addActions([_of_button(button, menu) for button in (view.open_button, view.resume_button, view.queue_button)])
    menu.addAction(_repeat(session, menu))
    menu.addSeparator()
    looks = (view.network_button, view.export_button, view.reveal_button)
    menu.addActions([_of_button(button, menu) for button in looks])
    menu.addSeparator()
    menu.addAction(_of_button(view.bin_button, menu))
    return menu


def _of_button(button: QPushButton, parent: QWidget) -> QAction:
    action = QAction(button.icon(), button.text(), parent)
    action.setEnabled(button.isEnabled())
    action.setToolTip(button.toolTip())
    action.setVisible(not button.isHidden())
    action.triggered.connect(button.click)
    return action


def _repeat(session: "Session", parent: QWidget) -> QAction:
    known = next(one for one in TRAINING_ACTIONS if one.id == "train.repeat")
    why_not = known.why_not(session)
    action = QAction(theme.icon(known.icon, "muted"), known.title, parent)
    action.setEnabled(not why_not)
    action.setToolTip(why_not or known.tooltip)
    action.triggered.connect(session.repetition.start)
    return action
