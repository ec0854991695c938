"""In what do runs differ? Their data, networks and recipes side by side, only what isn't the same everywhere."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cnnstudio.core.specs import Spec
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.runs.run import Run

Part = Literal["data", "network", "recipe", "program"]
ABSENT = "–"
# Below this share of common layers two networks are told apart as wholes, not layer by layer.
ALIKE = 0.5
# What `kept` says of each file shows in the images' counts and fingerprint.
UNIMPORTANT = ("version", "kept")


@dataclass(frozen=True)
class Difference:
    """One setting that isn't the same in all runs; `values` are in the order of the runs, as text."""

    part: Part
    key: str
    title: str
    values: tuple[str, ...]


Settings = dict[str, tuple[str, str]]  # dotted key: (title, value as text)


def differences(runs: Sequence[Run]) -> tuple[Difference, ...]:
    """What differs between the settings of two or more runs, in the order data, network, recipe, program."""
    described: tuple[tuple[Part, Callable[[Run], Settings]], ...] = (
        ("data", _data),
        ("network", _networks_reader(runs)),
        ("recipe", _recipe),
        ("program", _program),
    )
    return tuple(found for part, read in described for found in _differing(part, [read(run) for run in runs]))


def _differing(part: Part, all_settings: Sequence[Settings]) -> list[Difference]:
    titles = {key: title for settings in all_settings for key, (title, _) in settings.items()}
    found = []
    for key, title in titles.items():
        values = tuple(settings[key][1] if key in settings else ABSENT for settings in all_settings)
        if len(set(values)) > 1:
            found.append(Difference(part, key, title, values))
    return found


def _data(run: Run) -> Settings:
    images = ", ".join(f"{count:,} {split}" for split, count in run.info.counts.items())
    return {
        **settings_texts(run.data),
        "images": ("Images", images),
        "fingerprint": ("Fingerprint of the images", run.info.data_digest[:12]),
    }


def _recipe(run: Run) -> Settings:
    return settings_texts(run.config)


def _program(run: Run) -> Settings:
    return {name: (name, version) for name, version in run.info.versions.items()}


def _networks_reader(runs: Sequence[Run]) -> Callable[[Run], Settings]:
    """Layer by layer where the networks are alike, else what they are on the whole."""
    ids = [{node.id for node in run.graph.nodes} for run in runs]
    common, every = set.intersection(*ids), set.union(*ids)
    are_alike = len(common) >= ALIKE * len(every)
    return _layers if are_alike else _whole


def _layers(run: Run) -> Settings:
    found = _whole(run)
    for node in run.graph.nodes:
        fed_by = ", ".join(run.graph.predecessors(node.id))
        found[f"{node.id}.fed_by"] = (f"{node.id} › fed by", fed_by or ABSENT)
        for key, (title, value) in settings_texts(node.layer).items():
            found[f"{node.id}.{key}"] = (f"{node.id} › {title}", value)
    return found


def _whole(run: Run) -> Settings:
    graph = run.graph
    return {
        "name": ("Name", graph.name),
        "layers": ("Layers", f"{len(graph.nodes):,}"),
        "parameters": ("Parameters", f"{parameters(graph):,}"),
    }


def parameters(graph: NetworkGraph) -> int:
    """Numbers that training learns, from the arithmetic of the layers; no network is built."""
    from cnnstudio.network.infer import input_shapes
    from cnnstudio.network.validate import require_valid

    shapes = require_valid(graph)
    layers = ((graph.node(node_id).layer, input_shapes(graph, shapes, node_id) or ()) for node_id in graph.order())
    return sum(layer.parameters(inputs) for layer, inputs in layers)


def settings_texts(spec: Spec, key: str = "", title: str = "") -> Settings:
    """All settings of a spec and of the specs in it: dotted key to (title, value), as people read them."""
    found: Settings = {}
    for name, value in dict(spec).items():
        if name in UNIMPORTANT:
            continue
        field = type(spec).model_fields.get(name)
        own_title = (field.title if field is not None else None) or _words(name)
        path, heading = f"{key}{name}", f"{title}{own_title}"
        parts = value if isinstance(value, tuple) and value and isinstance(value[0], Spec) else None
        if isinstance(value, Spec):
            found.update(settings_texts(value, f"{path}.", f"{heading} › "))
        elif parts is not None:
            for number, part in enumerate(parts):
                found.update(settings_texts(part, f"{path}.{number}.", f"{heading} {number + 1} › "))
        else:
            unit = "" if field is None else _unit(field.json_schema_extra)
            found[path] = _kind(spec, title) if name == "kind" else (heading, value_text(value, unit))
    return found


def _kind(member: Spec, above: str) -> tuple[str, str]:
    """Which member of a family was chosen, by the name that the form gives it: ("Optimiser", "SGD")."""
    title = getattr(member, "title", "") or value_text(dict(member)["kind"])
    return above.removesuffix(" › ") or "Kind", title


def value_text(value: Any, unit: str = "") -> str:
    """A setting's value as people read it."""
    if value is None:
        return "automatic"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}{_behind(unit)}"
    if isinstance(value, int):
        return f"{value:,}{_behind(unit)}"
    if isinstance(value, tuple | list):
        return ", ".join(value_text(item) for item in value) + (_behind(unit) if value else "none")
    if isinstance(value, dict):
        return ", ".join(f"{name} {value_text(item)}" for name, item in value.items()) or "none"
    return str(value)


def _behind(unit: str) -> str:
    return f" {unit}" if unit else ""


def _words(name: str) -> str:
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


def _unit(extra: object) -> str:
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""
