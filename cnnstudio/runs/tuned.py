"""How a run computes: measured before its first step, written into its folder, and kept for ever after.

A resume in another format would not end bit-equal, so a run that has begun is never measured again. The same network
and recipe on the same machine get the plan that was measured the first time, so that a repeated run is the same run.
"""

import hashlib
import json
import platform
from pathlib import Path
from typing import TYPE_CHECKING

from cnnstudio.core import files
from cnnstudio.core.errors import FileError, RunError
from cnnstudio.core.jobs import JobContext
from cnnstudio.core.paths import cache_dir
from cnnstudio.core.specs import parse_spec
from cnnstudio.runs.run import HISTORY, Run
from cnnstudio.training.plan import Plan

if TYPE_CHECKING:
    import torch
    from torch import nn

    from cnnstudio.data.dataset import Dataset

PLAN = "plan.json"
# What doesn't change how long a step takes.
INDIFFERENT = ("seed", "saving", "version")
WAYS = 3  # counted up when other ways are tried: what was measured before holds no longer


def run_plan(ctx: JobContext, run: Run, dataset: "Dataset", network: "nn.Module", device: "torch.device") -> Plan:
    """The plan of a run: its own if it has begun, else the one known for its like, else measured now.

    Raises:
        RunError: The run's plan is damaged.
        Cancelled: The user stopped the measuring.
    """
    path = run.path / PLAN
    if path.exists():
        return parse_spec(Plan, files.read_json(path), RunError, str(path))
    if (run.path / HISTORY).exists() or not _is_open(run):
        # Begun before runs had plans, in plain float32; or everything is fixed by hand.
        plan = _by_hand(run, device)
    else:
        plan = _known(run, device) or _measured(ctx, run, dataset, network, device)
    files.write_json(path, plan.to_json())
    return plan


def copy_plan(source: Run, target: Run) -> None:
    """Let a repetition of a run compute as the original did."""
    if (source.path / PLAN).exists():
        files.write_json(target.path / PLAN, files.read_json(source.path / PLAN))


def plan_key(run: Run, device: "torch.device") -> str:
    """What a measurement holds for: network, recipe, device and library."""
    import torch

    from cnnstudio.training.device import device_text, usable_cores

    recipe = {key: value for key, value in run.config.to_json().items() if key not in INDIFFERENT}
    parts = [run.graph.to_json(), recipe, device_text(device), platform.node(), usable_cores(), torch.__version__]
    text = json.dumps([WAYS, *parts, run.info.counts], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _is_open(run: Run) -> bool:
    """Is anything left to be found out by measuring?"""
    config = run.config
    return "auto" in (config.precision, config.channels_last, config.compile)


def _by_hand(run: Run, device: "torch.device") -> Plan:
    from cnnstudio.training.candidates import base_plan

    return base_plan(run.config, device)


def _measured(ctx: JobContext, run: Run, dataset: "Dataset", network: "nn.Module", device: "torch.device") -> Plan:
    from cnnstudio.training.subject import subject_of
    from cnnstudio.training.tuning import tune

    plan = tune(subject_of(dataset, run.graph, run.config, network, device), ctx)
    files.write_json(_shelf(run, device), plan.to_json())
    return plan


def _known(run: Run, device: "torch.device") -> Plan | None:
    """What was measured before; a damaged note is as good as none, since it can be measured again."""
    path = _shelf(run, device)
    if not path.exists():
        return None
    try:
        return parse_spec(Plan, files.read_json(path), RunError, str(path))
    except (FileError, RunError):
        return None


def _shelf(run: Run, device: "torch.device") -> Path:
    return cache_dir() / "plans" / f"{plan_key(run, device)}.json"
