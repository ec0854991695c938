"""Recipes that contradict themselves, the data or the network: named before the start."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cnnstudio.core.errors import RecipeError
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.contradiction import Contradiction
from cnnstudio.training.findings import Fix
from cnnstudio.training.fitting import about_layers, about_network
from cnnstudio.training.schedules.constant import Constant
from cnnstudio.training.schedules.one_cycle import OneCycle

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph

SPLIT = Fix("Change the split", page="data")


def contradictions(
    config: TrainConfig,
    train_count: int,
    val_count: int,
    classes: int = 0,
    layers: Sequence[str] = (),
    graph: "NetworkGraph | None" = None,
) -> list[Contradiction]:
    """All that is wrong with a recipe for so many images and classes, what can't start first.

    Args:
        layers: Names of the layers with weights, in order; empty where the network isn't known.
        graph: The network, for what concerns its end and its norms.
    """
    found = [*_about_data(config, train_count, val_count), *_about_time(config, train_count), *_about_steps(config)]
    if classes and (problem := config.loss.problem(classes)):
        mended = config.loss.mended(classes)
        fix = Fix(mended[0], config.replace(loss=mended[1])) if mended is not None else None
        found.append(Contradiction("loss", problem, "Change the loss's settings.", is_fatal=True, fix=fix))
    if layers:
        found += about_layers(config, layers)
    if graph is not None:
        found += about_network(config, graph)
    return sorted(found, key=lambda one: not one.is_fatal)


def check_recipe(
    config: TrainConfig,
    train_count: int,
    val_count: int,
    classes: int = 0,
    layers: Sequence[str] = (),
    graph: "NetworkGraph | None" = None,
) -> None:
    """Refuse a recipe that can't work with so many training and validation images.

    Raises:
        RecipeError: With the numbers and what to change.
    """
    for one in contradictions(config, train_count, val_count, classes, layers, graph):
        if one.is_fatal:
            raise RecipeError(one.text, hint=one.hint)


def _about_data(config: TrainConfig, train_count: int, val_count: int) -> Iterator[Contradiction]:
    split = "data.split.val"
    if train_count == 0:
        text = "There are no training images."
        yield Contradiction(split, text, "Lower the shares of validation and test.", is_fatal=True, fix=SPLIT)
    elif config.batch > train_count:
        text = f"A batch of {config.batch:,} images is more than the {train_count:,} training images."
        # A power of two with several steps an epoch.
        fits = 1 << max(0, (train_count // 4).bit_length() - 1)
        fix = Fix(f"Batch of {fits:,}", config.replace(batch=fits))
        yield Contradiction("batch", text, f"Use a batch of at most {train_count:,}.", is_fatal=True, fix=fix)
    if val_count == 0:
        text = "There are no validation images."
        yield Contradiction(split, text, "Raise the share of validation.", is_fatal=True, fix=SPLIT)
    most = max(1, config.batch // 2)
    if (parts := config.regularisation.parts) > most:
        text = f"A batch of {config.batch:,} images can't go through in {parts:,} parts of two images and more."
        fix = _regular(config, f"{most:,} part{'s' if most > 1 else ''}", parts=most)
        yield Contradiction("regularisation.parts", text, f"{most:,} parts are taken.", fix=fix)


def _about_time(config: TrainConfig, train_count: int) -> Iterator[Contradiction]:
    if config.warmup >= config.epochs:
        text = f"The warm-up takes {config.warmup:g} epochs, and the training ends after {config.epochs:,}."
        short = float(min(5, config.epochs // 4))
        title = f"Warm-up of {short:g} epoch{'s' if short != 1 else ''}" if short else "No warm-up"
        fix = Fix(title, config.replace(warmup=short))
        yield Contradiction("warmup", text, "Shorten the warm-up, or train longer.", fix=fix)
    elif config.warmup and config.warmup_from == 1:
        text = "The warm-up begins with the whole rate: it does nothing."
        fix = Fix("From a hundredth", config.replace(warmup_from=0.01))
        yield Contradiction("warmup_from", text, "Begin lower, or leave the warm-up out.", fix=fix)
    if problem := config.schedule.problem(config.warmup, config.epochs):
        hint = "Change the schedule, or train longer."
        yield Contradiction("schedule", problem, hint, fix=_mended_schedule(config))
    yield from _about_stopping(config)
    average, steps = config.regularisation.average, config.epochs * -(-train_count // config.batch)
    if average and 1 / (1 - average) > steps:
        text = f"The average of about {1 / (1 - average):,.0f} steps is longer than the {steps:,} of the training."
        over = max(1, steps // 10)
        fix = _regular(config, f"Average about {over:,} steps", average=round(1 - 1 / over, 6))
        if over < 2:
            fix = _regular(config, "Don't average", average=0.0)
        yield Contradiction("regularisation.average", text, "Lower it, or switch it off with 0.", fix=fix)


def _mended_schedule(config: TrainConfig) -> Fix:
    """The schedule fitted to the epochs; a constant rate where they are too few for any step."""
    mended = config.schedule.mended(config.epochs)
    if mended is None:
        return Fix("No warm-up", config.replace(warmup=0.0))
    title, schedule = mended
    if schedule.problem(config.warmup, config.epochs):
        title, schedule = "Constant rate", Constant()
    return Fix(title, config.replace(schedule=schedule))


def _about_stopping(config: TrainConfig) -> Iterator[Contradiction]:
    stop, every = config.regularisation.early_stop, config.saving.keep_every
    patience = getattr(config.schedule, "patience", 0)
    if stop >= config.epochs:
        text = f"Stopping early after {stop:,} epochs can't happen in {config.epochs:,}."
        fix = _regular(config, "Don't stop early", early_stop=0)
        yield Contradiction("regularisation.early_stop", text, "Lower it, or switch it off with 0.", fix=fix)
    elif 0 < stop <= patience:
        text = (
            f"The training stops after {stop:,} epochs without better, and the learning rate waits {patience:,}: "
            "it is never lowered."
        )
        fix = _regular(config, f"Stop after {2 * patience + 2:,} epochs", early_stop=2 * patience + 2)
        yield Contradiction("regularisation.early_stop", text, "Stop later, or lower the rate sooner.", fix=fix)
    if every > config.epochs:
        text = f"No checkpoint is kept every {every:,} epochs: the training ends after {config.epochs:,}."
        often = max(1, config.epochs // 4)
        fix = Fix(f"Keep every {often:,}", config.replace(saving=config.saving.replace(keep_every=often)))
        yield Contradiction("saving.keep_every", text, "Lower it, or switch it off with 0.", fix=fix)


def _about_steps(config: TrainConfig) -> Iterator[Contradiction]:
    if problem := config.optimizer.problem(config.rate):
        mended = config.optimizer.mended()
        fix = Fix(mended[0], config.replace(optimizer=mended[1])) if mended is not None else None
        yield Contradiction("optimizer", problem, "Change the optimiser's settings.", fix=fix)
    schedule = config.schedule
    if isinstance(schedule, OneCycle) and schedule.cycles_momentum and getattr(config.optimizer, "momentum", 1.0) == 0:
        text = "The optimiser has no momentum, and one cycle moves it between 0.85 and 0.95 all the same."
        fix = Fix("Leave the momentum", config.replace(schedule=schedule.replace(cycles_momentum=False)))
        yield Contradiction("schedule.cycles_momentum", text, "Leave the momentum alone, or choose one.", fix=fix)


def _regular(config: TrainConfig, title: str, **changes: object) -> Fix:
    return Fix(title, config.replace(regularisation=config.regularisation.replace(**changes)))
