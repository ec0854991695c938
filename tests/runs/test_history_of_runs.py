"""A run's history: followed while it grows, as a table, as TensorBoard's event files, and as numbers of a list."""

import csv
import io
import json
import os
from pathlib import Path

import pytest

from cnnstudio.core import files
from cnnstudio.core.errors import RunError
from cnnstudio.core.jobs import JobContext
from cnnstudio.runs import summary
from cnnstudio.runs.execute import train_run
from cnnstudio.runs.history_table import save_history, step_rows, table_text
from cnnstudio.runs.run import HISTORY, JOURNAL, RUN, Run, RunState
from cnnstudio.runs.store import note_state
from cnnstudio.runs.summary import SummaryReader, epochs_done
from cnnstudio.runs.tail import HistoryTail
from cnnstudio.runs.tensorboard import FOLDER, EventFiles, want_event_files, write_event_files
from cnnstudio.runs.writer import HistoryWriter, cut_history
from cnnstudio.training.events import EpochDone, RunStarted, StepsDone, TrainingEvent, event_json

START = RunStarted(0, 0, 2, 2, "CPU", 1, 16, 8)
STEPS = [StepsDone(1, (2.0, 1.5), (0.25, 0.5), 100.0, 9.0), StepsDone(3, (1.25, 1.0), (0.5, 0.75), 110.0, 4.0)]
EPOCHS = [EpochDone(1, 2, 1.75, 0.375, 1.6, 0.5, 105.0, True), EpochDone(2, 4, 1.125, 0.625, 1.7, 0.4, 106.0, False)]
HISTORY_OF_TWO: list[TrainingEvent] = [START, STEPS[0], EPOCHS[0], STEPS[1], EPOCHS[1]]


@pytest.fixture
def written(run: Run) -> Run:
    writer = HistoryWriter(run.path / HISTORY)
    for event in HISTORY_OF_TWO:
        writer.write(event)
    return run


def test_a_growing_history_is_read_piece_by_piece_and_half_a_line_is_left_for_later(run: Run) -> None:
    path = run.path / HISTORY
    tail, writer = HistoryTail(path), HistoryWriter(path)
    assert tail.read() == (False, [])
    writer.write(START)
    assert tail.read() == (True, [START])
    writer.write(STEPS[0])
    with path.open("ab") as file:
        file.write(b'{"event": "steps_done", "first')
    assert tail.read() == (False, [STEPS[0]])
    assert tail.read() == (False, [])


def test_a_history_that_was_cut_by_a_resume_is_read_anew(written: Run) -> None:
    tail = HistoryTail(written.path / HISTORY)
    tail.read()
    cut_history(written.path / HISTORY, 2, 1)
    HistoryWriter(written.path / HISTORY).write(STEPS[1])
    assert tail.read() == (True, [START, STEPS[0], EPOCHS[0], STEPS[1]])


def test_csv_has_a_row_an_epoch_with_the_numbers_in_full(written: Run, tmp_path: Path) -> None:
    text = save_history(written, tmp_path / "out.csv").read_text()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["epoch"], float(row["val_loss"]), float(row["val_top1"])) for row in rows] == [
        ("1", 1.6, 0.5),
        ("2", 1.7, 0.4),
    ]


def test_json_has_a_row_a_step(written: Run, tmp_path: Path) -> None:
    rows = json.loads(save_history(written, tmp_path / "out.json", "steps").read_text())
    assert [(row["step"], row["epoch"], row["loss"], row["accuracy"]) for row in rows] == [
        (1, 0.5, 2.0, 0.25),
        (2, 1.0, 1.5, 0.5),
        (3, 1.5, 1.25, 0.5),
        (4, 2.0, 1.0, 0.75),
    ]


def test_another_form_and_a_run_without_a_step_are_refused(run: Run, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="can't be written as 'xlsx'"):
        save_history(run, tmp_path / "out.xlsx")
    with pytest.raises(RunError, match="has not finished an epoch"):
        save_history(run, tmp_path / "out.csv")


def test_a_table_without_rows_has_no_lines_but_its_heading() -> None:
    assert table_text(step_rows([]), "json") == "[]\n"


