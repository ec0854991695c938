"""`cnnstudio runs`, `compare` and `history`: what was trained, in what the runs differ, their curves."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cnnstudio.cli.output import JsonOption, job_context, print_json, print_table
from cnnstudio.cli.train import RunArgument
from cnnstudio.core import files
from cnnstudio.core.errors import ProjectError, RunError
from cnnstudio.data.words import printable
from cnnstudio.runs.run import open_run

if TYPE_CHECKING:
    from cnnstudio.runs.summary import RunSummary

SHOWN_LETTERS = 28


def runs(
    project: Annotated[
        Path, typer.Argument(metavar="[PROJECT]", help="Folder of a project or of runs; default: this one.")
    ] = Path(),
    as_json: JsonOption = False,
) -> None:
    """List the runs of a project, oldest first, with what came of them."""
    from cnnstudio.runs.summary import SummaryReader

    with job_context(quiet=as_json) as ctx:
        found = SummaryReader().read(_folders(project), ctx)
    if as_json:
        print_json([summary.to_json() for summary in found])
    else:
        header = ["name", "state", "accuracy", "epochs", "data", "network", "time", "size", "tags", "folder"]
        print_table(header, [_row(summary) for summary in found])


def compare(
    first: RunArgument,
    others: Annotated[list[Path], typer.Argument(metavar="RUN...", help="One or more runs to compare it with.")],
    as_json: JsonOption = False,
) -> None:
    """Show in which settings two or more runs differ: data, network, recipe, versions."""
    from cnnstudio.runs.differences import differences

    opened = [open_run(path) for path in (first, *others)]
    found = differences(opened)
    if as_json:
        rows = [{"part": d.part, "key": d.key, "title": d.title, "values": list(d.values)} for d in found]
        print_json({"runs": [str(run.path) for run in opened], "differences": rows})
    elif not found:
        print("They don't differ in any setting.")
    else:
        names = [_short(run.name) for run in opened]
        print_table(["setting", *names], [[f"{d.part}: {d.title}", *map(_short, d.values)] for d in found])


def history(
    run: RunArgument,
    form: Annotated[
        Literal["csv", "json", "tensorboard"],
        typer.Option("--format", help="A table as CSV or JSON, or event files for TensorBoard."),
    ] = "csv",
    rows: Annotated[Literal["epochs", "steps"], typer.Option(help="A row for each epoch or for each step.")] = "epochs",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE|FOLDER", help="Where to; default: print it (a table only).")
    ] = None,
) -> None:
    """Write a run's curves for other programs: CSV, JSON, or event files for TensorBoard."""
    from cnnstudio.runs.history_table import history_rows, table_text
    from cnnstudio.runs.tensorboard import FOLDER, write_event_files

    opened = open_run(run)
    if form == "tensorboard":
        print(write_event_files(opened, out or opened.path / FOLDER))
        return
    text = table_text(history_rows(opened, rows), form)
    if out is None:
        print(text, end="")
    else:
        files.write_text(out, text)
        print(out)


def _folders(project: Path) -> list[Path]:
    """The run folders of a project; of any other folder those that lie in it, or itself.

    Raises:
        ProjectError: There is no such folder.
        RunError: It holds no run.
    """
    from cnnstudio.runs.run import RUN
    from cnnstudio.runs.store import run_folders

    if not project.is_dir():
        raise ProjectError(f"There is no folder {project}.", hint="Name a project, or a folder of runs.")
    if (project / RUN).is_file():
        return [project]
    found = run_folders(project / "runs") or run_folders(project)
    if not found:
        raise RunError(f"There is no run in {project.absolute()}.", hint="Name a project, or a folder of runs.")
    return found


def _row(summary: "RunSummary") -> list[str]:
    run = summary.run
    if run is None:
        return [_short(summary.name), "broken", *["-"] * 7, summary.path.name]
    return [
        _short(run.name),
        "-" if summary.state is None else summary.state.value,
        "-" if summary.accuracy is None else f"{summary.accuracy:.2%}",
        f"{summary.epochs:,}/{run.config.epochs:,}",
        _short(run.data.source.title),
        _short(run.graph.name),
        f"{summary.duration_s:,.0f} s",
        f"{summary.size_bytes / 1e6:,.1f} MB",
        _short(" ".join(run.info.tags)) or "-",
        summary.path.name,
    ]


def _short(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= SHOWN_LETTERS else shown[: SHOWN_LETTERS - 1] + "…"
