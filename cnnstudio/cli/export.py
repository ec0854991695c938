"""`cnnstudio export`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from cnnstudio.cli.output import JsonOption, print_json
from cnnstudio.cli.train import RunArgument
from cnnstudio.runs.run import open_run


def export(
    run: RunArgument,
    form: Annotated[
        Literal["safetensors", "source"], typer.Option("--format", help="Weights, or plain PyTorch code with weights.")
    ],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder to write into.")],
    as_json: JsonOption = False,
) -> None:
    """Take a run's best network out, with its labels and preprocessing."""
    from cnnstudio.runs.export import export_run

    written = export_run(open_run(run), form, out)
    if as_json:
        print_json([str(path) for path in written])
    else:
        print("\n".join(str(path) for path in written))
