"""`cnnstudio weights`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cnnstudio.cli.output import JsonOption, job_context, print_json, print_table
from cnnstudio.core import files
from cnnstudio.core.errors import DataError, GraphError

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
    from cnnstudio.network.weights.matching import match_weights
    from cnnstudio.runs.imported import import_run, imported_preprocess, table_json
    from cnnstudio.runs.store import require_new

    if not dry_run:
        require_new(out)
    graph = _graph(network)
    names = None if classes is None else class_names(classes)
    with job_context(quiet=as_json) as ctx:
        found = read_weights(file, ctx)
    match = match_weights(graph, found, None if names is None else len(names))
    outputs = _outputs(match.graph)
    names = names or tuple(str(number) for number in range(outputs))
    preprocess, note = imported_preprocess(match, numbers(mean, "--mean"), numbers(std, "--std"))
    notes = [*match.notes, *([note] if note else [])]
    if not as_json:
        _print_table(match)
        print("\n".join(notes))
    if not match.is_complete and not dry_run and not (partial and match.counts()["taken"]):
        raise incomplete(match)
    if not dry_run:
        import_run(out, match, found, names, preprocess)
    if as_json:
        made = {"run": None if dry_run else str(out), "network": match.graph.name, "classes": list(names)}
        print_json({**made, "preprocess": preprocess.to_json(), **table_json(match, found), "notes": notes})
    elif not dry_run:
        print(f"The run is {out}")


def class_names(text: str) -> tuple[str, ...]:
    """Class names from a file, or "0", "1", … for a number.

    Raises:
        DataError: Neither a number nor a list of different names.
    """
    if text.isdecimal():
        if not 1 <= int(text[:9]) <= 10_000 or len(text) > 9:
            raise DataError(f"{text:.20} classes are out of range; 1 to 10,000 are allowed.")
        return tuple(str(number) for number in range(int(text)))
    path = Path(text)
    try:
        content = path.read_bytes()[: files.MAX_JSON_BYTES].decode("utf-8-sig")
    except OSError as error:
        raise files.read_error(path, error) from error
    except UnicodeDecodeError:
        raise DataError(f"{path} is no text in UTF-8.") from None
    listed = files.parse_json(content, str(path)) if content.lstrip().startswith("[") else content.splitlines()
    names = [name.strip() for name in listed if isinstance(name, str) and name.strip()]
    if not names or len(set(names)) < len(names) or len(names) > 10_000:
        raise DataError(f"{path} must list 1 to 10,000 different class names, one a line; {len(names):,} were found.")
    return tuple(names)


def numbers(text: str | None, option: str) -> tuple[float, ...] | None:
    """Values between commas.

    Raises:
        DataError: One isn't a number.
    """
    try:
        return None if text is None else tuple(float(part) for part in text.split(","))
    except ValueError:
        raise DataError(f"{option} {text} is no list of numbers.", hint="For example 0.485,0.456,0.406.") from None


def incomplete(match: "Match") -> GraphError:
    """The sentence for a file that doesn't fill the network."""
    counts = match.counts()
    first = next((row for row in match.rows if row.state in ("mismatched", "missing")), None)
    where = "" if first is None else f" First: '{first.ours}' {_shape(first.our_shape)}"
    if first is not None:
        where += f", {_shape(first.their_shape)} in the file." if first.their_shape is not None else "."
    return GraphError(
        f"The weights don't fit {match.graph.name}: {counts['taken']:,} fit, {counts['missing']:,} are missing and "
        f"{counts['mismatched']:,} have another shape.{where}",
        hint="Choose the network they were made for, or take what fits with --partial.",
    )


def _graph(network: str) -> "NetworkGraph":
    from cnnstudio.network.io import load_graph
    from cnnstudio.network.zoo import fit_architecture

    return load_graph(Path(network)) if Path(network).suffix == ".json" else fit_architecture(network, None, None)


def _outputs(graph: "NetworkGraph") -> int:
    from cnnstudio.network.validate import require_valid

    return require_valid(graph)[graph.of_kind("output")[0].id][0]


def _print_table(match: "Match") -> None:
    """All rows that need a look, and the first of those that were taken or aren't needed."""
    rows = []
    for state in ("mismatched", "missing", "new", "taken", "unused"):
        chosen = [row for row in match.rows if row.state == state]
        limit = len(chosen) if state in ("mismatched", "missing") else SHOWN_ROWS
        for row in chosen[:limit]:
            shapes = [_shape(row.our_shape), _shape(row.their_shape)]
            rows.append([row.ours or "-", row.theirs or "-", *shapes, row.state])
        if len(chosen) > limit:
            rows.append([f"… {len(chosen) - limit:,} more", "", "", "", state])
    print_table(["ours", "in the file", "shape", "their shape", ""], rows)
    print(", ".join(f"{count:,} {state}" for state, count in match.counts().items()))


def _shape(shape: tuple[int, ...] | None) -> str:
    if shape is None:
        return "-"
    return "×".join(str(n) for n in shape) or "1"
