"""Layers and blocks to choose from, for the palette and the search box, and how they are searched."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from cnnstudio.network.saved_blocks import SavedBlock
from cnnstudio.network.shapes import plural
from cnnstudio.network.spec import CATEGORY_TITLES, LayerSpec, layers

# As they are mostly used: a 3×3 convolution that keeps the size, and the 1×1 one that only mixes channels.
_PRESETS: dict[str, tuple[tuple[str, dict[str, object]], ...]] = {
    "conv2d": (("Convolution", {"padding": 1}), ("1×1 convolution", {"kernel": 1})),
}


@dataclass(frozen=True)
class LayerChoice:
    """A layer that can be added: what it is called, and the layer with the settings it starts with."""

    title: str
    layer: LayerSpec

    @property
    def about(self) -> str:
        """The first sentence of the layer's help."""
        return self.layer.help.partition(". ")[0].rstrip(".") + "."

    @property
    def category(self) -> str:
        """What gives it its colour."""
        return self.layer.category

    @property
    def label(self) -> str:
        """The settings that it starts with."""
        return self.layer.label


@dataclass(frozen=True)
class BlockChoice:
    """One of the user's own blocks."""

    block: SavedBlock

    @property
    def title(self) -> str:
        """What the user called it."""
        return self.block.title

    @property
    def about(self) -> str:
        """What is in it."""
        kinds = [node.layer.title.lower() for node in self.block.piece.nodes]
        return f"{self.label}: {', '.join(kinds[:6])}{' …' if len(kinds) > 6 else ''}."

    @property
    def category(self) -> str:
        """What gives it its colour: that of its first layer with weights."""
        found = [node.layer for node in self.block.piece.nodes]
        return next((layer.category for layer in found if layer.is_weight_layer), found[0].category)

    @property
    def label(self) -> str:
        """How large it is."""
        return plural(len(self.block.piece.nodes), "layer")


Choice = LayerChoice | BlockChoice


@cache
def layer_choices() -> tuple[LayerChoice, ...]:
    """All layers, in the order of their categories."""
    found = []
    for cls in layers:
        kind = str(cls.model_fields["kind"].default)
        for title, settings in _PRESETS.get(kind, ((cls.title, {}),)):
            found.append(LayerChoice(title, layers.parse({"kind": kind, **settings})))
    order = [category for category in CATEGORY_TITLES if category != "input"] + ["input"]
    return tuple(sorted(found, key=lambda choice: order.index(choice.layer.category)))


def search(choices: Sequence[Choice], words: str) -> list[Choice]:
    """The choices that fit what was typed, best first; all of them for nothing."""
    wanted = words.strip().lower()
    if not wanted:
        return list(choices)
    ranked = [(rank, i, choice) for i, choice in enumerate(choices) if (rank := _rank(choice, wanted)) is not None]
    return [choice for _, _, choice in sorted(ranked, key=lambda item: item[:2])]


def _rank(choice: Choice, wanted: str) -> int | None:
    """0 is best; None doesn't fit."""
    title = choice.title.lower()
    kind, text = (choice.layer.kind, choice.layer.help) if isinstance(choice, LayerChoice) else ("block", "")
    if title.startswith(wanted):
        return 0
    if any(word.startswith(wanted) for word in (*title.split(), *kind.split("_"), kind)):
        return 1
    if wanted in title or wanted in kind or wanted in choice.label.lower():
        return 2
    if _has_letters(title, wanted):
        return 3
    return 4 if len(wanted) > 3 and wanted in text.lower() else None


def _has_letters(title: str, wanted: str) -> bool:
    """Do the letters come in this order, beginning with the first: "bn" in "batch norm"?"""
    if title[0] != wanted[0]:
        return False
    letters = iter(title)
    return all(letter in letters for letter in wanted if letter != " ")
