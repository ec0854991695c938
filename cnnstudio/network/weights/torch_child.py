"""What runs in the throw-away child: the only place that calls `torch.load`, and only with `weights_only`.

`weights_only` reads with an own small interpreter that knows tensors and plain containers and runs no code of the
file. Behind it stands a second wall: a hook that ends every attempt to start a program or open a connection.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

SAVE_AGAIN = "In the program that made it, save the plain weights: torch.save(model.state_dict(), file)."
# Where trainers put the weights among other things, the likeliest first.
PLACES = ("state_dict", "model_state_dict", "model", "model_state", "net", "network", "weights", "params", "module")
MAX_DEPTH = 6
_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "ctypes.")


@dataclass(frozen=True)
class Found:
    """Names of the tensors in the file's order, the place they lay at ("" for the top), and what was left out."""

    names: tuple[str, ...]
    place: str
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Refused:
    """Why not: a sentence without its subject, and what to do."""

    text: str
    hint: str = ""


def rewrite_weights(source: str, target: str) -> Found | Refused:
    """Read a .pt file's state dict and write it as safetensors."""
    import torch
    from safetensors.torch import save_file
    from torch.serialization import get_unsafe_globals_in_checkpoint

    torch.set_num_threads(1)
    # Formats that `weights_only` refuses inside: tell from the list of what a file calls, which runs nothing.
    try:
        code = get_unsafe_globals_in_checkpoint(source)
    except Exception:
        code = []  # the list is a courtesy; the reader below decides
    if code:
        return _program_code(code)
    sys.addaudithook(_forbid)
    try:
        content = torch.load(source, map_location="cpu", weights_only=True)
    except MemoryError:
        return Refused("claims tensors that need far more memory than the file has bytes. It was not opened.")
    except Exception as error:
        # The reader raises nearly anything on damaged bytes.
        return _unreadable(error)
    found = state_dict_of(content)
    if found is None:
        return Refused("holds no state dict: no names with tensors were found in it.", SAVE_AGAIN)
    place, tensors = found
    for name, tensor in tensors.items():
        if problem := tensor_problem(tensor):
            return Refused(f"holds {name[:120]!r}, {problem}. It was not opened.", SAVE_AGAIN)
    save_file({name: tensor.detach().clone().contiguous() for name, tensor in tensors.items()}, target)
    return Found(tuple(tensors), place, _others(content, place))


def state_dict_of(content: Any) -> tuple[str, dict[str, Any]] | None:
    """The place and the tensors of the likeliest state dict in what was loaded."""
    found = dict(_state_dicts(content, "", 0))
    if not found:
        return None
    if "" in found:
        return "", found[""]
    wanted = [place for name in PLACES for place in found if place.rpartition("/")[2] == name]
    place = wanted[0] if wanted else max(found, key=lambda key: len(found[key]))
    return place, found[place]


def _state_dicts(content: Any, place: str, depth: int) -> Iterator[tuple[str, dict[str, Any]]]:
    import torch

    if not isinstance(content, dict) or depth > MAX_DEPTH:
        return
    tensors = {key: value for key, value in content.items() if isinstance(value, torch.Tensor)}
    if tensors and all(isinstance(key, str) for key in tensors):
        yield place, tensors
    for key, value in content.items():
        if isinstance(key, str):
            yield from _state_dicts(value, f"{place}/{key}".lstrip("/"), depth + 1)


def tensor_problem(tensor: Any) -> str:
    """Why a tensor can't be weights, as half a sentence; empty if it can."""
    import torch

    if tensor.layout is not torch.strided:
        return "a sparse tensor; only dense ones are read"
    if tensor.is_quantized:
        return "a quantised tensor; only plain numbers are read"
    if tensor.device.type != "cpu":
        return f"a tensor without numbers (on the device '{tensor.device.type}')"
    if tensor.is_complex() or tensor.dtype not in _dtypes():
        return f"a tensor of the kind {str(tensor.dtype).removeprefix('torch.')}, which weights don't have"
    if tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
        return f"a tensor that claims {tensor.numel():,} numbers and has fewer"
    return ""


def _dtypes() -> frozenset[Any]:
    import torch

    floats = (torch.float64, torch.float32, torch.float16, torch.bfloat16)
    return frozenset((*floats, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool))


def _others(content: Any, place: str) -> tuple[str, ...]:
    first = place.split("/")[0]
    return tuple(str(key)[:80] for key in content if place and key != first)[:20]


def _program_code(names: list[str]) -> Refused:
    shown = ", ".join(name[:80] for name in names[:3]) + (", …" if len(names) > 3 else "")
    is_module = any(name.startswith("torch.nn.") for name in names)
    what = "holds a whole module, which is program code" if is_module else "contains program code"
    return Refused(f"{what} (it names {shown}). It was not opened.", SAVE_AGAIN)


def _unreadable(error: Exception) -> Refused:
    text = str(error)
    if "Unsupported" in text or "weights_only" in text or "Weights only" in text:
        return Refused("contains more than plain weights. It was not opened.", SAVE_AGAIN)
    if "memory" in text.lower() and "alloc" in text.lower():
        return Refused("claims tensors that need far more memory than the file has bytes. It was not opened.")
    return Refused("is damaged or incomplete and can't be read as PyTorch weights.", "Copy or download it again.")


def _forbid(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"{event} is not allowed while weights are read")
