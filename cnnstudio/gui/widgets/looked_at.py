"""The picture that is looked at, what it is, and the five best guesses."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize

from cnnstudio.evaluation.predict import Prediction
from cnnstudio.gui.widgets.bars import Bars, Guess
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.labels import ElidedLabel, Label
from cnnstudio.gui.widgets.picture import Picture

PICTURE_PX, SMALLEST_PX = 192, 72


class _Shown(Picture):
    """A picture that gives way where the window is low."""

    def sizeHint(self) -> QSize:
        return QSize(PICTURE_PX, PICTURE_PX)


class LookedAt(Card):
    """One picture with its guesses."""

    def __init__(self) -> None:
        super().__init__("Image")
        self.picture = _Shown("The picture that is looked at", minimum_px=SMALLEST_PX, is_square=False)
        self.picture.setMaximumHeight(PICTURE_PX)
        self._truth = ElidedLabel("")
        self._time = Label("", "small")
        self.bars = Bars()
        for part in (self.picture, self._truth, self.bars, self._time):
            self.add(part)
        self.hug()

    def set_picture(self, name: str, shown: NDArray[np.uint8] | None) -> None:
        """Show a picture (H, W, C); its guesses follow."""
        self.set_note(name)
        self.picture.set_pixels(shown)
        self._truth.set_text("")
        self._time.set_text("")
        self.bars.set_guesses([])

    def set_prediction(self, prediction: Prediction, truth: str) -> None:
        """Show the guesses, and whether the best is right where the truth is known."""
        best = prediction.best.class_name
        if not truth:
            text, role = (f"probably {best}", "") if prediction.is_sure else (f"not sure, perhaps {best}", "warn")
        elif truth == best:
            text, role = f"{truth}, rightly recognised", "ok"
        else:
            text, role = f"true {truth}, taken for {best}", "bad"
        self._truth.set_text(text, role)
        self.bars.set_guesses(bar_guesses(prediction, truth))
        self._time.set_text(f"in {prediction.ms:.1f} ms")

    def verdict(self) -> str:
        """What is said about the best guess."""
        return self._truth.text()


def bar_guesses(prediction: Prediction, truth: str = "") -> Sequence[Guess]:
    """A prediction as bars; the true class in its own colour."""
    return [
        Guess(guess.class_name, guess.p, "ok" if truth and guess.class_name == truth else "accent")
        for guess in prediction.top
    ]
