"""What the table of runs shows: columns, and the cells of a run's summary; and which runs a filter keeps."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cnnstudio.data.natural import natural_key
from cnnstudio.data.words import printable
from cnnstudio.gui.widgets.bars import percent
from cnnstudio.gui.widgets.table import Column
from cnnstudio.gui.widgets.times import bytes_text, day_text, duration_text
from cnnstudio.runs.labels import tags_text
from cnnstudio.runs.run import RunState
from cnnstudio.runs.summary import RunSummary

BROKEN = "broken"
ROLES: dict[str, str] = {
    RunState.RUNNING.value: "accent",
    RunState.PAUSED.value: "accent",
    RunState.FINISHED.value: "ok",
    RunState.DIVERGED.value: "bad",
    RunState.FAILED.value: "bad",
    RunState.INTERRUPTED.value: "warn",
    BROKEN: "bad",
}
NAME, TAGS, NOTES = 0, 9, 10


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value)


def _epochs(value: tuple[int, int] | None) -> str:
    if value is None:
        return "–"
    done, wanted = value
    return f"{done:,} of {wanted:,}" if wanted else "imported"


def _role_of_state(value: str) -> str:
    return ROLES.get(value, "")


def _moment(value: datetime | None) -> str:
    return "–" if value is None else day_text(value.astimezone(), datetime.now(UTC).astimezone())


def _begun(created: str) -> datetime | None:
    """When a run was made; a foreign one may say anything."""
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _duration(value: float | None) -> str:
    return "–" if value is None else duration_text(value)


def _bytes(value: int | None) -> str:
    return "–" if value is None else bytes_text(value)


def _line(value: str | None) -> str:
    return printable(" ".join((value or "").split()))


COLUMNS = (
    Column(
        "Name",
        "The run's name; F2 or a click on the chosen row's changes it.",
        text=_line,
        order=natural_key,
        is_editable=True,
    ),
    Column("State", "Where the run stands; interrupted: it was broken off and can go on.", role=_role_of_state),
    Column("Accuracy", "Share of the validation images that its best epoch recognises.", is_number=True, text=_share),
    Column("Epochs", "Epochs done of those asked for.", is_number=True, text=_epochs),
    Column("Data", "What it learnt from.", text=_line),
    Column("Network", "What was trained.", text=_line),
    Column("Time", "How long its epochs took together.", is_number=True, text=_duration),
    Column("Size", "Bytes on the disk.", is_number=True, text=_bytes),
    Column("Begun", "When it was begun.", text=_moment),
    Column("Tags", "Your own words, with commas between; F2 changes them.", text=_line, is_editable=True),
    Column("Notes", "What you want to remember of it; F2 changes the notes.", text=_line, is_editable=True),
    Column("Folder", "Where it lies; with its whole path if that is elsewhere.", text=_line),
)
# The least and the greatest width of each column; 0 for one whose texts are never cut.
LIMITS_PX = (
    (150, 320),
    (0, 120),
    (0, 100),
    (0, 130),
    (110, 260),
    (110, 260),
    (0, 110),
    (0, 100),
    (0, 190),
    (60, 240),
    (100, 400),
    (80, 420),
)
# In a narrow window these columns go, the first one first: the folder (a button shows it), the size, the notes (a tab
# below has them), and so on; what was trained, on what, how it stands and how well it does always stay.
LEAVING = (11, 7, 10, 6, 9, 8, 3)


def state_text(summary: RunSummary) -> str:
    """The state as the table and the filter call it."""
    return BROKEN if summary.run is None or summary.state is None else summary.state.value


def cells(summary: RunSummary, *, is_elsewhere: bool) -> tuple[Any, ...]:
    """One value a column; a run that can't be read says why in its notes."""
    run, folder = summary.run, str(summary.path) if is_elsewhere else summary.path.name
    if run is None:
        return (summary.name, BROKEN, None, None, None, None, None, None, None, "", summary.problem, folder)
    return (
        run.name,
        state_text(summary),
        summary.accuracy,
        (summary.epochs, 0 if run.is_imported else run.config.epochs),
        run.data.source.title,
        run.graph.name,
        summary.duration_s,
        summary.size_bytes,
        _begun(run.info.created),
        tags_text(run.info.tags),
        run.info.notes,
        folder,
    )


def kept_rows(summaries: Sequence[RunSummary], text: str, state: str, tag: str) -> list[int] | None:
    """The places of the runs that hold all words of `text`, are in this state and have this tag; None for all.

    Args:
        summaries: All runs.
        text: Words to be found in name, data, network, tags, notes or folder, in any order and case.
        state: A state as `state_text` calls it, or "" for any.
        tag: A tag, or "" for any.
    """
    words = text.casefold().split()
    if not words and not state and not tag:
        return None
    return [place for place, summary in enumerate(summaries) if _is_kept(summary, words, state, tag)]


def all_tags(summaries: Sequence[RunSummary]) -> tuple[str, ...]:
    """Every tag in use, sorted."""
    return tuple(sorted({tag for summary in summaries if summary.run for tag in summary.run.info.tags}))


def _is_kept(summary: RunSummary, words: Sequence[str], state: str, tag: str) -> bool:
    if state and state_text(summary) != state:
        return False
    tags = summary.run.info.tags if summary.run is not None else ()
    if tag and tag not in tags:
        return False
    parts = [summary.name, summary.path.name, summary.problem, *tags]
    if summary.run is not None:
        parts += [summary.run.data.source.title, summary.run.graph.name, summary.run.info.notes]
    searched = " ".join(parts).casefold()
    return all(word in searched for word in words)
