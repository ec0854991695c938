"""The parts of a training script that depend on the recipe, as Python text."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from cnnstudio.core.errors import RunError
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.losses.cross_entropy import CrossEntropy
from cnnstudio.training.plan import Plan

STEP, BODY = " " * 16, " " * 4
# What a group of parameters holds for our own use, or says itself.
OWN = ("params", "names", "factor", "lr", "weight_decay")


def schedule_lines(config: TrainConfig) -> str:
    """The body of rate_factor: warm-up, then the schedule."""
    kind = config.schedule.kind
    if kind not in _SCHEDULES:
        raise RunError(f"A script can't follow the schedule '{kind}'.")
    lines = _SCHEDULES[kind](config.schedule, config.warmup, float(config.epochs))
    if config.warmup:
        start = config.warmup_from
        lines = [
            f"if epoch < {config.warmup!r}:  # warm-up",
            f"    full = rate_factor({config.warmup!r})",
            f"    return full * ({start!r} + {1 - start!r} * epoch / {config.warmup!r})",
            *lines,
        ]
    return indented(lines, BODY)


def _cosine(schedule: Any, begin: float, end: float) -> list[str]:
    return [
        f"share = min(1.0, max(0.0, (epoch - {begin!r}) / {end - begin!r}))",
        f"return {schedule.floor!r} + {1 - schedule.floor!r} * (1 + math.cos(math.pi * share)) / 2",
    ]


def _one_cycle(schedule: Any, begin: float, end: float) -> list[str]:
    rise = schedule.rise
    return [
        f"share = min(1.0, epoch / {end!r})",
        f"if share <= {rise!r}:",
        f"    return 1.0 + ({schedule.start!r} - 1.0) * (1 + math.cos(math.pi * share / {rise!r})) / 2",
        f"rest = (share - {rise!r}) / {1 - rise!r}",
        f"return {schedule.final!r} + (1.0 - {schedule.final!r}) * (1 + math.cos(math.pi * rest)) / 2",
    ]


_SCHEDULES: dict[str, Callable[[Any, float, float], list[str]]] = {
    "constant": lambda schedule, begin, end: ["return 1.0"],
    "cosine": _cosine,
    "exponential": lambda schedule, begin, end: [f"return {schedule.by!r} ** max(0.0, epoch - {begin!r})"],
    "multi_step": lambda schedule, begin, end: [
        f"return {schedule.by!r} ** sum(epoch >= milestone for milestone in {tuple(schedule.at)!r})"
    ],
    "one_cycle": _one_cycle,
    "plateau": lambda schedule, begin, end: ["return 1.0"],
    "step": lambda schedule, begin, end: [f"return {schedule.by!r} ** math.floor(epoch / {schedule.every})"],
}


def momentum_lines(config: TrainConfig) -> str:
    """One cycle lets the momentum fall while the rate rises."""
    schedule: Any = config.schedule
    if schedule.kind != "one_cycle" or not schedule.cycles_momentum:
        return ""
    has_betas = config.optimizer.kind in ("adam", "adamw")
    target = 'group["betas"] = (momentum, group["betas"][1])' if has_betas else 'group["momentum"] = momentum'
    if not has_betas and config.optimizer.kind not in ("sgd", "rmsprop"):
        return ""
    rise = schedule.rise
    lines = [
        f"share = min(1.0, step / steps_per_epoch / {float(config.epochs)!r})",
        f"turn = share / {rise!r} if share <= {rise!r} else (share - {rise!r}) / {1 - rise!r}",
        f"first, last = (0.95, 0.85) if share <= {rise!r} else (0.85, 0.95)",
        "momentum = last + (first - last) * (1 + math.cos(math.pi * turn)) / 2",
        target,
    ]
    return "\n" + indented(lines, STEP)


def loss_lines(config: TrainConfig, class_counts: Sequence[int]) -> str:
    """The body of loss_of."""
    loss: Any = config.loss
    if loss.kind == "mean_squared":
        lines = [
            "is_class = not targets.is_floating_point()  # else shares of classes",
            "shares = functional.one_hot(targets, logits.shape[1]) if is_class else targets",
            f"wanted = {loss.wrong!r} + {loss.right - loss.wrong!r} * shares.to(logits.dtype)",
            "return (logits - wanted).square().mean()",
        ]
    elif loss.kind == "cross_entropy":
        weights = class_weights(config, class_counts)
        given = f", torch.tensor({tuple(weights)!r}, device=logits.device)" if weights else ""
        smoothing = f", label_smoothing={loss.label_smoothing!r}" if loss.label_smoothing else ""
        lines = [f"return functional.cross_entropy(logits, targets{given}{smoothing})"]
    else:
        raise RunError(f"A script can't compute the loss '{loss.kind}'.")
    return indented(lines, BODY)


def class_weights(config: TrainConfig, class_counts: Sequence[int]) -> tuple[float, ...]:
    """What an image of each class counts in the loss; empty if all count alike."""
    loss = config.loss
    return tuple(loss.class_weights(class_counts)) if isinstance(loss, CrossEntropy) else ()


def judged_loss_text(config: TrainConfig) -> str:
    """The mean loss of validation images: without what only training needs."""
    is_plain = config.loss.kind != "cross_entropy"
    return "loss_of(logits, truths)" if is_plain else "functional.cross_entropy(logits, truths)"


def optimizer_text(config: TrainConfig, plan: Plan) -> str:
    """The optimiser's constructor, with all settings that differ from PyTorch's defaults."""
    import torch

    made = config.optimizer.build([torch.nn.Parameter(torch.zeros(1))], fused=plan.fused)
    defaults = inspect.signature(type(made)).parameters
    given = {name: value for name, value in made.param_groups[0].items() if name in defaults and name not in OWN}
    told = [f"{name}={value!r}" for name, value in given.items() if value != defaults[name].default]
    return f"torch.optim.{type(made).__name__}({', '.join(['parameter_groups(network)', 'lr=RATE', *told])})"


def clip_lines(config: TrainConfig) -> str:
    """What happens to gradients before the step."""
    regularisation, lines = config.regularisation, []
    if regularisation.clip_value:
        lines.append(f"torch.nn.utils.clip_grad_value_(network.parameters(), {regularisation.clip_value!r})")
    if regularisation.clip_norm:
        lines.append(f"torch.nn.utils.clip_grad_norm_(network.parameters(), {regularisation.clip_norm!r})")
    indent = " " * 12
    return "\n" + indented(lines, indent) if lines else ""


def average_lines(config: TrainConfig) -> tuple[str, str, str]:
    """How the average of the weights is made, how it is updated, and the network that is judged."""
    memory = config.regularisation.average
    if not memory:
        return "", "", "network"
    made = (
        "\n    average = torch.optim.swa_utils.AveragedModel(\n        network, use_buffers=True, "
        f"multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn({memory!r})\n    )"
    )
    return made, "\n            average.update_parameters(network)", "average.module"


def setup_lines(config: TrainConfig, plan: Plan) -> str:
    """What is set before anything is computed."""
    lines = [f"torch.set_num_threads({plan.threads})"] if plan.threads else []
    if plan.tf32:
        lines += ["torch.backends.cuda.matmul.allow_tf32 = True", "torch.backends.cudnn.allow_tf32 = True"]
    if plan.deterministic:
        lines.append("torch.use_deterministic_algorithms(True)")
    return indented(['"""Train, or make the first few steps."""', *lines], BODY)


def indented(lines: Sequence[str], indent: str) -> str:
    return "\n".join(f"{indent}{line}" for line in lines)
