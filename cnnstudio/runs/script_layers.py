"""The parts of a training script in which layers differ: frozen ones, rates of their own, weight decay."""

from cnnstudio.runs.script_parts import BODY, indented
from cnnstudio.training.config import TrainConfig

RULE_OF = """

def rule_of(layer):
    \"\"\"The rule of a layer, or else of the innermost group that it lies in.\"\"\"
    covering = [name for name in RULES if layer == name or layer.startswith(f"{name}.")]
    return RULES[max(covering, key=len)] if covering else (False, 1.0)


def freeze(network):
    \"\"\"Take frozen layers out of training; returns them: their batch norms keep their statistics.\"\"\"
    layers = [(name, layer) for name, layer in network.named_modules() if layer._parameters or layer._buffers]
    still = [layer for name, layer in layers if rule_of(name)[0]]
    for layer in still:
        layer.requires_grad_(False)
    return still"""


def layer_lines(config: TrainConfig) -> dict[str, str]:
    """What the script's text holds more, by the name of the gap, where layers are frozen or have their own rates."""
    if not _has_rules(config):
        return dict.fromkeys(("rules", "freeze", "rest", "factor"), "")
    rules = [f"    {rule.node!r}: ({rule.frozen}, {rule.rate!r})," for rule in config.layers]
    told = ["# Layer or group: is it frozen, and what is its learning rate multiplied by?", "RULES = {", *rules, "}"]
    return {
        "rules": "\n" + "\n".join(told) + RULE_OF,
        "freeze": "\n    still = freeze(network)",
        "rest": "\n        for layer in still:\n            layer.eval()",
        "factor": ' * group["factor"]',
    }


def group_lines(config: TrainConfig) -> str:
    """The body of parameter_groups."""
    decay = float(getattr(config.optimizer, "weight_decay", 0.0))
    decays_all = config.regularisation.decays_all or not decay
    if _has_rules(config):
        return indented(_by_rules(decay, decays_all=decays_all), BODY)
    if decays_all:
        return indented([f'return [{{"params": list(network.parameters()), "weight_decay": {decay!r}}}]'], BODY)
    lines = [
        "weights = [p for p in network.parameters() if p.ndim > 1]",
        "norms_and_biases = [p for p in network.parameters() if p.ndim <= 1]",
        f'return [{{"params": weights, "weight_decay": {decay!r}}}, '
        '{"params": norms_and_biases, "weight_decay": 0.0}]',
    ]
    return indented(lines, BODY)


def _by_rules(decay: float, *, decays_all: bool) -> list[str]:
    pull = repr(decay) if decays_all else f"{decay!r} if parameter.ndim > 1 else 0.0  # norms and biases are vectors"
    return [
        "groups = {}",
        "for name, parameter in network.named_parameters():",
        '    is_frozen, factor = rule_of(name.rpartition(".")[0])',
        f"    decay = {pull}",
        "    if not is_frozen:",
        '        fresh = {"params": [], "factor": factor, "weight_decay": decay}',
        '        groups.setdefault((factor, decay), fresh)["params"].append(parameter)',
        "return list(groups.values())",
    ]


def _has_rules(config: TrainConfig) -> bool:
    return any(rule.frozen or rule.rate != 1.0 for rule in config.layers)