def test_event_files_hold_what_tensorboard_itself_reads_back(written: Run, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    write_event_files(written, tmp_path / "events")
    reader = EventAccumulator(str(tmp_path / "events"), size_guidance={"scalars": 0})
    reader.Reload()
    assert [(e.step, e.value) for e in reader.Scalars("step/loss")] == [(1, 2.0), (2, 1.5), (3, 1.25), (4, 1.0)]
    assert [(e.step, e.value) for e in reader.Scalars("accuracy/validation")] == [
        (2, 0.5),
        (4, pytest.approx(0.4)),
    ]


def test_event_files_hold_the_learning_rate_and_the_best_five_where_they_are_known(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    with EventFiles(tmp_path) as events:
        events.write(StepsDone(1, (2.0, 1.5), (0.2, 0.4), 100.0, 9.0, rate=0.25))
        events.write(EpochDone(1, 2, 1.7, 0.3, 1.6, 0.5, 105.0, True, val_top5=0.75))
        events.write(EpochDone(2, 4, 1.7, 0.3, 1.6, 0.5, 105.0, True))
    reader = EventAccumulator(str(tmp_path), size_guidance={"scalars": 0})
    reader.Reload()
    assert [(e.step, e.value) for e in reader.Scalars("step/learning_rate")] == [(2, 0.25)]
    assert [(e.step, e.value) for e in reader.Scalars("accuracy/validation_top5")] == [(2, 0.75)]


def test_a_table_of_steps_tells_the_learning_rate() -> None:
    rows = step_rows([START, StepsDone(1, (2.0, 1.5), (0.25, 0.5), 100.0, 9.0, rate=0.125)])
    assert [(row["step"], row["rate"], row["images_per_s"]) for row in rows] == [(1, 0.125, 100.0), (2, 0.125, 100.0)]


def test_without_the_package_the_way_to_get_it_is_named(written: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(RunError) as failed:
        write_event_files(written, written.path / "events")
    assert "pip install 'cnnstudio[tensorboard]'" in failed.value.hint


def test_a_summary_has_the_best_epoch_the_size_and_the_state(written: Run) -> None:
    [found] = SummaryReader().read([written.path], JobContext())
    assert (found.accuracy, found.loss, found.best_epoch, found.epochs) == (0.5, 1.6, 1, 2)
    assert found.state is RunState.CREATED
    sizes = [path.stat().st_size for path in written.path.rglob("*") if path.is_file()]
    assert found.size_bytes == sum(sizes)


def test_a_broken_run_among_good_ones_says_why_and_hides_none(written: Run, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    files.write_text(tmp_path / "broken" / RUN, "{")
    good, broken = SummaryReader().read([written.path, tmp_path / "broken"], JobContext())
    assert good.problem == ""
    assert broken.run is None
    assert "not valid JSON" in broken.problem
    assert broken.to_json()["state"] == "broken"


def test_what_did_not_change_is_not_read_again(written: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, read = SummaryReader(), []
    real = summary.summarise
    monkeypatch.setattr(summary, "summarise", lambda folder: read.append(folder) or real(folder))
    reader.read([written.path], JobContext())
    reader.read([written.path], JobContext())
    assert len(read) == 1
    HistoryWriter(written.path / HISTORY).write(EpochDone(3, 6, 1.0, 0.6, 1.0, 0.9, 100.0, True))
    assert reader.read([written.path], JobContext())[0].accuracy == 0.9


def test_a_run_whose_process_died_turns_interrupted_though_no_file_changed(written: Run) -> None:
    from filelock import FileLock

    from cnnstudio.runs.run import LOCK

    note_state(written, RunState.RUNNING)
    lock, reader = FileLock(written.path / LOCK), SummaryReader()
    with lock:
        assert reader.read([written.path], JobContext())[0].state is RunState.RUNNING
    assert reader.read([written.path], JobContext())[0].state is RunState.INTERRUPTED


def test_looking_at_a_run_leaves_no_lock_file_in_its_folder(written: Run) -> None:
    note_state(written, RunState.RUNNING)
    before = sorted(os.listdir(written.path))
    SummaryReader().read([written.path], JobContext())
    assert sorted(os.listdir(written.path)) == before


def test_an_epoch_line_torn_by_a_crash_is_left_out(written: Run) -> None:
    with (written.path / HISTORY).open("ab") as file:
        file.write(b'{"event": "epoch_done", "epoch": 3, "st')
    assert [event.epoch for event in epochs_done(written.path / HISTORY)] == [1, 2]


def test_epochs_are_found_at_the_start_the_end_and_side_by_side(tmp_path: Path) -> None:
    first, second = (files.to_line(event_json(epoch)) for epoch in EPOCHS)
    steps = files.to_line(event_json(STEPS[0]))
    for lines in ([first, second], [first, steps, second], [steps, first, second, steps], [first, "{", second]):
        for end in ("", "\n"):
            (tmp_path / HISTORY).write_text("\n".join(lines) + end)
            assert epochs_done(tmp_path / HISTORY) == EPOCHS


def test_training_time_is_counted_between_start_and_end(written: Run) -> None:
    lines = [("2026-01-01T10:00:00+00:00", "running"), ("2026-01-01T10:01:30+00:00", "stopped")]
    files.write_text(
        written.path / JOURNAL, "".join(files.to_line({"time": t, "state": s, "text": ""}) + "\n" for t, s in lines)
    )
    assert SummaryReader().read([written.path], JobContext())[0].duration_s == 90


@pytest.mark.slow
def test_the_summary_of_a_trained_run_agrees_with_the_run_itself(run: Run) -> None:
    train_run(JobContext(), run)
    [found] = SummaryReader().read([run.path], JobContext())
    best = run.best()
    assert best is not None
    assert (found.accuracy, found.best_epoch, found.epochs) == (best.val_top1, best.epoch, len(run.epochs()))
    assert found.state is RunState.FINISHED


@pytest.mark.slow
def test_a_run_with_a_folder_for_them_gets_event_files_while_it_trains(run: Run) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    want_event_files(run)
    train_run(JobContext(), run)
    reader = EventAccumulator(str(run.path / FOLDER), size_guidance={"scalars": 0})
    reader.Reload()
    steps = [loss for event in run.history() if isinstance(event, StepsDone) for loss in event.losses]
    assert [event.value for event in reader.Scalars("step/loss")] == pytest.approx(steps)
