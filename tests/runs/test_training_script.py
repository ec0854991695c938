"""The exported training script: runs without CNN Studio, and its first losses are the run's own."""

import re
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from cnnstudio.core.errors import RunError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.augment_presets import preset
from cnnstudio.data.augmentation import AugmentSpec
from cnnstudio.data.dataset import Dataset
from cnnstudio.data.loader import random_key
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.runs.execute import train_run
from cnnstudio.runs.run import Run
from cnnstudio.runs.script import export_script
from cnnstudio.runs.store import create_run
from cnnstudio.training.beginning import INITIALISATION
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.events import StepsDone

PLAIN = {"batch": 8, "epochs": 3, "threads": 1, "precision": "fp32", "channels_last": "off", "compile": "off"}
RECIPES: dict[str, dict[str, Any]] = {
    "sgd": {"optimizer": {"kind": "sgd", "rate": 0.02, "momentum": 0.9, "nesterov": True, "weight_decay": 1e-3}},
    "adam, cosine with warm-up": {
        "optimizer": {"kind": "adam", "rate": 0.003},
        "schedule": {"kind": "cosine", "floor": 0.1},
        "warmup": 1.0,
    },
    "adamw, one cycle, decay of weights alone, clipped, averaged": {
        "optimizer": {"kind": "adamw", "rate": 0.003, "weight_decay": 0.05},
        "schedule": {"kind": "one_cycle"},
        "regularisation": {"decays_all": False, "clip_norm": 1.0, "average": 0.9},
    },
    "rmsprop, steps, smoothed labels and class weights": {
        "optimizer": {"kind": "rmsprop", "rate": 0.001},
        "schedule": {"kind": "step", "every": 1, "by": 0.5},
        "loss": {"kind": "cross_entropy", "label_smoothing": 0.1, "weighting": "balanced"},
        "initialisation": {"kind": "he"},
    },
    "layers that begin otherwise": {
        "initialisation": {"kind": "he"},
        "layers": [
            {"node": "conv2", "initialisation": {"kind": "orthogonal", "gain": 1.4}},
            {"node": "fc1", "initialisation": {"kind": "small_normal", "deviation": 0.05}},
        ],
    },
    "a frozen layer, and rates of their own, without decay of biases": {
        "optimizer": {"kind": "sgd", "rate": 0.02, "momentum": 0.9, "weight_decay": 0.01},
        "regularisation": {"decays_all": False, "clip_norm": 1.0},
        "layers": [
            {"node": "conv1", "frozen": True},
            {"node": "conv2", "rate": 0.1},
            {"node": "fc3", "rate": 3.0, "initialisation": {"kind": "he"}},
        ],
    },
    "adagrad, squared error, bf16 and channels last": {
        "optimizer": {"kind": "adagrad", "rate": 0.01},
        "schedule": {"kind": "multi_step", "at": (1, 2), "by": 0.1},
        "loss": {"kind": "mean_squared"},
        "precision": "bf16",
        "channels_last": "on",
    },
}


def losses_of(folder: Path, steps: int) -> list[float]:
    """What train.py prints, run in a Python that has no CNN Studio."""
    code = (
        "import sys, runpy; sys.modules['cnnstudio'] = None; sys.path.insert(0, sys.argv[1]); "
        f"sys.argv = ['train.py', '--steps', '{steps}']; runpy.run_path(sys.path[0] + '/train.py', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code, str(folder)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [float(value) for value in re.findall(r"step \d+  loss ([0-9.e+-]+)", done.stdout)]


@pytest.mark.slow
@pytest.mark.parametrize("channels_last", ["off", "on"])
def test_the_script_goes_to_its_end_and_writes_the_weights_whatever_their_order_in_memory(
    channels_last: str, tmp_path: Path, dataset: Dataset, graph: NetworkGraph
) -> None:
    config = TrainConfig(**{**PLAIN, "epochs": 1, "channels_last": channels_last})
    run = create_run(tmp_path / "run", dataset, graph, config)
    train_run(JobContext(), run, dataset)
    export_script(run, tmp_path / "script", JobContext(), dataset)
    losses_of(tmp_path / "script", 0)
    written, begun = (load_file(tmp_path / "script" / f"{name}.safetensors") for name in ("trained", "start"))
    assert {name: tensor.shape for name, tensor in written.items()} == {n: t.shape for n, t in begun.items()}
    assert any(not torch.equal(tensor, begun[name]) for name, tensor in written.items())


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPES)
def test_the_first_losses_of_the_script_are_those_of_the_run(
    name: str, tmp_path: Path, dataset: Dataset, graph: NetworkGraph
) -> None:
    run = create_run(tmp_path / "run", dataset, graph, TrainConfig(**{**PLAIN, **RECIPES[name]}))
    train_run(JobContext(), run, dataset)
    own = [loss for event in run.history() if isinstance(event, StepsDone) for loss in event.losses]
    export_script(run, tmp_path / "script", JobContext(), dataset)
    found = losses_of(tmp_path / "script", 10)
    assert len(found) == 10
    assert found == pytest.approx(own[:10], abs=1e-6)


