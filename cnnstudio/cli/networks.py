"""`cnnstudio networks`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cnnstudio.cli.output import JsonOption, print_json, print_table


def networks(
    network: Annotated[
        str | None, typer.Argument(metavar="[NAME|FILE]", help="One network; default: the catalogue.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the catalogue, or one network's layers with shapes, parameters and MACs."""
    from cnnstudio.network.zoo import architectures

    if network is None:
        entries = [_entry(name) for name in architectures]
        _print_catalogue(entries, as_json)
    else:
        _print_network(_describe(network), as_json)


def _describe(network: str) -> dict[str, Any]:
    from cnnstudio.network.io import load_graph
    from cnnstudio.network.summary import summarize
    from cnnstudio.network.zoo import fit_architecture

    graph = load_graph(Path(network)) if Path(network).suffix == ".json" else fit_architecture(network, None, None)
    summary = summarize(graph)
    layers = [
        {"id": row.id, "kind": row.kind, "output": list(row.output), "parameters": row.parameters, "macs": row.macs}
        for row in summary.rows
    ]
    totals = {"parameters": summary.parameters, "macs": summary.macs}
    return {"name": graph.name, "input": list(graph.input_shape), **totals, "layers": layers}


def _entry(name: str) -> dict[str, Any]:
    from cnnstudio.network.zoo import architectures

    architecture = architectures[name]
    about = {"title": architecture.title, "year": architecture.year, "about": architecture.about}
    described = _describe(name)
    return {
        "name": name,
        **about,
        "input": described["input"],
        "parameters": described["parameters"],
        "macs": described["macs"],
    }


def _print_catalogue(entries: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print_json(entries)
        return
    rows = [
        [e["name"], e["title"], str(e["year"]), _size(e["input"]), f"{e['parameters']:,}", f"{e['macs']:,}"]
        for e in entries
    ]
    print_table(["name", "network", "year", "input", "parameters", "MACs"], rows)


def _print_network(described: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(described)
        return
    totals = f"{described['parameters']:,} parameters, {described['macs']:,} MACs"
    print(f"{described['name']}: input {_size(described['input'])}, {totals}")
    rows = [
        [row["id"], row["kind"], _size(row["output"]), f"{row['parameters']:,}", f"{row['macs']:,}"]
        for row in described["layers"]
    ]
    print_table(["layer", "kind", "output", "parameters", "MACs"], rows)


def _size(shape: list[int]) -> str:
    return "×".join(str(n) for n in shape)
