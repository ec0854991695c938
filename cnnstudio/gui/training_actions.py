"""The actions that start, rest and end trainings, and choose where they run."""

from collections.abc import Callable

from cnnstudio.core.errors import StudioError
from cnnstudio.gui.action import TRAIN, Action
from cnnstudio.gui.reasons import why_not_pause, why_not_place, why_not_start, why_not_stop
from cnnstudio.gui.session import Session
from cnnstudio.gui.training import Phase


def _start(session: Session) -> None:
    if session.training.phase is Phase.PAUSED:
        session.training.go_on()
    else:
        session.training.start()
    session.page_requested.emit("train")


def _pause_or_go_on(session: Session) -> None:
    if session.training.phase is Phase.PAUSED:
        session.training.go_on()
    else:
        session.training.pause()


def _place_setter(place: str, text: str) -> Callable[[Session], None]:
    def run(session: Session) -> None:
        session.set_settings(session.settings.replace(train_in=place))
        session.notice.emit("ok", text, "From the next start of a training on.")

    return run


def _trains_in(place: str) -> Callable[[Session], bool]:
    return lambda session: session.settings.train_in == place


def _toggle_event_files(session: Session) -> None:
    from cnnstudio.runs.tensorboard import require_tensorboard

    is_wanted = not session.settings.event_files
    try:
        if is_wanted:
            require_tensorboard()
    except StudioError as error:
        session.report(error)
        return
    session.set_settings(session.settings.replace(event_files=is_wanted))
    text = "New runs get event files for TensorBoard." if is_wanted else "New runs get no event files."
    session.notice.emit("ok", text, "From the next start of a training on.")


TRAINING_ACTIONS: tuple[Action, ...] = (
    Action(
        "train.start",
        "Start training",
        TRAIN,
        _start,
        ("F5",),
        "play",
        why_not_start,
        "Train the network on the data as a new run, or go on with the paused one.",
    ),
    Action(
        "train.pause",
        "Pause or go on",
        TRAIN,
        _pause_or_go_on,
        ("Ctrl+Space",),
        "pause",
        why_not_pause,
        "Save the training and let it rest, or let it go on.",
    ),
    Action(
        "train.stop",
        "Stop training",
        TRAIN,
        lambda session: session.training.stop(),
        ("Shift+F5",),
        "stop",
        why_not_stop,
        "Save the training and end it; the run can be resumed.",
    ),
    Action(
        "train.repeat",
        "Run the chosen run again, identically",
        TRAIN,
        lambda session: session.repetition.start(),
        (),
        "repeat",
        lambda session: session.repetition.why_not(),
        "Trains it once more from its start, and says whether the same came out, to the last bit.",
        begins_group=True,
    ),
    Action(
        "train.thread",
        "Train in the window's own process",
        TRAIN,
        _place_setter("thread", "Trainings run in a thread of the window."),
        (),
        "application-outline",
        why_not_place("thread"),
        "Starts at once; a crash of a graphics driver would close the window too.",
        _trains_in("thread"),
        begins_group=True,
    ),
    Action(
        "train.process",
        "Train in a process of its own",
        TRAIN,
        _place_setter("process", "Trainings run in a process of their own."),
        (),
        "application-export",
        why_not_place("process"),
        "Starts a few seconds later; whatever happens to it, the window stays and the run can be resumed.",
        _trains_in("process"),
    ),
    Action(
        "train.event_files",
        "Write event files for TensorBoard",
        TRAIN,
        _toggle_event_files,
        (),
        "chart-box-outline",
        tooltip="Each new run then also has a folder tensorboard; needs the package of that name.",
        is_on=lambda session: session.settings.event_files,
        begins_group=True,
    ),
)
