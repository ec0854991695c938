"""Histories that a power cut, a full disk or another program has left: what can be read is read, nothing crashes."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from cnnstudio.core import files
from cnnstudio.core.jobs import JobContext
from cnnstudio.runs.curves import MEASURES, CurveReader
from cnnstudio.runs.history_part import joined, part_of
from cnnstudio.runs.run import HISTORY, JOURNAL, Run, RunState
from cnnstudio.runs.store import note_state
from cnnstudio.runs.summary import SummaryReader
from cnnstudio.runs.tail import HistoryTail, read_history, read_part
from cnnstudio.runs.writer import cut_history
from cnnstudio.training.events import EpochDone, LayerHealth, Noted, RunStarted, StepsDone, event_json

START = RunStarted(0, 0, 2, 2, "CPU", 1, 16, 8)
STEPS = [
    StepsDone(1, (2.0, 1.5), (0.25, 0.5), 100.0, 9.0, 0.1, 0.2, 10**9),
    StepsDone(3, (1.25,), (0.5,), 110.0, 4.0, 0.05, 0.1, 2 * 10**9),
]
EPOCH = EpochDone(1, 2, 1.75, 0.375, 1.6, 0.5, 105.0, True)
LOOK = LayerHealth(2, ("a",), (0.1,), (1e-3,), (None,), (1.0,), (0.0,), (-1.0,), (1.0,), ((1, 2),))


def lines_of(*events: object) -> list[bytes]:
    return [json.dumps(event_json(event)).encode() for event in events]  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / HISTORY


RUBBISH = [
    bytes(4096),
    b"\xff\xfe\x00\x01",
    b'{"event": "steps_done", "first_step": 5}',
    b'{"event": "steps_done", "first_step": 5, "losses": "ab", "accuracies": [], "images_per_s": 1, "seconds_left": 1}',
    b'{"event": "steps_done", "first_step": 5, "losses": [1], "accuracies": [], "images_per_s": 1, "seconds_left": 1}',
    b'{"event": "steps_done", "first_step": -5, "losses": [], "accuracies": [], "images_per_s": 1, "seconds_left": 1}',
    b'{"event": "epoch_done", "epoch": 1e400}',
    json.dumps({**event_json(EPOCH), "epoch": 10**300}).encode(),
    json.dumps({**event_json(EPOCH), "val_loss": float("nan")}).encode(),
    json.dumps({**event_json(START), "steps_per_epoch": 0}).encode(),
    json.dumps({**event_json(LOOK), "dead": []}).encode(),
    b'{"event": 7',
    b"[]",
    b"17",
    b"[" * 100_000,
    b'{"event": "steps_done", ' + b'"a": {' * 100_000,
]


@pytest.mark.parametrize("rubbish", RUBBISH, ids=lambda line: repr(line[:60]))
def test_rubbish_in_the_middle_is_counted_and_hides_no_line(path: Path, rubbish: bytes) -> None:
    good = lines_of(START, STEPS[0], EPOCH, LOOK, STEPS[1])
    path.write_bytes(b"\n".join([*good[:2], rubbish, *good[2:], b""]))
    assert read_history(path) == [START, STEPS[0], EPOCH, LOOK, STEPS[1]]
    assert read_part(path).damaged == 1
    tail = HistoryTail(path)
    assert tail.read() == (True, [START, STEPS[0], EPOCH, LOOK, STEPS[1]])
    assert tail.damaged == 1


def test_a_kind_of_a_newer_version_is_left_out_and_is_no_damage(path: Path) -> None:
    path.write_bytes(b'{"event": "moon_phase", "phase": 3}\n' + lines_of(START)[0] + b"\n")
    part = read_part(path)
    assert (part.others, part.damaged) == ((START,), 0)


def test_keys_of_a_newer_version_are_passed_over(path: Path) -> None:
    path.write_text(json.dumps({**event_json(STEPS[0]), "moon": [1, 2]}) + "\n")
    assert read_history(path) == [STEPS[0]]


@pytest.mark.parametrize("end", [b"", b"\n", b'\n{"event": "steps_done", "fir'])
def test_a_last_line_counts_if_it_is_whole_and_is_no_damage_if_it_is_torn(path: Path, end: bytes) -> None:
    path.write_bytes(b"\n".join(lines_of(START, STEPS[0])) + end)
    part = read_part(path)
    assert part.losses.tolist() == [2.0, 1.5]
    assert part.damaged == 0


def test_names_that_are_no_unicode_come_back_as_they_were(path: Path) -> None:
    note = Noted(3, "caf\udce9.png was left out", "")
    files.append_line(path, files.to_line(event_json(note)))
    assert read_history(path) == [note]


def test_columns_hold_each_step_at_its_place_in_epochs(path: Path) -> None:
    path.write_bytes(b"\n".join([*lines_of(START, *STEPS, EPOCH), b""]))
    part = read_part(path)
    assert part.x.tolist() == [0.5, 1.0, 1.5]  # two steps an epoch
    assert part.accuracies.tolist() == [0.25, 0.5, 0.5]
    assert part.told_x.tolist() == [1.0, 1.5]
    assert part.rates.tolist() == [0.1, 0.05]
    assert part.memory_bytes.tolist() == [1e9, 2e9]
    assert (part.newest, part.epochs, part.steps_per_epoch) == (STEPS[1], [EPOCH], 2)


def test_pieces_put_together_are_the_whole() -> None:
    rng = np.random.default_rng(3)
    events: list[object] = [START]
    step = 1
    for count in rng.integers(1, 30, 200).tolist():
        events.append(StepsDone(step, tuple(rng.random(count)), tuple(rng.random(count)), 1.0, 1.0))
        step += count
    whole = part_of(events)  # type: ignore[arg-type]
    parts, per_epoch = [], 1
    for start in range(0, len(events), 17):
        parts.append(part_of(events[start : start + 17], per_epoch))  # type: ignore[arg-type]
        per_epoch = parts[-1].steps_per_epoch
    assert joined(parts).x == pytest.approx(whole.x)
    assert joined(parts).losses == pytest.approx(whole.losses)
    assert whole.x == pytest.approx(np.arange(1, step) / 2)


def test_steps_whose_numbers_are_not_finite_get_no_place_in_a_curve() -> None:
    part = part_of([START, StepsDone(1, (1.0, float("inf"), 3.0), (0.1, 0.2, float("nan")), 1.0, 1.0)])
    assert part.losses.tolist() == [1.0]


def test_a_history_longer_than_a_piece_is_read_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = lines_of(START, *(StepsDone(n, (float(n),), (0.5,), 1.0, 1.0) for n in range(1, 500)))
    path.write_bytes(b"\n".join([*lines, b""]))
    for piece in (7, 100, 4096):
        monkeypatch.setattr("cnnstudio.runs.tail.PIECE_BYTES", piece)
        assert read_part(path).losses.tolist() == list(range(1, 500))


def test_a_history_that_became_shorter_or_was_written_over_is_read_anew(path: Path) -> None:
    first, other = lines_of(START, STEPS[0]), lines_of(START, STEPS[1], EPOCH)
    path.write_bytes(b"\n".join([*first, b""]))
    tail = HistoryTail(path)
    tail.read()
    with path.open("r+b") as file:  # the same file, as a copying program writes it
        file.truncate(len(first[0]) + 1)
    assert tail.read() == (True, [START])
    with path.open("r+b") as file:
        file.write(b"\n".join([*other, b""]).replace(b"CPU", b"GPU"))
    is_new, events = tail.read()
    assert is_new
    assert events[1:] == [STEPS[1], EPOCH]


def test_curves_of_a_damaged_history_are_drawn_from_what_is_left(run: Run) -> None:
    good = lines_of(START, STEPS[0], EPOCH)
    (run.path / HISTORY).write_bytes(b"\n".join([good[0], bytes(100), *good[1:], b"\x80\n"]))
    reader = CurveReader()
    loss = next(measure for measure in MEASURES if measure.is_per_step)
    x, y = reader.read([run.path], loss, JobContext())[run.path]
    assert (x.tolist(), y.tolist()) == ([0.5, 1.0], [2.0, 1.5])
    x, y = reader.read([run.path], MEASURES[0], JobContext())[run.path]
    assert (x.tolist(), y.tolist()) == ([1.0], [50.0])


def test_top5_is_drawn_where_there_is_one(run: Run) -> None:
    with_top5 = dataclasses.replace(EPOCH, epoch=2, step=4, val_top5=0.875)
    (run.path / HISTORY).write_bytes(b"\n".join([*lines_of(START, EPOCH, with_top5), b""]))
    top5 = next(measure for measure in MEASURES if measure.key == "val_top5")
    x, y = CurveReader().read([run.path], top5, JobContext())[run.path]
    assert (x.tolist(), y.tolist()) == ([2.0], [87.5])


def test_a_resume_drops_damaged_lines_and_keeps_the_others_to_the_byte(path: Path) -> None:
    good = lines_of(START, STEPS[0], EPOCH)
    path.write_bytes(b"\n".join([good[0], b"\x00\x00", good[1], b'{"event"', good[2], *lines_of(STEPS[1]), b"torn"]))
    cut_history(path, 2, 1)
    assert path.read_bytes() == b"\n".join([*good, b""])


def test_a_journal_with_rubbish_still_tells_the_state(run: Run) -> None:
    note_state(run, RunState.RUNNING)
    with (run.path / JOURNAL).open("ab") as file:
        file.write(
            bytes(64) + b'\n{"time": "yesterday", "state": "finished", "text": ""}\n17\n{"state": []}\n{"time": "20'
        )
    assert run.state is RunState.INTERRUPTED
    note_state(run, RunState.STOPPED, "by hand")
    assert run.state is RunState.STOPPED
    assert [record["state"] for record in run.journal()] == ["running", "stopped"]


@pytest.mark.parametrize(
    ("moments", "seconds"),
    [
        (("2026-01-01T10:00:00+00:00", "2026-01-01T09:00:00+00:00"), 0),  # the clock was set back
        (("2026-01-01T10:00:00+02:00", "2026-01-01T08:01:00+00:00"), 60),  # another zone, as after a journey
    ],
)
def test_a_jump_of_the_clock_takes_no_time_away(run: Run, moments: tuple[str, str], seconds: int) -> None:
    states = ("running", "stopped")
    lines = [{"time": time, "state": state, "text": ""} for time, state in zip(moments, states, strict=True)]
    files.write_text(run.path / JOURNAL, "".join(files.to_line(line) + "\n" for line in lines))
    [found] = SummaryReader().read([run.path], JobContext())
    assert found.duration_s == seconds
