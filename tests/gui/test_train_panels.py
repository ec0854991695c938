"""The panels of the page Train: checks with fixes, the rate finder, layers, pace, one cross-hair over all."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPointF, QRect, Qt
from PySide6.QtGui import QImage, QPaintEvent
from pytestqt.qtbot import QtBot

from cnnstudio.core.settings import Settings, save_settings
from cnnstudio.data.sources.shapes import ShapesSource
from cnnstudio.gui.jobs import Jobs
from cnnstudio.gui.pages.train import TrainPage
from cnnstudio.gui.pages.train_panels import CHECKS, CURVES, LAYERS, TrainPanels
from cnnstudio.gui.session import Session
from cnnstudio.gui.theme import theme
from cnnstudio.gui.training import Phase
from cnnstudio.gui.widgets.health_rows import dead_role, log_share, step_role
from cnnstudio.gui.widgets.live_guesses import ROW_PX, LiveGuesses
from cnnstudio.gui.widgets.plot_hint import EmptyHint
from cnnstudio.gui.widgets.rate_finder import RateFinderView
from cnnstudio.gui.widgets.run_curves import RunCurves
from cnnstudio.gui.widgets.weight_history import WeightHistory, WeightLook, density
from cnnstudio.training.events import EpochDone, LayerHealth, LayerRow, RunStarted, StepsDone
from cnnstudio.training.findings import Finding, Fix, Level, PreflightDone

TIMEOUT_MS = 60_000
LEFT = Qt.MouseButton.LeftButton
STARTED = RunStarted(0, 0, 4, 10, "CPU", 1, 320, 40, "bf16 + channels_last: 1.8× faster")


def look(step: int, dead: float = 0.1) -> LayerHealth:
    counts = tuple(range(32))
    rows = [LayerRow(f"conv{n}", 0.1 * n, 1e-3, 0.0, 1.0, dead if n == 2 else 0.0, -1.0, 1.0, counts) for n in (1, 2)]
    return LayerHealth.of(step, rows)


@pytest.fixture
def panels(qtbot: QtBot) -> TrainPanels:
    panels = TrainPanels(RunCurves())
    qtbot.addWidget(panels)
    panels.resize(760, 700)
    panels.show()
    return panels


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    """A session with 120 small scenes and a LeNet, whose trainings are checked first."""
    save_settings(Settings(checks_first=True))
    session = Session(Jobs())
    session.new_project(ShapesSource(per_class=15, side=32), "lenet5-modern")
    qtbot.waitUntil(lambda: session.dataset is not None and session.graph is not None, timeout=TIMEOUT_MS)
    session.set_config(session.config.replace(batch=8, epochs=1, threads=1, precision="fp32", channels_last="off"))
    yield session
    assert session.close()


@pytest.fixture
def page(session: Session, qtbot: QtBot) -> TrainPage:
    page = TrainPage(session)
    qtbot.addWidget(page)
    page.resize(1300, 800)
    page.show()
    return page


def test_sick_layer_is_named_and_marked(panels: TrainPanels) -> None:
    panels.add([look(5)])
    assert panels.health.text().startswith("All layers are well")
    panels.add([look(15, dead=0.71)])
    assert "Layer conv2: 71 % of the units never fire" in panels.health.text()
    assert "71 % of the units are dead" in panels.health.rows.describe(1)
    panels.clear()
    assert panels.health.rows.count() == 0


def test_chosen_layer_shows_its_weights_over_time(panels: TrainPanels, qtbot: QtBot) -> None:
    panels.show_tab(LAYERS)
    panels.add([look(5), look(15), look(25)])
    row = panels.health.rows.tile_rect(1).center()
    qtbot.mouseClick(panels.health.rows.canvas(), LEFT, pos=row)
    assert [one.step for one in panels.health.weights._looks] == [5, 15, 25]
    assert "conv2" in panels.health._weights_card._note.text()


def test_bars_are_logarithmic_and_colours_mean_something() -> None:
    assert [log_share(value, (-6, 0)) for value in (1e-6, 1e-3, 1.0, 50.0, 0.0, None)] == [0, 0.5, 1, 1, 0, 0]
    assert [step_role(ratio) for ratio in (1e-3, 5e-2, 0.5, 1e-9, None)] == ["ok", "warn", "bad", "bad", "muted"]
    assert [dead_role(share) for share in (0.0, 0.3, 0.7, None)] == ["ok", "warn", "bad", "ok"]


def test_density_puts_each_weight_at_its_value() -> None:
    shares = density([WeightLook(1, -1.0, 1.0, (0, 0, 0, 8)), WeightLook(2, 0.0, 0.5, (4, 4))], -1.0, 1.0)
    values = np.linspace(1.0, -1.0, len(shares))
    assert set(values[shares[:, 0] > 0] >= 0.5) == {True}
    assert values[shares[:, 1] > 0].min() == pytest.approx(0.0, abs=0.03)
    assert values[shares[:, 1] > 0].max() == pytest.approx(0.5, abs=0.03)


def test_mouse_over_the_weights_tells_step_and_value(qtbot: QtBot) -> None:
    history = WeightHistory()
    qtbot.addWidget(history)
    history.resize(300, 150)
    history.set_looks([WeightLook(10, -1.0, 1.0, (1, 3)), WeightLook(20, -1.0, 1.0, (2, 2))])
    text = history.text_at(history._room().topLeft() + QPointF(2, 2))
    assert text.startswith("Step 10: 75.0 % of the weights near 0.9")
    assert history.text_at(QPointF(1, 1)) == ""


def test_pace_shows_rate_speed_waiting_memory_and_the_plan(panels: TrainPanels) -> None:
    steps = StepsDone(1, (2.0, 1.9), (0.1, 0.2), 640.0, 3.0, 0.05, 0.25, 1_500_000_000)
    panels.add([STARTED, steps, EpochDone(1, 10, 1.9, 0.2, 1.8, 0.3, 640.0, True, val_top5=0.9, rate=0.05)])
    assert "bf16 + channels_last: 1.8× faster" in panels.pace.plan_text()
    shown = {plot.title(): list(plot.values_at(1.0).values()) for plot in panels.pace.plots}
    assert shown == {
        "Learning rate": [0.05],
        "Images a second": [640.0],
        "Waiting for data, %": [25.0],
        "Memory, GB": [1.5],
        "Top-5 accuracy, %": [90.0],
    }


def test_cross_hair_goes_over_all_plots_together(panels: TrainPanels) -> None:
    panels.add([STARTED, StepsDone(1, (2.0,) * 10, (0.1,) * 10, 640.0, 3.0, 0.05, 0.2, 10**9)])
    panels.curves.loss.looked_at.emit(0.5)
    assert "0.05" in panels.pace.rate._values.text()
    assert "10" in panels.curves.accuracy._values.text()
    panels.curves.loss.looked_at.emit(None)
    assert panels.pace.rate._values.text() == ""


def test_gap_between_training_and_validation_is_named(panels: TrainPanels) -> None:
    panels.set_classes(10)
    courses = [(1.0, 0.7, 1.0, 0.69), (0.5, 0.85, 0.9, 0.75), (0.2, 0.95, 1.1, 0.76), (0.1, 0.99, 1.4, 0.75)]
    panels.add([EpochDone(n, n, tl, ta, vl, va, 1.0, False) for n, (tl, ta, vl, va) in enumerate(courses, 1)])
    assert panels.diagnosis().startswith("Overfitting: training 99.0 %, validation 75.0 %")
    panels.clear()
    assert panels.diagnosis() == ""


def test_empty_plots_say_when_they_begin_and_accuracy_has_no_logarithm(panels: TrainPanels) -> None:
    curves = panels.curves
    assert curves.loss._hint.isVisible()
    assert not curves.loss._plot.getPlotItem().getAxis("left").isVisible()
    panels.add([STARTED, StepsDone(1, (2.0,), (0.1,), 640.0, 3.0)])
    curves.loss.draw()
    assert not curves.loss._hint.isVisible()
    assert curves.loss._plot.getPlotItem().getAxis("left").isVisible()
    assert curves.loss._log.isVisible()
    assert not curves.accuracy._log.isVisible()


def test_click_on_the_curve_marks_a_rate_and_the_button_takes_it(qtbot: QtBot) -> None:
    view = RateFinderView()
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.show()
    view.add([1e-4, 1e-3, 1e-2, 1e-1], [2.3, 2.2, 1.0, 5.0], [2.3, 2.25, 1.5, 2.0])
    view.set_result("The loss is lowest at 0.01.", 0.001)
    assert view.take_button.text() == "Take 0.001"
    qtbot.waitUntil(lambda: view._plot.width() > 100)
    place = view._plot.mapFromScene(view._plot.getPlotItem().getViewBox().mapViewToScene(QPointF(-2.0, 1.5)))
    qtbot.mouseClick(view._plot.viewport(), LEFT, pos=place)
    with qtbot.waitSignal(view.rate_taken) as taken:
        qtbot.mouseClick(view.take_button, LEFT)
    assert taken.args[0] == pytest.approx(0.01, rel=0.2)


@pytest.mark.slow
def waiting(page: TrainPage) -> str:
    """What stands in the place of the first curves."""
    hint = page.view.curves.loss.findChild(EmptyHint)
    assert hint is not None
    return hint.text()


def test_start_checks_first_and_goes_on_if_nothing_is_bad(page: TrainPage, session: Session, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.view.main_button, LEFT)
    assert session.training.phase is Phase.CHECKING
    assert "checked first" in waiting(page)
    assert page.view.main_button.text() == "Checking …"
    qtbot.waitUntil(lambda: session.run is not None and not session.training.is_active, timeout=TIMEOUT_MS)
    assert len(session.run.epochs()) == 1  # type: ignore[union-attr]
    assert page.view.panels.current() == CURVES
    assert page.view.panels.checks.text().startswith(("Nothing is wrong", "1 thing"))


@pytest.mark.slow
def test_bad_finding_holds_the_start_and_its_fix_mends_it(page: TrainPage, session: Session, qtbot: QtBot) -> None:
    session.set_config(session.config.replace(optimizer={"kind": "sgd", "rate": 1e5}))
    qtbot.mouseClick(page.view.main_button, LEFT)
    qtbot.waitUntil(lambda: session.training.phase is Phase.IDLE, timeout=TIMEOUT_MS)
    assert session.run is None
    assert page.view.panels.current() == CHECKS
    checks = page.view.panels.checks
    assert checks.start_button.isVisible()
    qtbot.mouseClick(checks.fix_buttons[0], LEFT)
    assert session.config.optimizer.rate < 1e5
    assert not checks.start_button.isVisible()


def test_a_finding_that_needs_a_look_leads_to_the_page_and_stays(
    page: TrainPage, session: Session, qtbot: QtBot
) -> None:
    checks, before = page.view.panels.checks, session.config
    finding = Finding("labels", Level.WARN, "The labels don't fit.", "Look.", Fix("Look at the pictures", page="data"))
    checks.set_done(PreflightDone((finding,), (), 1.0), can_start=False)
    assert checks.fix_buttons[0].toolTip() == "Go to the page Data."
    with qtbot.waitSignal(session.page_requested) as asked:
        checks.fix_buttons[0].click()
    assert asked.args == ["data"]
    assert session.config == before
    assert len(checks.fix_buttons) == 1


@pytest.mark.slow
def test_start_anyway_trains_in_spite_of_the_checks(page: TrainPage, session: Session, qtbot: QtBot) -> None:
    session.set_config(session.config.replace(optimizer={"kind": "sgd", "rate": 1e5}))
    session.training.start()
    checks = page.view.panels.checks
    qtbot.waitUntil(checks.start_button.isVisible, timeout=TIMEOUT_MS)
    qtbot.mouseClick(checks.start_button, LEFT)
    qtbot.waitUntil(lambda: session.run is not None and not session.training.is_active, timeout=TIMEOUT_MS)


@pytest.mark.slow
def test_stop_ends_the_checks_and_nothing_is_started(page: TrainPage, session: Session, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.view.main_button, LEFT)
    qtbot.mouseClick(page.view.stop_button, LEFT)
    qtbot.waitUntil(lambda: session.training.phase is Phase.IDLE, timeout=TIMEOUT_MS)
    assert session.run is None


@pytest.mark.slow
def test_found_rate_goes_into_the_recipe(page: TrainPage, session: Session, qtbot: QtBot) -> None:
    finder = page.view.panels.finder
    page.view.panels.show_tab("rate")
    qtbot.mouseClick(finder.find_button, LEFT)
    assert not page.view.main_button.isEnabled() or session.training.why_not_start()
    qtbot.waitUntil(lambda: not session.training.examination.is_active, timeout=TIMEOUT_MS)
    finder.set_result("By hand", 0.003)
    qtbot.mouseClick(finder.take_button, LEFT)
    assert session.config.optimizer.rate == pytest.approx(0.003)


def test_checks_can_be_skipped_from_now_on(page: TrainPage, session: Session, qtbot: QtBot) -> None:
    page.view.panels.show_tab(CHECKS)
    qtbot.mouseClick(page.view.panels.checks.skip, LEFT)
    assert not session.settings.checks_first
    session.training.start()
    assert session.training.phase is Phase.STARTING
    session.training.stop()
    qtbot.waitUntil(lambda: session.training.phase is Phase.IDLE, timeout=TIMEOUT_MS)


def test_panels_can_be_painted_in_both_themes(panels: TrainPanels) -> None:
    panels.add([STARTED, StepsDone(1, (2.0,) * 10, (0.1,) * 10, 640.0, 3.0, 0.05, 0.2, 10**9), look(5, 0.9), look(9)])
    for name in ("light", "dark"):
        theme.set_choice(name)  # type: ignore[arg-type]
        for key in (CURVES, LAYERS, "pace", CHECKS, "rate"):
            panels.show_tab(key)
            assert not panels.grab().isNull()


def test_the_true_class_of_a_wrong_guess_is_never_cut(qtbot: QtBot) -> None:
    def painted(truth: str) -> QImage:
        guesses = LiveGuesses()
        qtbot.addWidget(guesses)
        guesses.set_images([np.zeros((8, 8, 1), np.uint8)], [truth], ["macaroni penguin", truth])
        guesses.resize(218, ROW_PX)  # as wide as the page makes it in a window of 1440 px
        guesses.set_probabilities(np.array([[0.998, 0.002]], np.float32))
        return guesses.grab().toImage()

    # They differ in their last letter alone, which an elided text would leave out or squeeze out.
    assert painted("chinstrap penguin") != painted("chinstrap penguim")
    assert painted("chinstrap penguin") == painted("chinstrap penguin")


def test_only_guesses_that_changed_are_painted_anew(qtbot: QtBot) -> None:
    guesses = LiveGuesses()
    qtbot.addWidget(guesses)
    pictures = [np.full((8, 8, 1), 60 * number, np.uint8) for number in range(3)]
    guesses.set_images(pictures, ["one", "two", "two"], ["one", "two"])
    guesses.resize(240, 200)
    sure = np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]], np.float32)
    guesses.set_probabilities(sure)
    guesses.show()
    qtbot.waitExposed(guesses)
    qtbot.wait(50)
    painted: list[QRect] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if isinstance(event, QPaintEvent):
                painted.append(event.rect())
            return False

    watch = Watch()
    guesses.installEventFilter(watch)
    guesses.set_probabilities(sure + np.float32(1e-6))
    qtbot.wait(50)
    assert painted == []
    changed = sure.copy()
    changed[1] = (0.6, 0.4)
    guesses.set_probabilities(changed)
    qtbot.waitUntil(lambda: bool(painted))
    assert painted == [QRect(0, ROW_PX, 240, ROW_PX)]
