"""Grad-CAM for one picture: the heat over it, the map beside it, and what was computed."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.explain.base import Attribution
from cnnstudio.explain.colours import TITLES
from cnnstudio.explain.methods.grad_cam import GradCam
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.bars import percent
from cnnstudio.gui.widgets.best_heats import BestHeats
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.colour_legend import value_text
from cnnstudio.gui.widgets.field_rows import FieldRows, KeyedCombo, PercentSlider
from cnnstudio.gui.widgets.heat_picture import HeatMap, HeatPicture
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.side_column import SideColumn

OPACITY = 0.75
WIDE_PX, HIGH_PX = 760, 400
NOTHING = "Nothing in this layer speaks for this class: no place raises its score."


class ExplainView(QWidget):
    """Pickers for class, layer, colours and opacity around the pictures; `asked` comes when another map is needed."""

    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.class_choice, self.against, self.layer = KeyedCombo(), KeyedCombo(), KeyedCombo()
        self.colours = KeyedCombo([(name, TITLES[name]) for name in ("inferno", "viridis", "grey")])
        self.opacity = PercentSlider(OPACITY)
        self.over = HeatPicture("Picture with the heat map over it")
        self.alone = HeatMap("Heat map alone")
        self.over_against = HeatPicture("Picture with the other class's heat map over it")
        self._cards = {
            self.over: Card("Grad-CAM"),
            self.alone: Card("The map alone"),
            self.over_against: Card("Against"),
        }
        self._captions = {picture: Label("", "small", wrap=True) for picture in self._cards}
        self._has_other = False
        self.best = BestHeats()
        self._text = Label(GradCam.about, wrap=True)
        self._cells = Label("", wrap=True)
        self._why = Label("", "small", wrap=True)
        self._build()

    def set_choices(
        self,
        classes: Sequence[tuple[int, str]],
        against: Sequence[tuple[int | None, str]],
        layers: Sequence[tuple[str, str]],
    ) -> None:
        """Offer these classes and layers, each a key and its text; the choices stay where they can."""
        self.class_choice.set_options(classes)
        self.against.set_options(against)
        self.layer.set_options(layers)

    def set_why(self, text: str) -> None:
        """Say why the default layer is the default one."""
        self._why.set_text(text)

    def set_maps(
        self,
        pixels: NDArray[np.uint8],
        cams: Sequence[Attribution],
        best: Sequence[Attribution],
        probabilities: NDArray[np.float64],
    ) -> None:
        """Show maps over a picture (H, W, C).

        Args:
            pixels: The picture.
            cams: The map that was asked for, and the one against it if there is one.
            best: The maps of the best guesses, best first.
            probabilities: Of all classes.
        """
        first, *others = cams
        self.over.set_heat(pixels, first.map)
        self.alone.set_heat(first.map)
        self._name(self.over, f"Grad-CAM for {first.class_name}", first, probabilities)
        rows, columns = first.map.shape
        self._captions[self.alone].set_text(
            f"{columns}×{rows} cells of {first.node}, 0 to {value_text(first.map.max())}"
        )
        self._cells.set_text(f"Here it is coarse: {columns}×{rows} cells over the picture.")
        self._has_other = bool(others)
        self._fit()
        for other in others:
            self.over_against.set_heat(pixels, other.map)
            self._name(self.over_against, f"Against: {other.class_name}", other, probabilities)
        self.best.set_guesses(pixels, best, [float(probabilities[cam.class_index]) for cam in best])
        self.best.set_chosen(next((i for i, cam in enumerate(best) if cam.class_index == first.class_index), -1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Leave the smaller parts out where there is no room for them."""
        self._cards[self.over_against].setVisible(self._has_other)
        self._cards[self.alone].setVisible(not self._has_other and self.width() >= WIDE_PX)
        self._best_card.setVisible(self.height() >= HIGH_PX)

    def caption(self, picture: QWidget) -> str:
        """What stands below a picture."""
        return self._captions[picture].text()  # type: ignore[index]  # one of the three pictures

    def _name(self, picture: HeatPicture, title: str, cam: Attribution, probabilities: NDArray[np.float64]) -> None:
        card = self._cards[picture]
        card.set_title(title)
        card.set_note(f"in {cam.ms:.0f} ms")
        said = f"{percent(float(probabilities[cam.class_index]))}, logit {value_text(cam.score)}"
        self._captions[picture].set_text(NOTHING if cam.is_empty else f"{cam.class_name}: {said}")

    def _build(self) -> None:
        pictures = QHBoxLayout()
        pictures.setSpacing(theme.tokens.size.gap)
        for picture, card in self._cards.items():
            card.add(picture, 1)
            card.add(self._captions[picture])
            pictures.addWidget(card, 1)
        self._best_card = Card("What speaks for each of the five best", "← → walk")
        self._best_card.add(self.best)
        middle = QVBoxLayout()
        middle.setSpacing(theme.tokens.size.gap)
        middle.addLayout(pictures, 1)
        middle.addWidget(self._best_card)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.tokens.size.gap)
        row.addLayout(middle, 1)
        row.addWidget(SideColumn([self._form(), self._explanation()]))

    def _form(self) -> Card:
        rows = FieldRows()
        rows.add_row(
            "Class", self.class_choice, "Whose evidence is looked for: the best guess, the truth, or any class."
        )
        rows.add_row("Against", self.against, "A second class to compare with, side by side.")
        rows.add_row(
            "Layer", self.layer, "Whose feature maps are weighted; early layers are sharp, late ones know more."
        )
        rows.add_row("Colours", self.colours, "Table of colours for the heat.")
        rows.add_row("Opacity", self.opacity, "How much the hottest place covers the picture, 0 to 100 %.")
        for combo in (self.class_choice, self.against, self.layer):
            combo.picked.connect(self._on_asked)
        self.colours.picked.connect(self._on_colours)
        for picture in (self.over, self.over_against):
            self.opacity.moved.connect(picture.set_opacity)
            picture.set_opacity(OPACITY)
        self.opacity.moved.connect(self._on_look)
        self.best.chosen.connect(self._on_best)
        card = Card("Explain")
        card.add(rows)
        return card

    def _explanation(self) -> Card:
        card = Card("What it computes")
        for label in (self._text, self._cells, self._why, Label(GradCam.paper, "small")):
            card.add(label)
        return card

    def _on_asked(self) -> None:
        self.asked.emit()

    def _on_colours(self, name: str) -> None:
        for picture in (self.over, self.alone, self.over_against):
            picture.set_colours(name)
        self._on_look()

    def _on_look(self) -> None:
        self.best.set_heat_look(self.opacity.share(), self.colours.key())

    def _on_best(self, tile: int) -> None:
        self.class_choice.set_key(self.best.class_at(tile))
        self.asked.emit()
