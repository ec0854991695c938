"""How the Train page is laid out: recipe and buttons left, curves in the middle, guesses and log right."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QScrollBar, QVBoxLayout, QWidget

from cnnstudio.gui.pages.train_panels import TrainPanels
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.live_guesses import LiveGuesses
from cnnstudio.gui.widgets.menu_button import MenuButton
from cnnstudio.gui.widgets.next_steps import NextSteps
from cnnstudio.gui.widgets.recipe_view import RecipeView
from cnnstudio.gui.widgets.run_curves import RunCurves
from cnnstudio.gui.widgets.ways_on import WaysOn
from cnnstudio.training.presets import PRESETS

SIDE_PX, RIGHT_PX = 300, 240
MAX_LOG_LINES = 200
NO_LOG = "Epochs, saved checkpoints and whatever else happens are noted here, the newest first."


class TrainLayout(QWidget):
    """The page's parts; it shows what it is given and knows no session."""

    def __init__(self) -> None:
        super().__init__()
        self.form = RecipeView()
        self.presets = MenuButton("Presets", "Take the recipe of a famous paper, or a modern one.", _presets())
        self.main_button = Button("Start training", "", role="main", icon="play")
        self.resume_button = Button("Resume", "Go on where this run was stopped.")
        self.longer_button = MenuButton(
            "Train longer", "Train this run for more epochs; it keeps what it has learnt.", ()
        )
        self.stop_button = Button("Stop", "Save everything and end this training; it can be resumed.", icon="stop")
        self.queue_button = Button(
            "Add to queue", "Train this as a new run when the one that runs is done.", icon="playlist-plus"
        )
        self.curves = RunCurves()
        self.panels = TrainPanels(self.curves)
        self.guesses = LiveGuesses()
        self.guess_card = Card("Its guesses, live")
        self.log_card = Card("Log")
        self.ways_on, self.next_steps = WaysOn(), NextSteps()
        self._what = Label("", "muted", wrap=True)
        self._log = Label(NO_LOG, "small", wrap=True)
        self._lines: list[str] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        # The recipe's scroll bar stands in the gap, so that nothing moves when it comes or goes.
        row.addWidget(self._column(SIDE_PX + theme.tokens.size.gap, self._make_recipe(), self._make_buttons()))
        row.addWidget(self.panels, 1)
        row.addSpacing(theme.tokens.size.gap)
        row.addWidget(self._column(RIGHT_PX, self._make_guesses(), self.ways_on, self.next_steps, self._make_log()))

    def set_what(self, text: str) -> None:
        """Say what would be trained."""
        self._what.set_text(text)

    def set_main(self, text: str, icon: str, tooltip: str, *, is_enabled: bool) -> None:
        """Name the main action and say what it does, or why it can't be done now."""
        self.main_button.setText(text)
        self.main_button.setAccessibleName(text)
        self.main_button.set_icon(icon)
        self.main_button.setToolTip(tooltip)
        self.main_button.setEnabled(is_enabled)

    def begin(self, name: str, *, has_guesses: bool) -> None:
        """Empty everything for another run."""
        self.panels.clear()
        self.ways_on.set_diverged("", can_go_on=False)
        self._lines = []
        self._log.set_text(NO_LOG)
        self.log_card.set_title(f"Log of {name}")
        self.guess_card.setVisible(has_guesses)

    def note(self, *lines: str) -> None:
        """Put lines on top of the log, the last one topmost."""
        self._lines = [*reversed(lines), *self._lines][:MAX_LOG_LINES]
        self._log.set_text("\n".join(self._lines))

    def _column(self, width_px: int, *parts: QWidget) -> QWidget:
        column = QWidget()
        column.setFixedWidth(width_px)
        box = QVBoxLayout(column)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.tokens.size.gap)
        for part in parts:
            box.addWidget(part, 1 if isinstance(part, QScrollArea) or part is self.log_card else 0)
        return column

    def _make_recipe(self) -> QWidget:
        card = Card("Recipe")
        card.add_to_header(self.presets)
        card.add(self._what)
        card.add(self.form)
        card.hug()
        area = _scrolling(card)
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar = area.verticalScrollBar()
        bar.setFixedWidth(theme.tokens.size.gap)
        # A disabled bar has no handle (style.qss); its room must not depend on the range, which depends on the room.
        bar.rangeChanged.connect(self._on_recipe_range)
        bar.setEnabled(False)
        return area

    def _on_recipe_range(self, low: int, high: int) -> None:
        bar = self.sender()
        assert isinstance(bar, QScrollBar)
        bar.setEnabled(high > low)

    def _make_buttons(self) -> QWidget:
        buttons = QWidget()
        row = QHBoxLayout()
        row.setSpacing(theme.tokens.size.gap)
        row.addWidget(self.main_button, 1)
        row.addWidget(self.resume_button)
        row.addWidget(self.longer_button)
        row.addWidget(self.stop_button)
        column = QVBoxLayout(buttons)
        column.setContentsMargins(0, 0, theme.tokens.size.gap, 0)
        column.setSpacing(2 * theme.tokens.size.grid)
        column.addWidget(self.queue_button)
        column.addLayout(row)
        return buttons

    def _make_guesses(self) -> QWidget:
        self.guess_card.add(self.guesses)
        self.guess_card.hug()
        return self.guess_card

    def _make_log(self) -> QWidget:
        self._log.setAlignment(Qt.AlignmentFlag.AlignTop)
        log = _scrolling(self._log)
        # Nothing in it can have the focus: the arrow keys scroll the area itself.
        log.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        log.setAccessibleName("Log of the training")
        self.log_card.add(log, 1)
        return self.log_card


def _presets() -> list[tuple[str, str, str]]:
    return [(preset.name, preset.title, preset.text) for preset in PRESETS]


def _scrolling(content: QWidget) -> QScrollArea:
    """The content in a frameless area that scrolls when there is no room."""
    area = QScrollArea()
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidgetResizable(True)
    area.setWidget(content)
    return area
