"""`cnnstudio train` and `cnnstudio resume`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from cnnstudio.cli.launching import launch
from cnnstudio.cli.output import JsonOption, job_context, print_json
from cnnstudio.cli.together import (
    NodesOption,
    NormOption,
    ProcessesOption,
    my_place,
    require_alone,
    train_in_group,
)
from cnnstudio.core.errors import Cancelled, DataError, RunError
from cnnstudio.core.jobs import JobContext
from cnnstudio.core.specs import parse_spec, with_value
from cnnstudio.data.augment_presets import named_augment
from cnnstudio.data.spec import DataSpec, data_spec, parse_source
from cnnstudio.runs.run import Run, open_run
from cnnstudio.runs.tensorboard import want_event_files
from cnnstudio.training.config import TrainConfig, with_setting
from cnnstudio.training.events import (
    EndReason,
    EpochDone,
    Guesses,
    Noted,
    RunEnded,
    RunPaused,
    RunStarted,
    StepsDone,
    event_json,
)
from cnnstudio.training.presets import PRESETS
from cnnstudio.training.presets import preset as preset_of

DataOption = Annotated[str, typer.Option("--data", metavar="SOURCE", help="digits, shapes, or a folder of images.")]
NetworkOption = Annotated[
    str, typer.Option("--network", metavar="NAME|FILE", help="A network of the catalogue, or a JSON file.")
]
OutOption = Annotated[Path, typer.Option("--out", metavar="RUN", help="New folder for the run.")]
EpochsOption = Annotated[int | None, typer.Option(min=1, help="Epochs in all.")]
SeedOption = Annotated[int | None, typer.Option(min=0, help="Seed of weights, order and dropout.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Another setting: batch, optimizer.kind, optimizer.rate, …, data.split.val, data.preprocess.side.",
    ),
]
PresetOption = Annotated[
    str, typer.Option("--preset", metavar="NAME", help=f"A whole recipe: {', '.join(one.name for one in PRESETS)}.")
]
AugmentOption = Annotated[
    str,
    typer.Option("--augment", metavar="PRESET|FILE", help="none, alexnet, cifar, digits, photos, or a JSON file."),
]
ProcessOption = Annotated[
    bool, typer.Option("--process", help="Train in a child process: a crash of a driver ends it, not the command.")
]
TensorboardOption = Annotated[
    bool, typer.Option("--tensorboard", help="Write event files for TensorBoard into the run, too.")
]
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")]


def train(
    data: DataOption,
    network: NetworkOption,
    out: OutOption,
    epochs: EpochsOption = None,
    seed: SeedOption = None,
    settings: SetOption = None,
    preset: PresetOption = "",
    augment: AugmentOption = "none",
    process: ProcessOption = False,
    processes: ProcessesOption = 1,
    several_nodes: NodesOption = False,
    sync_batch_norm: NormOption = False,
    tensorboard: TensorboardOption = False,
    as_json: JsonOption = False,
) -> None:
    """Train a network on a data source; the run goes to a new folder."""
    if processes > 1 and my_place() is None:
        raise typer.Exit(launch(processes))
    spec, config = recipe(data, epochs, seed, settings or [], preset)
    spec = spec.replace(augment=named_augment(augment, spec.preprocess.side))

    def begin(ctx: JobContext) -> tuple[Run, Any]:
        run, dataset = make_run(ctx, spec, network, config, out)
        if tensorboard:
            want_event_files(run)
        return run, dataset

    group = {"several_nodes": several_nodes, "sync_norms": sync_batch_norm}
    _train(begin, out, config.device, as_json, group, apart=process)


def resume(
    run: RunArgument,
    epochs: EpochsOption = None,
    process: ProcessOption = False,
    processes: ProcessesOption = 1,
    several_nodes: NodesOption = False,
    sync_batch_norm: NormOption = False,
    as_json: JsonOption = False,
) -> None:
    """Go on with a run where it was stopped or broken off; --epochs sets a new number of epochs in all."""
    from cnnstudio.runs.execute import extend_run

    if processes > 1 and my_place() is None:
        raise typer.Exit(launch(processes))
    opened = open_run(run)

    def begin(ctx: JobContext) -> tuple[Run, Any]:
        return (opened if epochs is None else extend_run(opened, epochs)), None

    group = {"several_nodes": several_nodes, "sync_norms": sync_batch_norm}
    _train(begin, run, opened.config.device, as_json, group, apart=process)


def recipe(
    data: str, epochs: int | None, seed: int | None, settings: list[str], preset: str = ""
) -> tuple[DataSpec, TrainConfig]:
    """Data spec and recipe from what was typed: the preset first, then the settings.

    Raises:
        DataError, RecipeError: A setting is unknown or out of range.
    """
    spec, config = data_spec(parse_source(data)), TrainConfig()
    if preset:
        config = preset_of(preset).applied(config)
    for text in settings:
        key, _, value = text.partition("=")
        if key.startswith("data."):
            changed = with_value(spec.to_json(), key.removeprefix("data."), value, DataError)
            spec = parse_spec(DataSpec, changed, DataError, f"--set {text}")
        else:
            config = with_setting(config, key, value)
    chosen = {name: value for name, value in (("epochs", epochs), ("seed", seed)) if value is not None}
    return spec, config.replace(**chosen)


def make_run(ctx: JobContext, spec: DataSpec, network: str, config: TrainConfig, out: Path) -> tuple[Run, Any]:
    """Open the data, build the network to fit it, and make the run folder; the data is given back open."""
    from cnnstudio.data.dataset import open_dataset
    from cnnstudio.runs.store import create_run

    dataset = open_dataset(spec, ctx)
    return create_run(out, dataset, fitted_network(network, dataset), config), dataset


def fitted_network(network: str, dataset: Any) -> Any:
    """The graph of a catalogue's name or a JSON file, fitted to the data's image size and classes.

    Raises:
        GraphError: There is no such network, or the images are too small for it.
    """
    from cnnstudio.network.io import load_graph
    from cnnstudio.network.zoo import fit_architecture, fit_graph

    shape = tuple(int(n) for n in dataset.pixels.shape[1:])
    if Path(network).suffix == ".json":
        return fit_graph(load_graph(Path(network)), shape, len(dataset.classes))
    return fit_architecture(network, shape, len(dataset.classes))


def _train(
    begin: Callable[[JobContext], tuple[Run, Any]],
    folder: Path,
    device: str,
    as_json: bool,
    group: dict[str, bool],
    *,
    apart: bool,
) -> None:
    """Train what `begin` makes or opens: alone, in a child process, or as one of several."""
    from cnnstudio.runs.apart import train_apart
    from cnnstudio.runs.execute import train_run

    place = my_place()
    is_silent = place is not None and place.rank > 0
    show = _tell_rest if is_silent else _printer(as_json)
    with job_context(quiet=as_json or is_silent, on_event=show, stops_on_signal=True) as ctx:
        if place is not None:
            require_alone(apart)
            ended = train_in_group(ctx, place, folder, begin, device, **group)
            if is_silent and ended.reason is not EndReason.FINISHED:
                # The first process says why.
                raise typer.Exit(Cancelled.exit_code if ended.reason is EndReason.STOPPED else RunError.exit_code)
        else:
            run, dataset = begin(ctx)
            ended = train_apart(ctx, run) if apart else train_run(ctx, run, dataset)
        _conclude(ended, folder)


def _conclude(ended: RunEnded, folder: Path) -> None:
    """A training that didn't finish ends the command with an error, so that scripts notice."""
    if ended.reason is EndReason.STOPPED:
        raise Cancelled(ended.text, hint=f"Go on with: cnnstudio resume {folder}")
    if ended.reason is not EndReason.FINISHED:
        raise RunError(ended.text)


