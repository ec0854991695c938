"""What the top bar says about the way of the data: data, network, run."""

from functools import lru_cache

from cnnstudio.gui.session import Session
from cnnstudio.gui.widgets.bars import percent
from cnnstudio.gui.widgets.top_bar import Station
from cnnstudio.network.summary import summarize
from cnnstudio.runs.run import HISTORY, Run
from cnnstudio.training.events import EpochDone

# The chip that is filled while a page is open.
STATION_OF_PAGE = {
    "data": "data",
    "network": "network",
    "train": "train",
    "inspect": "train",
    "evaluate": "train",
    "classify": "train",
    "runs": "train",
}


def stations(session: Session) -> list[Station]:
    """The chips for what is open; none without a project."""
    if session.project is None:
        return []
    return [_data(session), _network(session), _run(session)]


def _data(session: Session) -> Station:
    if session.opening:
        return Station("data", f"Data  {session.opening} …", f"{session.opening} is being opened.")
    if session.data_spec is None:
        return Station("data", "Data  none yet", "Choose the pictures to learn from.")
    title = session.data_spec.source.title
    if session.data_error is not None:
        return Station("data", f"Data  {title} · unreadable", session.data_error.message)
    if session.dataset is None:
        return Station("data", f"Data  {title} …", f"{title} is being opened.")
    count, classes = len(session.dataset), len(session.dataset.classes)
    return Station("data", f"Data  {title} · {count:,}", f"{title}: {count:,} pictures of {classes:,} classes.")


def _network(session: Session) -> Station:
    if session.graph is None:
        return Station("network", "Network  none yet", "Choose a network.")
    name = session.graph.name
    if session.validation is not None and not session.validation.is_ok:
        return Station("network", f"Network  {name} · problem", session.validation.problems[0].text)
    parameters = summarize(session.graph).parameters
    return Station("network", f"Network  {name} · {parameters:,}", f"{name} has {parameters:,} parameters.")


def _run(session: Session) -> Station:
    run = session.run
    if run is None:
        return Station("train", "Run  none yet", "Train the network.")
    name = f"{run.name[:1].upper()}{run.name[1:]}"
    training = session.training
    if training.is_active and training.run is not None and training.run.path == run.path:
        return Station("train", f"{name}  {training.phase.value}", f"{name} is being trained.")
    best = _best(run, _stamp(run))
    if best is None:
        return Station("train", name, f"{name} has not finished an epoch.")
    share = percent(best.val_top1)
    if not session.is_own_data(run):
        return Station("train", f"{name}  {share} · {_otherness(session, run)[0]}", _otherness(session, run)[1])
    return Station("train", f"{name}  {share}", f"{name}: {share} of the validation images are recognised.")


def _otherness(session: Session, run: Run) -> tuple[str, str]:
    """In a word and in a sentence, how the run's data differ from what is open."""
    assert session.data_spec is not None
    now, then = session.data_spec, run.data
    if now.source != then.source:
        return "other data", f"{run.name} was trained on {then.source.title}, not on what is open."
    if now.edits != then.edits:
        return "before edits", f"{run.name} was trained before pictures were relabelled, left out or taken back in."
    if now.split != then.split:
        return "other split", f"{run.name} was trained on the same pictures, split otherwise."
    return "other size", f"{run.name} was trained on the same pictures, brought to size or normalised otherwise."


@lru_cache(maxsize=64)
def _best(run: Run, stamp: int) -> EpochDone | None:
    # A long history takes time to read, and the bar is drawn at each edit: read it once a change of the file.
    del stamp
    return run.best()


def _stamp(run: Run) -> int:
    history = run.path / HISTORY
    return history.stat().st_mtime_ns if history.exists() else 0
