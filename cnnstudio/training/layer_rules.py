"""What single layers do differently: frozen, a rate of their own, a beginning of their own."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from cnnstudio.core.specs import Spec, setting
from cnnstudio.training.recipe import AnyInitialisation

if TYPE_CHECKING:
    from torch import nn


class LayerRule(Spec):
    """An exception from the recipe for a layer, or for all layers of a group."""

    node: str = setting(title="Layer", description="A layer's name, or a group's: stage2 stands for all in it.")
    frozen: bool = setting(
        False, title="Frozen", description="Its weights stay as they are, and its batch norm's statistics too."
    )
    rate: float = setting(
        1.0, title="Rate times", description="What its learning rate is multiplied by.", ge=0, le=1_000
    )
    initialisation: AnyInitialisation | None = setting(
        None, title="Initialisation", description="How its weights begin; as the recipe says if nothing is chosen."
    )

    def covers(self, node: str) -> bool:
        """Is it about this layer?"""
        return node == self.node or node.startswith(f"{self.node}.")


def rule_of(rules: Sequence[LayerRule], node: str) -> LayerRule | None:
    """The rule for a layer: its own before its group's, the inner group's before the outer's."""
    return max((rule for rule in rules if rule.covers(node)), key=lambda rule: len(rule.node), default=None)


def rule_or_default(rules: Sequence[LayerRule], node: str) -> LayerRule:
    """What counts for a layer or group, under its own name: its rule, its group's, or that of the recipe."""
    found = rule_of(rules, node)
    return LayerRule(node=node) if found is None else found.replace(node=node)


def with_rule(rules: Sequence[LayerRule], rule: LayerRule) -> tuple[LayerRule, ...]:
    """The rules with the one for this layer replaced, or dropped if it changes nothing."""
    others = tuple(other for other in rules if other.node != rule.node)
    return others if rule == rule_or_default(others, rule.node) else (*others, rule)


def with_group_rule(rules: Sequence[LayerRule], rule: LayerRule) -> tuple[LayerRule, ...]:
    """The same for a whole group: what was said of layers in it no longer counts, but for how their weights begin."""
    inside = [other for other in rules if rule.covers(other.node) and other.node != rule.node]
    made = with_rule([other for other in rules if other not in inside], rule)
    for other in sorted(inside, key=lambda other: len(other.node)):
        made = with_rule(made, other.replace(frozen=rule.frozen, rate=rule.rate))
    return made


def with_rules(rules: Sequence[LayerRule], layers: Sequence[str], rule: LayerRule) -> tuple[LayerRule, ...]:
    """The same for layers that share no name: each gets a rule of its own, and begins as before."""
    made = tuple(rules)
    for layer in layers:
        made = with_rule(made, rule_or_default(made, layer).replace(frozen=rule.frozen, rate=rule.rate))
    return made


def common_rule(rules: Sequence[LayerRule], layers: Sequence[str], name: str) -> LayerRule:
    """How most of these layers are trained, as a rule of this name."""
    ways = Counter((rule.frozen, rule.rate) for rule in (rule_or_default(rules, layer) for layer in layers))
    ((frozen, rate), _), *_ = ways.most_common(1)
    return LayerRule(node=name, frozen=frozen, rate=rate)


def freeze(network: "nn.Module", rules: Sequence[LayerRule]) -> "tuple[nn.Module, ...]":
    """Take frozen layers out of training; returns those that must stay in evaluation mode."""
    still = []
    for name, module in leaf_modules(network):
        rule = rule_of(rules, name)
        if rule is not None and rule.frozen:
            module.requires_grad_(False)
            still.append(module)
    return tuple(still)


def parameter_groups(
    network: "nn.Module", rules: Sequence[LayerRule], rate: float, decay: float, *, decays_all: bool
) -> list[dict[str, Any]]:
    """What an optimiser is built from: parameters with equal rate and weight decay together, in the network's order.

    Each group also holds `factor`, its share of the learning rate, and `names`, its parameters' names.
    """
    groups: dict[tuple[float, bool], dict[str, Any]] = {}
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        rule = rule_of(rules, name.rpartition(".")[0])
        factor = rule.rate if rule is not None else 1.0
        decays = decays_all or parameter.ndim > 1  # norms and biases are vectors, weights are not
        fresh = {"params": [], "names": [], "lr": rate * factor, "factor": factor}
        group = groups.setdefault((factor, decays), {**fresh, "weight_decay": decay if decays else 0.0})
        group["params"].append(parameter)
        group["names"].append(name)
    return list(groups.values())


def leaf_modules(network: "nn.Module") -> "Iterator[tuple[str, nn.Module]]":
    """Modules that hold parameters or buffers themselves, by name."""
    for name, module in network.named_modules():
        if module._parameters or module._buffers:
            yield name, module
