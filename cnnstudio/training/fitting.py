"""Does a recipe suit the network: rules for its layers, its norms, and what it ends in."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cnnstudio.network.infer import infer_facts
from cnnstudio.network.learnt import learnt_layers
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.contradiction import Contradiction
from cnnstudio.training.findings import Fix
from cnnstudio.training.head import RANGES, head_kind, without_head
from cnnstudio.training.layer_rules import LayerRule, rule_of, with_rule

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph


def about_layers(config: TrainConfig, layers: Sequence[str]) -> Iterator[Contradiction]:
    """Rules for layers that aren't there, and nothing left to train."""
    for rule in config.layers:
        if not any(rule.covers(name) for name in layers):
            text = f"The recipe has a rule for '{rule.node}', and the network has no such layer with weights."
            kept = tuple(other for other in config.layers if other is not rule)
            fix = Fix("Remove the rule", config.replace(layers=kept))
            yield Contradiction(f"layers.{rule.node}", text, "Remove the rule.", is_fatal=True, fix=fix)
    rules = [rule_of(config.layers, name) for name in layers]
    if rules and all(rule is not None and rule.frozen for rule in rules):
        text = f"All {len(layers):,} layers are frozen: there is nothing to train."
        yield Contradiction(
            "layers", text, "Let at least the last layer learn.", is_fatal=True, fix=_freed(config, layers)
        )
    elif rules and all(rule is not None and (rule.frozen or rule.rate == 0) for rule in rules):
        text = f"All {len(layers):,} layers are frozen or have a rate of 0: nothing learns."
        yield Contradiction("layers", text, "Let at least the last layer learn.", fix=_freed(config, layers))


def about_network(config: TrainConfig, graph: "NetworkGraph") -> Iterator[Contradiction]:
    """What the recipe asks of the network's norms and of its end."""
    for rule in config.layers:
        if rule.initialisation is not None and learnt_layers(graph).get(rule.node, ()) is None:
            text = f"'{rule.node}' has an initialisation of its own, and it begins without chance: scale 1, shift 0."
            rules = with_rule(config.layers, rule.replace(initialisation=None))
            fix = Fix("Remove it", config.replace(layers=rules))
            yield Contradiction(f"layers.{rule.node}.initialisation", text, "Remove it.", fix=fix)
    lone = _lone_norm(graph)
    if config.batch == 1 and lone:
        text = f"'{lone}' measures the spread of each number over a batch, and a batch of one image has none."
        fix = Fix("Batch of 32", config.replace(batch=32))
        yield Contradiction("batch", text, "Use a batch of at least 2.", is_fatal=True, fix=fix)
    yield from _about_head(config, graph)


def _about_head(config: TrainConfig, graph: "NetworkGraph") -> Iterator[Contradiction]:
    kind = head_kind(graph)
    if kind not in RANGES or not (problem := config.loss.head_problem(kind, *RANGES[kind])):
        return
    mended = config.loss.mended_for(*RANGES[kind])
    fix = Fix(mended[0], config.replace(loss=mended[1])) if mended is not None else without_head(graph, kind)
    yield Contradiction("loss", problem, "Change the loss, or the end of the network.", fix=fix)


def _lone_norm(graph: "NetworkGraph") -> str:
    """A batch norm that gets one number a channel and image; empty if there is none."""
    facts = infer_facts(graph)
    norms = [node.id for node in graph.of_kind("batch_norm") if node.id in facts]
    return next((node for node in norms if all(side == 1 for side in facts[node].output[1:])), "")


def _freed(config: TrainConfig, layers: Sequence[str]) -> Fix:
    """The recipe without rules that keep the last layer from learning."""
    last = layers[-1]
    kept: list[LayerRule] = [rule for rule in config.layers if not rule.covers(last)]
    return Fix(f"Let '{last}' learn", config.replace(layers=tuple(kept)))
