"""Recipes that contradict themselves, the data or the network are named before the start."""

from typing import Any

import pytest

from cnnstudio.core.errors import RecipeError
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.contradictions import check_recipe, contradictions
from cnnstudio.training.presets import PRESETS

LAYERS = ("conv1", "stage.conv2", "fc")
CASES: list[tuple[dict[str, Any], str, bool]] = [
    ({"batch": 2000}, "2,000 images is more than the 1,000", True),
    ({"warmup": 30}, "warm-up takes 30 epochs, and the training ends after 20", False),
    ({"schedule": {"kind": "step", "every": 20}}, "steps every 20 epochs", False),
    ({"schedule": {"kind": "multi_step", "at": [10, 40]}}, "steps after epoch 40", False),
    ({"schedule": {"kind": "plateau", "patience": 25}}, "waits 25 epochs", False),
    ({"schedule": {"kind": "one_cycle"}, "warmup": 2}, "warm-up of its own", False),
    ({"loss": {"kind": "cross_entropy", "weights": [1, 2, 3]}}, "3 class weights and the data 10 classes", True),
    ({"loss": {"kind": "mean_squared", "right": 1, "wrong": 1}}, "are equal", True),
    ({"layers": [{"node": "conv9", "frozen": True}]}, "no such layer", True),
    ({"layers": [{"node": n, "frozen": True} for n in ("conv1", "stage", "fc")]}, "All 3 layers are frozen", True),
    ({"regularisation": {"parts": 20}}, "20 parts", False),
    ({"regularisation": {"early_stop": 20}}, "can't happen in 20", False),
    ({"regularisation": {"average": 0.9999}}, "longer than the 640", False),
]


@pytest.mark.parametrize(("recipe", "text", "is_fatal"), CASES, ids=[text for _, text, _ in CASES])
def test_contradiction_is_named(recipe: dict[str, Any], text: str, is_fatal: bool) -> None:
    config = TrainConfig(**recipe)
    (found,) = contradictions(config, 1000, 100, 10, LAYERS)
    assert text in found.text
    assert found.hint
    assert found.is_fatal is is_fatal
    if is_fatal:
        with pytest.raises(RecipeError):
            check_recipe(config, 1000, 100, 10, LAYERS)
    else:
        check_recipe(config, 1000, 100, 10, LAYERS)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_recipes_of_papers_contradict_nothing(preset: Any) -> None:
    assert contradictions(preset.applied(TrainConfig()), 45_000, 5_000, 10, LAYERS) == []
