"""How the pictures are dealt out: two sliders and a seed."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QSlider, QWidget

from cnnstudio.core.specs import SettingInfo, settings_of
from cnnstudio.data.spec import SplitSpec
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.form_rows import MIN_EDITOR_PX, capital
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.numbers import WholeField
from cnnstudio.gui.widgets.split_rules import SplitRules

VALUE_PX = 44


class SplitForm(QWidget):
    """Shares for validation and test in per cent, and the seed; `changed` brings the new SplitSpec."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._spec = SplitSpec()
        infos = {info.name: info for info in settings_of(SplitSpec)}
        self._values: dict[str, Label] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * theme.tokens.size.grid)
        self._grid.setVerticalSpacing(theme.tokens.size.grid)
        self._grid.setColumnStretch(1, 1)
        self.val, self.test = (self._add_slider(line, infos[name]) for line, name in enumerate(("val", "test")))
        self.seed = self._add_seed(infos["seed"])
        self._rest = Label("", "small", wrap=True)
        self._grid.addWidget(self._rest, 3, 0, 1, 3)
        self.rules = SplitRules()
        self.rules.changed.connect(self._on_rules)
        self._grid.addWidget(self.rules, 4, 0, 1, 3)
        self._grid.setColumnMinimumWidth(0, self.rules.label_px())
        self.rules.set_label_px(self.rules.label_px())
        self.set_spec(self._spec)

    def set_spec(self, spec: SplitSpec) -> None:
        """Show a split without telling."""
        self._spec = spec
        for slider, value in ((self.val, spec.val), (self.test, spec.test)):
            if not slider.isSliderDown():
                slider.blockSignals(True)
                slider.setValue(round(100 * value))
                slider.blockSignals(False)
        self.seed.blockSignals(True)
        self.seed.setValue(spec.seed)
        self.seed.blockSignals(False)
        self.rules.set_spec(spec)
        # Folds replace the share of validation.
        self.val.setEnabled(spec.folds < 2)
        self._show_values()

    def _add_slider(self, line: int, info: SettingInfo) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(round(100 * (info.minimum or 0)), round(100 * (info.maximum or 1)))
        slider.setPageStep(5)
        slider.setToolTip(f"{info.description} {slider.minimum()} to {slider.maximum()} %")
        slider.setAccessibleName(info.title)
        slider.valueChanged.connect(self._on_value)
        slider.sliderReleased.connect(self._tell)
        value = Label("", "muted")
        value.setFixedWidth(VALUE_PX)
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._values[info.name] = value
        label = Label(info.title, "muted")
        label.setToolTip(slider.toolTip())
        for column, widget in enumerate((label, slider, value)):
            self._grid.addWidget(widget, line, column)
        return slider

    def _add_seed(self, info: SettingInfo) -> WholeField:
        seed = WholeField(info.minimum, info.maximum, info.unit)
        seed.setMinimumWidth(MIN_EDITOR_PX)
        seed.setToolTip(f"{info.description} {capital(info.range_text)}")
        seed.setAccessibleName(info.title)
        seed.valueChanged.connect(self._tell)
        self._grid.addWidget(Label(info.title, "muted"), 2, 0)
        self._grid.addWidget(seed, 2, 1, 1, 2)
        return seed

    def _on_rules(self, spec: SplitSpec) -> None:
        self._spec = spec
        self.changed.emit(spec)

    def _on_value(self) -> None:
        self._show_values()
        # While the mouse drags, only the numbers follow; the data is dealt out anew when it lets go.
        if not self.val.isSliderDown() and not self.test.isSliderDown():
            self._tell()

    def _show_values(self) -> None:
        self._values["val"].set_text(f"{self.val.value()} %")
        self._values["test"].set_text(f"{self.test.value()} %")
        if self._spec.folds > 1:
            rest, folds = 100 - self.test.value(), self._spec.folds
            self._values["val"].set_text(f"{rest / folds:.0f} %")
            self._rest.set_text(f"{rest * (folds - 1) / folds:.0f} % of each class stay for training.", "small")
            return
        rest = 100 - self.val.value() - self.test.value()
        self._rest.set_text(f"{rest} % of each class stay for training.", "small" if rest >= 10 else "problem")

    def _tell(self) -> None:
        val, test = self.val.value() / 100, self.test.value() / 100
        if 1 - val - test < 0.1:
            return
        spec = self._spec.replace(val=val, test=test, seed=self.seed.value())
        if spec != self._spec:
            self._spec = spec
            self.changed.emit(spec)
