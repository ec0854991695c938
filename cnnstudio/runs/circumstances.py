"""What decides over the bits of a training beside its parts, and what of it differs when the training goes on."""

import platform
from typing import TYPE_CHECKING, Any

from cnnstudio.runs.run import Run
from cnnstudio.runs.store import versions
from cnnstudio.training.plan import Plan

if TYPE_CHECKING:
    import torch

_WORDS = {
    "torch": "PyTorch",
    "numpy": "NumPy",
    "python": "Python",
    "cnnstudio": "CNN Studio",
    "processor": "the processor's kind",
    "data_digest": "the data",
}
# Changes of these don't touch a single bit.
_HARMLESS = {"recipe.epochs", "recipe.saving.keep_every", "recipe.workers", "plan.why", "recipe.version"}


def circumstances(run: Run, device: "torch.device", plan: Plan) -> dict[str, Any]:
    """All that a checkpoint stores beside the training's own state, as plain JSON."""
    import torch

    from cnnstudio.training.device import device_text

    found = versions()
    return {
        **{name: found[name] for name in ("cnnstudio", "python", "torch", "numpy")},
        "cuda": torch.version.cuda or "" if device.type == "cuda" else "",
        "cudnn": torch.backends.cudnn.version() or 0 if device.type == "cuda" else 0,  # type: ignore[no-untyped-call]
        "processor": f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}",
        "device": device_text(device),
        "threads": plan.threads or torch.get_num_threads(),
        "processes": 1,
        "classes": list(run.classes),
        "data_digest": run.info.data_digest,
        "plan": plan.to_json(),
        "recipe": run.config.to_json(),
    }


def differences(then: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What changed, one line each: "threads: 1 → 2"; empty if a resumed training stays equal to the last bit.

    Args:
        then: Of the checkpoint; empty for one of an older version, of which nothing is known.
        now: Of this process.
    """
    if not then:
        return []
    old, new = _flat(then), _flat(now)
    changed = [key for key in new if key in old and old[key] != new[key] and key not in _HARMLESS]
    # The rest of an optimiser or schedule of another kind has other settings.
    changed += [
        key
        for key in new
        if key not in old and key.startswith("recipe.") and f"{key.rsplit('.', 1)[0]}.kind" in changed
    ]
    return [f"{_title(key)}: {_short(old.get(key))} → {_short(new[key])}" for key in changed]


def differences_text(changed: list[str]) -> str:
    """The differences as a note for log and history; empty if there are none."""
    if not changed:
        return ""
    return f"It goes on under other circumstances than before: {'; '.join(changed)}."


def _flat(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, inner in value.items():
        found.update(_flat(inner, f"{prefix}{key}.") if isinstance(inner, dict) else {f"{prefix}{key}": inner})
    return found


def _title(key: str) -> str:
    return _WORDS.get(key, key.removeprefix("recipe."))


def _short(value: object) -> str:
    text = "nothing" if value in (None, "", []) else str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
