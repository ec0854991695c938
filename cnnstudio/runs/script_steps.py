"""The parts of a training script that make a step: forward and backward pass, in parts if need be, and waiting."""

from typing import TYPE_CHECKING

from cnnstudio.network.layers.ends import AuxiliaryOutput
from cnnstudio.runs.script_parts import indented
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.plan import Plan
from cnnstudio.training.schedules.plateau import Plateau

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph

STEP, EPOCH = " " * 12, " " * 8
PATIENCE = '''

class Patience:
    """Counts epochs without a better validation loss; `stalls` grows whenever there were more than `most` in a row."""

    def __init__(self, most, least=0.0):
        self.most, self.least, self.best, self.waited, self.stalls = most, least, math.inf, 0, 0

    def note(self, loss):
        if loss < self.best * (1 - self.least):
            self.best, self.waited = loss, 0
            return
        self.waited += 1
        if self.waited > self.most:
            self.waited, self.stalls = 0, self.stalls + 1
'''


def autocast_text(plan: Plan) -> str:
    """The block in which layers compute in the plan's numbers."""
    short = "float16" if plan.precision == "fp16" else "bfloat16"
    return f"torch.autocast(DEVICE.type, torch.{short}, enabled={plan.precision != 'fp32'})"


def pass_lines(config: TrainConfig, graph: "NetworkGraph", plan: Plan) -> str:
    """From a batch to its loss and gradients."""
    ends = (graph.node(name).layer for name in graph.order())
    weights = tuple(layer.weight for layer in ends if isinstance(layer, AuxiliaryOutput))
    backward = "scaler.scale(loss).backward()" if plan.precision == "fp16" else "loss.backward()"
    if config.regularisation.parts == 1:
        return indented([*_forward("images", "targets", weights, plan), backward], STEP)
    part = _forward("some", "truths", weights, plan)
    lines = [
        f"parts = max(1, min({config.regularisation.parts}, len(images) // 2))",
        "losses = []",
        "for some, truths in zip(images.tensor_split(parts), targets.tensor_split(parts)):",
        *(f"    {line}" for line in part),
        "    loss = loss * (weight_of(truths) / weight_of(targets))",
        f"    {backward}",
        "    losses.append(loss.detach())",
        "loss = torch.stack(losses).sum()",
    ]
    return indented(lines, STEP)


def weight_text(config: TrainConfig, class_weights: tuple[float, ...]) -> str:
    """The function by which the mean losses of a batch's parts are weighed; nothing where there is one part."""
    if config.regularisation.parts == 1:
        return ""
    lines = ["return float(len(targets))"]
    if class_weights:
        weighed = f"return torch.tensor({class_weights!r}, device=targets.device)[targets].sum()"
        lines = ["if targets.is_floating_point():  # shares of classes", f"    {lines[0]}", weighed]
    about = '"""What the mean loss of some pictures counts beside that of others."""'
    return f"\n\ndef weight_of(targets):\n    {about}\n{indented(lines, '    ')}\n"


def step_lines(plan: Plan) -> str:
    """The optimiser's step."""
    lines = ["scaler.step(optimizer)", "scaler.update()"] if plan.precision == "fp16" else ["optimizer.step()"]
    return indented(lines, STEP)


def unscale_lines(plan: Plan) -> str:
    """What fp16 needs before gradients are clipped."""
    return f"\n{STEP}scaler.unscale_(optimizer)" if plan.precision == "fp16" else ""


def waiting(config: TrainConfig, plan: Plan) -> dict[str, str]:
    """What the script's text holds more, by the name of the gap, where rate or end wait for the validation loss."""
    schedule, stop = config.schedule, config.regularisation.early_stop
    made, noted, stalled = [], [], ""
    if plan.precision == "fp16":
        made.append("scaler = torch.amp.GradScaler(DEVICE.type)")
    if isinstance(schedule, Plateau):
        made.append(f"plateau = Patience({schedule.patience}, {schedule.least!r})")
        noted.append("plateau.note(val_loss)")
        stalled = f" * max({schedule.floor!r}, {schedule.by!r}**plateau.stalls)"
    if stop:
        made.append(f"patience = Patience({stop - 1})  # stop early")
        noted += ["patience.note(val_loss)", "if patience.stalls:", "    break"]
    return {
        "patience": PATIENCE if noted else "",
        "waits": "".join(f"\n    {line}" for line in made),
        "noted": "".join(f"\n{EPOCH}{line}" for line in noted),
        "stalled": stalled,
    }


def _forward(images: str, targets: str, weights: tuple[float, ...], plan: Plan) -> list[str]:
    names = "logits, *sides" if weights else "logits"
    lines = [
        f"with {autocast_text(plan)}:",
        f"    {names} = network({images})",
        f"loss = loss_of(logits.float(), {targets})",
    ]
    if weights:
        lines += [
            f"for weight, side in zip({weights!r}, sides):",
            f"    loss = loss + weight * loss_of(side.float(), {targets})",
        ]
    return lines
