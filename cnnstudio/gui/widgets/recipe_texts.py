"""What a folded section of the recipe says in a few words."""

from collections.abc import Callable, Mapping

from cnnstudio.training.config import TrainConfig


def _duration(config: TrainConfig) -> str:
    return f"{config.batch:,} images, {config.epochs:,} epochs"


def _rate(config: TrainConfig) -> str:
    # The warm-up is seen in the curve beside it.
    return config.schedule.title


def _begin(config: TrainConfig) -> str:
    own = "" if config.initialisation.kind == "as_built" else f", {config.initialisation.title}"
    return f"{config.loss.title}{own}"


def _regular(config: TrainConfig) -> str:
    reg = config.regularisation
    parts = [
        f"clip {reg.clip_norm:g}" if reg.clip_norm else "",
        f"clip values {reg.clip_value:g}" if reg.clip_value else "",
        f"{reg.parts:,} parts" if reg.parts > 1 else "",
        f"average {reg.average:g}" if reg.average else "",
        f"stop after {reg.early_stop:,}" if reg.early_stop else "",
    ]
    return ", ".join(part for part in parts if part) or "none"


def _layers(config: TrainConfig) -> str:
    frozen = sum(rule.frozen for rule in config.layers)
    parts = [f"{frozen:,} frozen" if frozen else "", f"{len(config.layers) - frozen:,} with own settings"]
    return ", ".join(part for part in parts if part and not part.startswith("0 ")) or "all alike"


def _machine(config: TrainConfig) -> str:
    numbers = "" if config.precision == "auto" else f", {config.precision}"
    return f"{'automatic' if config.device == 'auto' else config.device}{numbers}"


def _saving(config: TrainConfig) -> str:
    every = config.saving.keep_every
    return f"best, last two, every {every:,}" if every else "best, last two"


SUMMARIES: Mapping[str, Callable[[TrainConfig], str]] = {
    "optimizer": lambda config: f"{config.optimizer.title}, {config.optimizer.rate:g}",
    "duration": _duration,
    "rate": _rate,
    "begin": _begin,
    "regular": _regular,
    "layers": _layers,
    "machine": _machine,
    "saving": _saving,
}