@pytest.mark.slow
def test_frozen_groups_with_batch_norms_and_an_exception_inside_give_the_runs_losses(
    tmp_path: Path, dataset: Dataset
) -> None:
    graph = fit_architecture("resnet20", tuple(dataset.pixels.shape[1:]), len(dataset.classes))
    stages = [group.id for group in graph.groups if group.parent is None]
    inside = next(node.id for node in graph.nodes if node.id.startswith(f"{stages[0]}.") and "conv" in node.id)
    rules = [
        {"node": stages[0], "frozen": True},
        {"node": inside, "rate": 0.5},
        {"node": stages[1], "rate": 0.2},
    ]
    config = TrainConfig(**{**PLAIN, "epochs": 2, "layers": rules, "optimizer": {"kind": "sgd", "rate": 0.05}})
    run = create_run(tmp_path / "run", dataset, graph, config)
    train_run(JobContext(), run, dataset)
    own = [loss for event in run.history() if isinstance(event, StepsDone) for loss in event.losses]
    export_script(run, tmp_path / "script", JobContext(), dataset)
    count = min(10, len(own))
    assert losses_of(tmp_path / "script", count) == pytest.approx(own[:count], rel=1e-5)
    # Without its rules the script gives other losses: they do something.
    text = (tmp_path / "script" / "train.py").read_text()
    (tmp_path / "script" / "train.py").write_text(text.replace("(True, 1.0)", "(False, 1.0)"))
    assert losses_of(tmp_path / "script", count) != pytest.approx(own[:count], rel=1e-5)


WAITING: dict[str, dict[str, Any]] = {
    "the rate falls at stalls, which the plain loss decides": {
        "optimizer": {"kind": "sgd", "rate": 0.3, "momentum": 0.9},
        "schedule": {"kind": "plateau", "patience": 0, "by": 0.1, "floor": 0.001},
        "loss": {"kind": "cross_entropy", "label_smoothing": 0.2, "weighting": "balanced"},
        "epochs": 6,
    },
    "stopped early, batches in parts, weighted classes": {
        "optimizer": {"kind": "sgd", "rate": 0.3, "momentum": 0.9},
        "loss": {"kind": "cross_entropy", "weights": (1, 2, 3, 4, 5, 6, 7, 8)},
        "regularisation": {"early_stop": 2, "parts": 3, "clip_norm": 5.0},
        "epochs": 30,
    },
    "fp16 with its scaler, clipped": {"precision": "fp16", "regularisation": {"clip_norm": 0.5}, "epochs": 2},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", WAITING)
def test_a_script_that_waits_for_the_validation_loss_makes_all_steps_of_the_run(
    name: str, tmp_path: Path, dataset: Dataset, graph: NetworkGraph
) -> None:
    run = create_run(tmp_path / "run", dataset, graph, TrainConfig(**{**PLAIN, **WAITING[name]}))
    train_run(JobContext(), run, dataset)
    own = [loss for event in run.history() if isinstance(event, StepsDone) for loss in event.losses]
    export_script(run, tmp_path / "script", JobContext(), dataset)
    found = losses_of(tmp_path / "script", 10_000)
    assert len(found) == len(own)
    assert found == pytest.approx(own, rel=1e-4)


DISTORTIONS: dict[str, dict[str, Any]] = {
    "flips and crops": preset("cifar", 32).to_json(),
    "all of photos": preset("photos", 32).to_json(),
    "the colours of AlexNet": preset("alexnet", 32).to_json(),
    "one of AutoAugment's policies": {"operations": [{"kind": "autoaugment"}]},
    "Mixup and CutMix, balanced": {
        "operations": [{"kind": "mirror"}, {"kind": "mixup", "probability": 0.4}, {"kind": "cutmix"}],
        "sampling": "balanced",
    },
    "balanced classes alone": {"sampling": "balanced"},
}


# Of the losses only mixed targets make a difference.
DISTORTED = [*((name, "cross_entropy") for name in DISTORTIONS), ("Mixup and CutMix, balanced", "mean_squared")]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "loss"), DISTORTED)
def test_distorted_pictures_are_those_of_the_run(
    name: str, loss: str, tmp_path: Path, dataset: Dataset, graph: NetworkGraph
) -> None:
    augmented = dataset.with_augment(AugmentSpec.model_validate(DISTORTIONS[name]))
    run = create_run(tmp_path / "run", augmented, graph, TrainConfig(**PLAIN, loss={"kind": loss}))
    train_run(JobContext(), run, augmented)
    own = [loss for event in run.history() if isinstance(event, StepsDone) for loss in event.losses]
    export_script(run, tmp_path / "script", JobContext(), augmented)
    found = losses_of(tmp_path / "script", 10)
    assert found == pytest.approx(own[:10], abs=1e-6)
    assert (tmp_path / "script" / "drawn.py").exists()


