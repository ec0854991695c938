"""A run for other programs: its curves as a table or event files, its recipe as a training script."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.words import printable

if TYPE_CHECKING:
    from cnnstudio.gui.session import Session
    from cnnstudio.runs.run import Run


def save_for_others(session: "Session", run: "Run", wanted: str, path: Path) -> None:
    """Write beside the window: "epochs.csv", "steps.json", …, "tensorboard" or "script"."""

    def work(ctx: JobContext) -> Path:
        from cnnstudio.runs.history_table import save_history
        from cnnstudio.runs.script import export_script
        from cnnstudio.runs.tensorboard import write_event_files

        if wanted == "tensorboard":
            return write_event_files(run, path)
        if wanted == "script":
            return export_script(run, path, ctx)[0]
        rows, form = wanted.split(".")
        return save_history(run, path, "epochs" if rows == "epochs" else "steps", "csv" if form == "csv" else "json")

    done = partial(_tell, session)
    session.jobs.start(f"Saving {run.name} for others", "io", work, on_done=done, on_error=session.report)


def _tell(session: "Session", path: Path) -> None:
    session.notice.emit("ok", f"It is in {printable(str(path))}.", "")
