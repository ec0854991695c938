"""Names of nodes: dotted Python identifiers, because they become state-dict keys and attributes of exported code."""

import itertools
import keyword
import re
from collections.abc import Collection

from cnnstudio.core.errors import GraphError

MAX_ID_LENGTH = 255
_PART = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")

# Public attributes of torch.nn.Module: a layer of such a name would hide the method or be hidden by it.
_MODULE_ATTRIBUTES = """
T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval
extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia
named_buffers named_children named_modules named_parameters parameters register_backward_hook register_buffer
register_forward_hook register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module register_parameter
register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory
state_dict to to_empty train training type xpu zero_grad
"""
# Ours and those of the exported code.
_OWN = "graph self super torch nn functional"
RESERVED = frozenset((_MODULE_ATTRIBUTES + _OWN).split())


def id_problem(node_id: str) -> str:
    """What is wrong with this id, as a sentence; empty if nothing is."""
    if len(node_id) > MAX_ID_LENGTH:
        return f"A name of {len(node_id):,} characters is too long; at most {MAX_ID_LENGTH} are allowed."
    for part in node_id.split("."):
        if not _PART.match(part):
            return f"{node_id!r} can't be a layer's name: use letters, digits and _, beginning with a letter."
        if keyword.iskeyword(part) or part in RESERVED:
            return f"{node_id!r} can't be a layer's name: '{part}' means something else in Python or PyTorch."
    return ""


def check_id(node_id: str) -> str:
    """The id itself.

    Raises:
        GraphError: It can't be a layer's name.
    """
    problem = id_problem(node_id)
    if problem:
        raise GraphError(problem, hint="A good name is conv1, or stage2.block1.conv1.")
    return node_id


def nesting_problem(ids: Collection[str]) -> str:
    """Says which id lies inside another ("block" and "block.conv"): a layer can't hold another layer."""
    known = set(ids)
    for node_id in ids:
        parts = node_id.split(".")
        for count in range(1, len(parts)):
            if (outer := ".".join(parts[:count])) in known:
                return f"'{node_id}' can't lie inside '{outer}', which is a layer itself."
    return ""


def free_id(wanted: str, taken: Collection[str]) -> str:
    """`wanted` with the first number behind it that no layer has: conv → conv1, conv2, …; legal whatever it was.

    Args:
        wanted: Any text; what lies inside one of the layers gets a name beside it.
        taken: Names of layers, not of groups: a layer may lie in the group "stage1" as "stage1.conv1".
    """
    parts = [re.sub(r"[^A-Za-z0-9_]", "_", part).lstrip("_0123456789") for part in wanted.split(".")]
    base = ".".join(part for part in parts if part).rstrip("0123456789")[: MAX_ID_LENGTH - 20] or "layer"
    if any(base.startswith(f"{other}.") for other in taken):
        base = base.replace(".", "_")  # no number helps against a layer in the place of a folder
    number = 1
    while f"{base}{number}" in taken or id_problem(f"{base}{number}") or _is_nested(f"{base}{number}", taken):
        number += 1
    return f"{base}{number}"


def free_group_id(wanted: str, taken: Collection[str]) -> str:
    """`wanted` with the first number from 2 on that nobody has: block1 → block2."""
    base = wanted.rstrip("0123456789")
    return next(name for number in itertools.count(2) if (name := f"{base}{number}") not in taken)


def _is_nested(node_id: str, taken: Collection[str]) -> bool:
    return any(other.startswith(f"{node_id}.") or node_id.startswith(f"{other}.") for other in taken)
