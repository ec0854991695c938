"""`cnnstudio export`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from cnnstudio.cli.output import JsonOption, job_context, print_json
from cnnstudio.cli.train import RunArgument
from cnnstudio.data.spec import parse_source
from cnnstudio.runs.run import open_run


def export(
    run: RunArgument,
    form: Annotated[
        Literal["safetensors", "source", "onnx", "script"],
        typer.Option("--format", help="Weights, plain PyTorch code with weights, ONNX, or a training script."),
    ],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder to write into.")],
    data: Annotated[
        str | None, typer.Option(metavar="SOURCE", help="Images to check with; default: the run's validation images.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only check the folder as it is, and certify it anew.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Take a run's best network out, with predict.py and a certificate that it gives what the app gives."""
    from cnnstudio.runs.export import check_export, export_run

    if form == "script":
        _script(run, out, as_json)
        return
    source = None if data is None else parse_source(data)
    with job_context(quiet=as_json) as ctx:
        opened = open_run(run)
        made = check_export(opened, out, ctx, source) if check else export_run(opened, form, out, ctx, source)
    if as_json:
        print_json([str(path) for path in made.paths])
    else:
        print("\n".join(str(path) for path in made.paths))
    made.require_passed()
    if not as_json:
        print(made.certificate.text)


def _script(run: Path, out: Path, as_json: bool) -> None:
    """The recipe as a training script; its first losses are its proof, so that it needs no certificate."""
    from cnnstudio.runs.script import export_script

    with job_context(quiet=as_json) as ctx:
        paths = export_script(open_run(run), out, ctx)
    if as_json:
        print_json([str(path) for path in paths])
    else:
        print("\n".join(str(path) for path in paths))
