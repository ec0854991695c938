"""Names and groups for what is read from a PyTorch module: those of its parts, as far as they are legal here."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnstudio.network.names import free_id, id_problem
from cnnstudio.network.parts import Group, Node

if TYPE_CHECKING:
    from torch import fx


def place_of(step: "fx.Node") -> str:
    """Where a step stands: a part's path, or the function's name behind the path of the part that calls it."""
    if step.op == "call_module":
        return str(step.target)
    stack = list((step.meta.get("nn_module_stack") or {}).values())
    folder = str(stack[-1][0]) if stack else ""
    name = step.name.rstrip("_0123456789").rpartition(".")[2] or step.name
    return f"{folder}.{name}" if folder else name


def legal_id(wanted: str, taken: set[str]) -> str:
    """`features.0` becomes features.layer0; a name that is taken gets a number."""
    parts = [f"layer{part}" if part[:1].isdigit() else part for part in wanted.split(".")]
    parts = [f"{part}_part" if id_problem(part) else part for part in parts]
    name = ".".join(parts)
    is_nested = any(other.startswith(f"{name}.") or name.startswith(f"{other}.") for other in taken)
    return free_id(name, taken) if name in taken or is_nested or id_problem(name) else name


def groups_of(nodes: Sequence[Node]) -> tuple[Group, ...]:
    """A group for every part of the module that holds layers."""
    members: dict[str, list[str]] = {}
    for node in nodes:
        parts = node.id.split(".")
        for count in range(1, len(parts)):
            members.setdefault(".".join(parts[:count]), [])
        if len(parts) > 1:
            members[".".join(parts[:-1])].append(node.id)
    return tuple(
        Group(id=path, title=path.rpartition(".")[2], members=tuple(inside), parent=path.rpartition(".")[0] or None)
        for path, inside in members.items()
    )
