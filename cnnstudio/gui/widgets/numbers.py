"""Fields for numbers: whole ones and decimals that read well from 1e-6 to 1e6, with their unit."""

import math
import re

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFocusEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QSpinBox

from cnnstudio.gui.field_undo import FieldUndo

INT_MAX = 2**31 - 1
DECIMALS = 12
# What may stand in a decimal field while it is being typed: "1e-", "-", "0,".
PARTIAL = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d*)?([eE][+-]?\d*)?$")


def decimal_text(value: float) -> str:
    """A decimal with up to six digits: 0.001, 1e-5, 12,500."""
    text = f"{value:.6g}"
    if "e" in text:
        mantissa, _, exponent = text.partition("e")
        return f"{mantissa}e{int(exponent)}"
    return f"{value:,.0f}" if value == int(value) and abs(value) >= 1000 else text


def loss_text(value: float) -> str:
    """A loss with three decimals; one that blew up in four digits: 0.058, 227,900, 1.3e33."""
    return f"{value:.3f}" if abs(value) < 1_000 else decimal_text(float(f"{value:.4g}"))


class WholeField(QSpinBox):
    """A whole number with thousands separators and its unit; arrow keys step, the wheel only with the focus."""

    def __init__(self, minimum: float | None, maximum: float | None, unit: str, step: float | None = None) -> None:
        super().__init__()
        _dress(self, unit)
        self.setGroupSeparatorShown(True)
        low = -INT_MAX if minimum is None else max(int(minimum), -INT_MAX)
        high = INT_MAX if maximum is None else min(int(maximum), INT_MAX)
        self.setRange(low, high)
        self.setSingleStep(int(step) if step else 1)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        _select_word(self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # A page is scrolled far more often than a number is meant to change.
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class DecimalField(QDoubleSpinBox):
    """A decimal as it was typed (0.001, 1e-4, with a point or a comma); steps go 1, 2, 5, 10 unless a step is given."""

    def __init__(self, minimum: float | None, maximum: float | None, unit: str, step: float | None = None) -> None:
        super().__init__()
        _dress(self, unit)
        self.setDecimals(DECIMALS)
        self.setRange(-1e12 if minimum is None else minimum, 1e12 if maximum is None else maximum)
        self._step = step

    def textFromValue(self, value: float) -> str:
        return decimal_text(value)

    def valueFromText(self, text: str) -> float:
        try:
            return float(self._bare(text))
        except ValueError:
            return self.value()

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        if text and text == self.specialValueText():
            return QValidator.State.Acceptable, text, position
        bare = self._bare(text)
        if not PARTIAL.match(bare):
            return QValidator.State.Invalid, text, position
        try:
            value = float(bare)
        except ValueError:
            return QValidator.State.Intermediate, text, position
        is_inside = self.minimum() <= value <= self.maximum()
        return (QValidator.State.Acceptable if is_inside else QValidator.State.Intermediate), text, position

    def stepBy(self, steps: int) -> None:
        if self._step:
            self.setValue(self.value() + steps * self._step)
            return
        value = self.value()
        for _ in range(abs(steps)):
            value = next_round(value, up=steps > 0)
        self.setValue(value)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        _select_word(self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _bare(self, text: str) -> str:
        bare = text.removesuffix(self.suffix()).strip()
        # "12,500" is twelve thousand as we print it; "0,05" is a decimal comma.
        is_grouped = re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?", bare)
        return bare.replace(",", "") if is_grouped else bare.replace(",", ".")


def next_round(value: float, *, up: bool) -> float:
    """The next of 1, 2, 5 times a power of ten above or below; from 0 upwards to 0.001."""
    if value <= 0:
        return 0.001 if up else value
    power = math.floor(math.log10(value) + 1e-9)
    rounds = [digit * 10.0**exponent for exponent in (power - 1, power, power + 1) for digit in (1, 2, 5)]
    if up:
        return min(item for item in rounds if item > value * (1 + 1e-9))
    return max(item for item in rounds if item < value * (1 - 1e-9))


def _dress(field: QSpinBox | QDoubleSpinBox, unit: str) -> None:
    field.setSuffix(f" {unit}" if unit else "")
    field.setAlignment(Qt.AlignmentFlag.AlignRight)
    field.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.UpDownArrows)
    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    # Half a number is no value: tell when it is finished, or stepped.
    field.setKeyboardTracking(False)
    FieldUndo(field)


def _select_word(field: QSpinBox | QDoubleSpinBox) -> None:
    """A word that stands for 0 gives way to what is typed; after the click, which would take the selection back."""
    if field.specialValueText() and field.value() == field.minimum():
        QTimer.singleShot(0, field, field.selectAll)
