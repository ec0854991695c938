"""`cnnstudio repeat`: run a run again, identically, and say whether the same came out."""

from pathlib import Path
from typing import Annotated

import typer

from cnnstudio.cli.output import JsonOption, job_context, print_json
from cnnstudio.core.errors import RunError
from cnnstudio.runs.run import open_run

RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished run.")]
OutOption = Annotated[Path, typer.Option("--out", metavar="RUN", help="New folder for the repetition.")]


def repeat(run: RunArgument, out: OutOption, as_json: JsonOption = False) -> None:
    """Train a run again from its start, and compare the results bit by bit; an error if they differ."""
    from cnnstudio.runs.repeat import repeat_run

    with job_context(quiet=as_json, stops_on_signal=True) as ctx:
        _, verdict = repeat_run(ctx, open_run(run), out)
    if as_json:
        print_json({"equal": verdict.is_equal, "largest": verdict.largest, "changed": list(verdict.changed)})
    elif verdict.is_equal:
        print(verdict.text)
    if not verdict.is_equal:
        raise RunError(verdict.text)
