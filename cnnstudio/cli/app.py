"""All commands in one typer application."""

from typing import Annotated

import typer

from cnnstudio import __version__
from cnnstudio.cli import (
    check,
    data,
    demo,
    doctor,
    download,
    evaluate,
    explain,
    export,
    networks,
    predict,
    repeat,
    runs,
    tour,
    train,
    weights,
)

app = typer.Typer(
    name="cnnstudio",
    help="Build, train and look inside convolutional networks. `cnnstudio [PROJECT]` opens the window.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cnnstudio {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of the program itself."""


app.command("train")(train.train)
app.command("check")(check.check)
app.command("resume")(train.resume)
app.command("repeat")(repeat.repeat)
app.command("evaluate")(evaluate.evaluate)
app.command("predict")(predict.predict)
app.command("explain")(explain.explain)
app.command("runs")(runs.runs)
app.command("compare")(runs.compare)
app.command("history")(runs.history)
app.command("networks")(networks.networks)
app.command("data")(data.data)
app.command("download")(download.download)
app.command("weights")(weights.weights)
app.command("export")(export.export)
app.command("tour")(tour.tour)
app.command("doctor")(doctor.doctor)
app.command("demo")(demo.demo)