@pytest.mark.slow
def test_side_heads_add_their_losses_as_in_the_run(tmp_path: Path, dataset: Dataset) -> None:
    graph = fit_architecture("googlenet-small", (3, 32, 32), 8)
    assert len(graph.of_kind("aux_output")) == 2
    run = create_run(tmp_path / "run", dataset, graph, TrainConfig(**{**PLAIN, "epochs": 1, "batch": 8}))
    told: list[float] = []

    def note(event: object) -> None:
        if isinstance(event, StepsDone):
            told.extend(event.losses)
        if len(told) >= 2:
            ctx.cancel()

    ctx = JobContext(note)
    train_run(ctx, run, dataset)
    export_script(run, tmp_path / "script", JobContext(), dataset)
    assert losses_of(tmp_path / "script", 2) == pytest.approx(told[:2], rel=1e-5)


def test_an_imported_network_has_no_recipe_to_export(run: Run, tmp_path: Path, dataset: Dataset) -> None:
    imported = replace(run, data=run.data.replace(source={"kind": "none"}))
    with pytest.raises(RunError, match="has no recipe"):
        export_script(imported, tmp_path / "script", JobContext(), dataset)
    assert not (tmp_path / "script").exists()


def test_the_script_is_readable_python_of_its_own(run: Run, tmp_path: Path, dataset: Dataset) -> None:
    paths = export_script(run, tmp_path / "script", JobContext(), dataset)
    assert sorted(path.name for path in paths) == ["data.npz", "network.py", "start.safetensors", "train.py"]
    text = (tmp_path / "script" / "train.py").read_text()
    compile(text, "train.py", "exec")
    assert "import cnnstudio" not in text
    assert max(len(line) for line in text.splitlines()) <= 130
    assert len(text.splitlines()) < 140


def test_script_starts_with_torchs_own_weights_layer_by_layer(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph
) -> None:
    rules = [{"node": "conv2", "initialisation": {"kind": "orthogonal", "gain": 1.4}}]
    config = TrainConfig(**PLAIN, seed=5, initialisation={"kind": "xavier"}, layers=rules)
    run = create_run(tmp_path / "run", dataset, graph, config)
    export_script(run, tmp_path / "script", JobContext(), dataset)
    started = load_file(tmp_path / "script" / "start.safetensors")
    fills: dict[str, Any] = {"conv2": partial(nn.init.orthogonal_, gain=1.4)}
    for place, name in enumerate(("conv1", "conv2", "fc1", "fc2", "fc3")):
        expected = torch.empty_like(started[f"{name}.weight"])
        torch.manual_seed(random_key(5, INITIALISATION, place))
        fills.get(name, nn.init.xavier_normal_)(expected)
        assert torch.equal(started[f"{name}.weight"], expected), name
