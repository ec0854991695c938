"""Recipes that contradict themselves, the data or the network: named before the start."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cnnstudio.core.errors import RecipeError
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.layer_rules import rule_of


@dataclass(frozen=True)
class Contradiction:
    """Something in a recipe that can't work, or that does nothing.

    Args:
        setting: Name of the setting to change, as on the command line.
        text: What is wrong, with the numbers.
        hint: What to do.
        is_fatal: The training can't start; otherwise it can, and the user is told.
    """

    setting: str
    text: str
    hint: str
    is_fatal: bool = False


def contradictions(
    config: TrainConfig, train_count: int, val_count: int, classes: int = 0, layers: Sequence[str] = ()
) -> list[Contradiction]:
    """All that is wrong with a recipe for so many images and classes.

    Args:
        layers: Names of the layers with weights, in order; empty where the network isn't known.
    """
    found = [*_about_data(config, train_count, val_count), *_about_time(config, train_count)]
    if classes and (problem := config.loss.problem(classes)):
        found.append(Contradiction("loss.weights", problem, "Change the loss's settings.", is_fatal=True))
    if layers:
        found += _about_layers(config, layers)
    return sorted(found, key=lambda one: not one.is_fatal)


def check_recipe(
    config: TrainConfig, train_count: int, val_count: int, classes: int = 0, layers: Sequence[str] = ()
) -> None:
    """Refuse a recipe that can't work with so many training and validation images.

    Raises:
        RecipeError: With the numbers and what to change.
    """
    for one in contradictions(config, train_count, val_count, classes, layers):
        if one.is_fatal:
            raise RecipeError(one.text, hint=one.hint)


def _about_data(config: TrainConfig, train_count: int, val_count: int) -> Iterator[Contradiction]:
    split = "data.split.val"
    if train_count == 0:
        text = "There are no training images."
        yield Contradiction(split, text, "Lower the shares of validation and test.", is_fatal=True)
    elif config.batch > train_count:
        text = f"A batch of {config.batch:,} images is more than the {train_count:,} training images."
        yield Contradiction("batch", text, f"Use a batch of at most {train_count:,}.", is_fatal=True)
    if val_count == 0:
        yield Contradiction(split, "There are no validation images.", "Raise the share of validation.", is_fatal=True)
    parts = config.regularisation.parts
    if parts > max(1, config.batch // 2):
        text = f"A batch of {config.batch:,} images can't go through in {parts:,} parts of two images and more."
        yield Contradiction("regularisation.parts", text, f"{max(1, config.batch // 2):,} parts are taken.")


def _about_time(config: TrainConfig, train_count: int) -> Iterator[Contradiction]:
    if config.warmup >= config.epochs:
        text = f"The warm-up takes {config.warmup:g} epochs, and the training ends after {config.epochs:,}."
        yield Contradiction("warmup", text, "Shorten the warm-up, or train longer.")
    elif problem := config.schedule.problem(config.warmup, config.epochs):
        yield Contradiction("schedule", problem, "Change the schedule, or train longer.")
    reg = config.regularisation
    if reg.early_stop >= config.epochs:
        text = f"Stopping early after {reg.early_stop:,} epochs can't happen in {config.epochs:,}."
        yield Contradiction("regularisation.early_stop", text, "Lower it, or switch it off with 0.")
    steps = config.epochs * -(-train_count // config.batch)
    if reg.average and 1 / (1 - reg.average) > steps:
        text = f"The average of about {1 / (1 - reg.average):,.0f} steps is longer than the {steps:,} of the training."
        yield Contradiction("regularisation.average", text, "Lower it, or switch it off with 0.")


def _about_layers(config: TrainConfig, layers: Sequence[str]) -> Iterator[Contradiction]:
    for rule in config.layers:
        if not any(rule.covers(name) for name in layers):
            text = f"The recipe has a rule for '{rule.node}', and the network has no such layer with weights."
            yield Contradiction(f"layers.{rule.node}", text, "Remove the rule.", is_fatal=True)
    if config.layers and all(_is_frozen(config, name) for name in layers):
        text = f"All {len(layers):,} layers are frozen: there is nothing to train."
        yield Contradiction("layers", text, "Let at least the last layer learn.", is_fatal=True)


def _is_frozen(config: TrainConfig, name: str) -> bool:
    rule = rule_of(config.layers, name)
    return rule is not None and rule.frozen
