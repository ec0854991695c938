"""Recipes of famous papers, to begin with."""

from dataclasses import dataclass
from typing import Any

from cnnstudio.core.errors import RecipeError
from cnnstudio.training.config import TrainConfig, parse_config

# What says how a training computes, and not what it does, stays as the user has it.
_KEPT = (
    "seed",
    "device",
    "threads",
    "workers",
    "precision",
    "channels_last",
    "compile",
    "deterministic",
    "saving",
    "layers",
)


@dataclass(frozen=True)
class Preset:
    """A recipe by name.

    Args:
        name: As on the command line.
        title: As in the window.
        text: What it is and where it comes from, one or two sentences.
        settings: What differs from the plainest recipe.
    """

    name: str
    title: str
    text: str
    settings: dict[str, Any]

    def applied(self, config: TrainConfig) -> TrainConfig:
        """The recipe of the preset, on the device and with the seed of another."""
        described = config.to_json()
        return parse_config({**self.settings, **{name: described[name] for name in _KEPT}}, f"The preset {self.title}")


PRESETS = (
    Preset(
        "lenet",
        "LeNet 1998",
        "One image a step, squared errors, a rate that falls in stairs over 20 epochs; plain steps in place of the "
        "paper's second derivatives (LeCun et al. 1998, section III).",
        {
            "optimizer": {"kind": "sgd", "rate": 0.02, "momentum": 0.0},
            "schedule": {"kind": "multi_step", "at": [2, 5, 8, 12], "by": 0.4},
            "loss": {"kind": "mean_squared"},
            "initialisation": {"kind": "lecun"},
            "batch": 1,
            "epochs": 20,
        },
    ),
    Preset(
        "alexnet",
        "AlexNet 2012",
        "Momentum and weight decay, the rate divided by ten when the validation loss stalls, 90 epochs; add flips, "
        "crops and colour shifts on the page Data (Krizhevsky et al. 2012, section 5).",
        {
            "optimizer": {"kind": "sgd", "rate": 0.01, "momentum": 0.9, "weight_decay": 5e-4},
            "schedule": {"kind": "plateau", "patience": 5, "by": 0.1},
            "initialisation": {"kind": "small_normal", "deviation": 0.01},
            "batch": 128,
            "epochs": 90,
        },
    ),
    Preset(
        "vgg",
        "VGG 2014",
        "As AlexNet's, with batches of 256 and Glorot's weights instead of growing the network step by step, 74 epochs "
        "(Simonyan and Zisserman 2014, section 3.1).",
        {
            "optimizer": {"kind": "sgd", "rate": 0.01, "momentum": 0.9, "weight_decay": 5e-4},
            "schedule": {"kind": "plateau", "patience": 5, "by": 0.1},
            "initialisation": {"kind": "xavier"},
            "batch": 256,
            "epochs": 74,
        },
    ),
    Preset(
        "resnet-cifar",
        "ResNet 2015 (CIFAR)",
        "Rate 0.1, divided by ten after 32,000 and 48,000 of 64,000 steps: after 91 and 136 of 182 epochs of 45,000 "
        "images; add flips and crops on the page Data (He et al. 2015, section 4.2).",
        {
            "optimizer": {"kind": "sgd", "rate": 0.1, "momentum": 0.9, "weight_decay": 1e-4},
            "schedule": {"kind": "multi_step", "at": [91, 136], "by": 0.1},
            "initialisation": {"kind": "he"},
            "batch": 128,
            "epochs": 182,
        },
    ),
    Preset(
        "modern",
        "Modern",
        "AdamW with a warm-up and a cosine, label smoothing, clipped gradients, averaged weights, and weight decay on "
        "weights alone: a good start for most networks.",
        {
            "optimizer": {"kind": "adamw", "rate": 0.001, "weight_decay": 0.05},
            "schedule": {"kind": "cosine"},
            "warmup": 2.0,
            "loss": {"kind": "cross_entropy", "label_smoothing": 0.1},
            "initialisation": {"kind": "he"},
            "regularisation": {"clip_norm": 1.0, "average": 0.99, "decays_all": False},
            "batch": 64,
            "epochs": 30,
        },
    ),
)


def preset(name: str) -> Preset:
    """A preset by its name.

    Raises:
        RecipeError: There is none of that name; the known ones are told.
    """
    found = next((one for one in PRESETS if one.name == name), None)
    if found is None:
        known = ", ".join(one.name for one in PRESETS)
        raise RecipeError(f"There is no recipe '{name}'.", hint=f"Known: {known}.")
    return found