def _tell_rest(event: Any) -> None:
    """All that is heard of a process that isn't the first: why the others wait for it."""
    if isinstance(event, RunPaused):
        typer.echo(event.why, err=True)


def _printer(as_json: bool) -> Any:
    def show(event: Any) -> None:
        if as_json and not isinstance(event, Guesses):
            print_json(event_json(event))
        elif not as_json and (line := _line(event)):
            print(line, flush=True)

    return show


def _line(event: Any) -> str:
    if isinstance(event, RunStarted):
        threads = f"{event.threads} thread{'s' if event.threads > 1 else ''}"
        images = f"{event.train_count:,} training and {event.val_count:,} validation images"
        start = f", from step {event.step:,}" if event.step else ""
        return f"Training on {event.device} with {threads}, {images}{start}"
    if isinstance(event, EpochDone):
        return (
            f"epoch {event.epoch:>3}  loss {event.train_loss:.4f}  validation {event.val_loss:.4f}  "
            f"accuracy {event.val_top1:6.2%}  {event.images_per_s:>7,.0f} images/s{'  best' if event.is_best else ''}"
        )
    if isinstance(event, Noted):
        return f"{event.text} {event.hint}".strip()
    if isinstance(event, RunPaused):
        return event.why
    return event.text if isinstance(event, RunEnded) and not isinstance(event, StepsDone) else ""
