"""A training in a process of its own: a fault of a driver, or the system's memory killer, takes it and not the window.

The child runs `train_run` like everyone else and writes the run folder; this end passes its events on and the user's
wishes down. A child whose parent is gone notices the closed pipe, saves and ends.
"""

import contextlib
import signal
import threading
import traceback
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from cnnstudio.core.children import Children
from cnnstudio.core.errors import RunError, StudioError
from cnnstudio.core.jobs import JobContext
from cnnstudio.runs.run import Run, open_run
from cnnstudio.training.events import RunEnded

POLL_S = 0.1
GRACE_S, END_S = 5.0, 30.0
CANCEL, PAUSE, RESUME = "cancel", "pause", "resume"


def train_apart(ctx: JobContext, run: Run) -> RunEnded:
    """Train a run as `train_run` does, in a child process that opens the run's data itself.

    Raises:
        RunError: As `train_run`, and if the child died; its last checkpoint is safe.
    """
    context = Children()
    here, there = context.Pipe()
    child = context.Process(target=_train, args=(there, str(run.path)), name=f"train {run.path.name}")
    child.start()
    there.close()
    try:
        return _follow(ctx, here, child, run)
    finally:
        # Closing the pipe tells a child that still works to save and end.
        here.close()
        child.join(END_S)
        if child.is_alive():
            child.kill()
            child.join()


def _follow(ctx: JobContext, here: Connection, child: BaseProcess, run: Run) -> RunEnded:
    """Pass events on and wishes down until the child says that it ended."""
    told = (RESUME, ctx.resumes)
    while True:
        wish = _wish(ctx)
        if wish != told:
            told = wish
            with contextlib.suppress(OSError):  # it is ending: its last words are still to be read
                here.send(wish[0])
        try:
            if not here.poll(POLL_S):
                continue
            kind, value = here.recv()
        except (EOFError, ConnectionError):
            raise _died(child, run) from None
        if kind == "ended":
            ended: RunEnded = value
            return ended
        if kind == "error":
            raise value
        ctx.emit(value)


def _wish(ctx: JobContext) -> tuple[str, int]:
    """What the user wants, and how often they said go on: a training that rests by itself is to hear each time."""
    if ctx.is_cancel_requested:
        return CANCEL, 0
    return PAUSE if ctx.is_pause_requested else RESUME, ctx.resumes


def _died(child: BaseProcess, run: Run) -> RunError:
    child.join(GRACE_S)
    code = child.exitcode
    how = f"with the exit code {code}"
    if code is not None and code < 0:
        how = f"by the signal {signal.Signals(-code).name}"
        how += ", as the system does when memory runs out" if -code == signal.SIGKILL else ""
    return RunError(
        f"The process that trained {run.name} was ended {how}. Its last checkpoint is safe.",
        hint="Resume the run; a smaller batch needs less memory.",
    )


def _train(pipe: Connection, path: str) -> None:
    """The child's main function."""
    # Ctrl-C reaches the whole group: the parent decides, and says so through the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctx = JobContext(lambda event: _send(pipe, ctx, ("event", event)))
    signal.signal(signal.SIGTERM, lambda number, frame: ctx.cancel())
    threading.Thread(target=_listen, args=(pipe, ctx), name="wishes", daemon=True).start()
    _send(pipe, ctx, _result(ctx, Path(path)))


def _result(ctx: JobContext, path: Path) -> tuple[str, Any]:
    from cnnstudio.runs.execute import train_run

    try:
        return ("ended", train_run(ctx, open_run(path)))
    except StudioError as error:
        return ("error", error)
    except Exception as error:
        hint = f"This is a fault of CNN Studio; please report it.\n{traceback.format_exc()}"
        return ("error", StudioError(f"The training failed: {type(error).__name__}: {error}", hint=hint))


def _listen(pipe: Connection, ctx: JobContext) -> None:
    """Follow the parent's wishes; a parent that is gone wishes the end."""
    wishes = {CANCEL: ctx.cancel, PAUSE: ctx.pause, RESUME: ctx.resume}
    with contextlib.suppress(EOFError, OSError):
        while True:
            wishes[pipe.recv()]()
    ctx.cancel()


def _send(pipe: Connection, ctx: JobContext, message: tuple[str, Any]) -> None:
    try:
        pipe.send(message)
    except OSError:
        ctx.cancel()
