"""`cnnstudio weights`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cnnstudio.cli.output import JsonOption, job_context, print_json, print_table
from cnnstudio.core.errors import DataError

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph
    from cnnstudio.network.weights.table import Match

SHOWN_ROWS = 12


def weights(
    network: Annotated[str, typer.Argument(metavar="NETWORK", help="A network of the catalogue, or a JSON file.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Weights: .safetensors, .pt or .pth.")],
    out: Annotated[Path, typer.Option(metavar="RUN", help="New folder for the run.")],
    classes: Annotated[
        str | None, typer.Option(metavar="FILE|N", help="Class names, one a line or a JSON list; or their number.")
    ] = None,
    mean: Annotated[str | None, typer.Option(metavar="R,G,B", help="Subtracted from each channel (0 to 1).")] = None,
    std: Annotated[str | None, typer.Option(metavar="R,G,B", help="Each channel is divided by it.")] = None,
    partial: Annotated[bool, typer.Option(help="Take what fits, even if layers are missing or differ.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Show the table and make nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Import weights from elsewhere: makes a run that evaluate, predict, explain and export accept."""
    from cnnstudio.network.weights.file import read_weights
    from cnnstudio.runs.import_plan import incomplete, plan_import
    from cnnstudio.runs.imported import import_run, table_json
    from cnnstudio.runs.store import require_new

    if not dry_run:
        require_new(out)
    graph = _graph(network)
    names = None if classes is None else class_names(classes)
    with job_context(quiet=as_json) as ctx:
        found = read_weights(file, ctx)
    plan = plan_import(graph, found, names, numbers(mean, "--mean"), numbers(std, "--std"))
    match = plan.match
    if not as_json:
        _print_table(match)
        print("\n".join(plan.notes))
    if not match.is_complete and not dry_run and not (partial and match.counts()["taken"]):
        raise incomplete(match)
    if not dry_run:
        import_run(out, match, found, plan.classes, plan.preprocess)
    if as_json:
        made = {"run": None if dry_run else str(out), "network": match.graph.name, "classes": list(plan.classes)}
        table = table_json(match, found)
        print_json({**made, "preprocess": plan.preprocess.to_json(), **table, "notes": list(plan.notes)})
    elif not dry_run:
        print(f"The run is {out}")


def class_names(text: str) -> tuple[str, ...]:
    """Class names from a file, or "0", "1", … for a number.

    Raises:
        DataError: Neither a number nor a list of different names.
    """
    from cnnstudio.runs.class_names import MAX_CLASSES, numbered, read_class_names

    if not text.isdecimal():
        return read_class_names(Path(text))
    if len(text) > 9 or not 1 <= int(text) <= MAX_CLASSES:
        raise DataError(f"{text:.20} classes are out of range; 1 to {MAX_CLASSES:,} are allowed.")
    return numbered(int(text))


def numbers(text: str | None, option: str) -> tuple[float, ...] | None:
    """Values between commas.

    Raises:
        DataError: One isn't a number.
    """
    try:
        return None if text is None else tuple(float(part) for part in text.split(","))
    except ValueError:
        raise DataError(f"{option} {text} is no list of numbers.", hint="For example 0.485,0.456,0.406.") from None


def _graph(network: str) -> "NetworkGraph":
    from cnnstudio.network.io import load_graph
    from cnnstudio.network.zoo import fit_architecture

    return load_graph(Path(network)) if Path(network).suffix == ".json" else fit_architecture(network, None, None)


def _print_table(match: "Match") -> None:
    """All rows that need a look, and the first of those that were taken or aren't needed."""
    from cnnstudio.network.weights.table import tensor_text

    rows = []
    for state in ("mismatched", "missing", "new", "taken", "unused"):
        chosen = [row for row in match.rows if row.state == state]
        limit = len(chosen) if state in ("mismatched", "missing") else SHOWN_ROWS
        for row in chosen[:limit]:
            shapes = [tensor_text(row.our_shape), tensor_text(row.their_shape)]
            rows.append([row.ours or "–", row.theirs or "–", *shapes, row.state])
        if len(chosen) > limit:
            rows.append([f"… {len(chosen) - limit:,} more", "", "", "", state])
    print_table(["ours", "in the file", "shape", "their shape", ""], rows)
    print(", ".join(f"{count:,} {state}" for state, count in match.counts().items()))
