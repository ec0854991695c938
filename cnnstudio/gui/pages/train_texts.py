"""What the page Train says: on its main button, and in its log."""

from cnnstudio.gui.training import Phase
from cnnstudio.runs.run import Run, RunState
from cnnstudio.training.events import (
    CheckpointSaved,
    EpochDone,
    Noted,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
)

MAIN_BUTTON = {
    Phase.IDLE: ("Start training", "play", "Train the network on the data as a new run (F5)."),
    Phase.CHECKING: ("Checking …", "play", "Network, data and recipe are examined; Stop ends it."),
    Phase.STARTING: ("Starting …", "play", "The network is being built."),
    Phase.RUNNING: ("Pause", "pause", "Save everything and rest until you go on (Space)."),
    Phase.PAUSING: ("Pausing …", "pause", "It rests after the current step."),
    Phase.PAUSED: ("Go on", "play", "Train on from where it rests (Space)."),
    Phase.TRYING: (
        "Trying …",
        "play",
        "It looks whether it can go on: whether the disk has room, or the drive is back.",
    ),
    Phase.STOPPING: ("Stopping …", "stop", "It is being saved."),
}


def log_line(event: object) -> str:
    """One line for the log; empty for what the curves show anyway."""
    match event:
        case RunStarted():
            how = f" ({event.plan.rstrip('.')})" if event.plan else ""
            return f"{'Went on' if event.step else 'Started'} at step {event.step:,} on {event.device}{how}."
        case EpochDone() if event.is_best:
            return f"Epoch {event.epoch:,}: {100 * event.val_top1:.1f} %, the best so far."
        case CheckpointSaved():
            return f"Saved at step {event.step:,}."
        case Noted():
            return f"Step {event.step:,}: {event.text} {event.hint}".strip()
        case RunPaused():
            return event.why or f"Paused at step {event.step:,}."
        case RunResumed():
            return f"Went on at step {event.step:,}."
        case RunEnded():
            return event.text
    return ""


def has_result(run: Run, state: RunState) -> bool:
    """Is there something to look inside and to judge? A run that was stopped counts too, once it has an epoch."""
    return state in (RunState.FINISHED, RunState.STOPPED) and (run.checkpoints / "best").exists()


def damage_line(count: int) -> str:
    """What the log says of lines of the history that can't be read."""
    what = "1 line of the history is" if count == 1 else f"{count:,} lines of the history are"
    return f"{what} damaged: the curves lack these steps. Checkpoints are not touched by that."


def longer_entries(name: str, done: int, recipe: int) -> list[tuple[str, str, str]]:
    """By how many epochs a finished run can be extended: the recipe's number first, then round ones."""
    return [
        (
            f"{more}",
            f"{more:,} epoch{'s' if more > 1 else ''} more",
            f"Train {name} until {done + more:,} epochs are done; it keeps what it has learnt.",
        )
        for more in dict.fromkeys((recipe, 1, 5, 10, 20, 50, 100))
    ]
