"""Two of the three ways to find which tensor is whose: by our names, and by torchvision's."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from cnnstudio.network.graph import NetworkGraph

# What wrappers put before every name: DataParallel, Lightning, torch.compile, EMA copies, trainers.
PREFIXES = ("module.", "model.", "_orig_mod.", "state_dict.", "net.", "network.", "backbone.", "encoder.", "ema.")
COUNTER = "num_batches_tracked"
# DenseNet's published weights bear names from before PyTorch 0.4, when attributes could hold dots.
_OLD_DENSENET = re.compile(r"^(.*denselayer\d+\.(?:norm|conv))\.([12]\..*)$")


def state_shapes(graph: "NetworkGraph") -> dict[str, tuple[int, ...]]:
    """Our names and shapes of a network's weights, in its order; takes no memory.

    Raises:
        GraphError: The graph has a problem.
    """
    import torch

    from cnnstudio.network.compile import compile_network

    with torch.device("meta"):
        network = compile_network(graph)
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}


def head_node(graph: "NetworkGraph") -> str | None:
    """The layer that gives the logits: the nearest before the output that can choose how many come out."""
    outputs = graph.of_kind("output")
    current, seen = (outputs[0].id if outputs else ""), set[str]()
    while current and current not in seen:
        if graph.node(current).layer.resized(1) is not None:
            return current
        seen.add(current)
        sources = graph.predecessors(current)
        current = sources[0] if len(sources) == 1 else ""
    return None


def without_prefixes(tensors: "Mapping[str, torch.Tensor]") -> "Iterator[tuple[str, dict[str, torch.Tensor]]]":
    """The tensors under their names, and under each form with a wrapper's prefix taken off all of them."""
    prefix, found = "", dict(tensors)
    while True:
        yield prefix, found
        common = next((p for p in PREFIXES if found and all(name.startswith(p) for name in found)), None)
        if common is None:
            return
        prefix += common
        found = {name[len(common) :]: tensor for name, tensor in found.items()}


def modern_name(name: str) -> str:
    """A name as today's torchvision writes it."""
    return _OLD_DENSENET.sub(r"\1\2", name)


def torchvision_names(graph: "NetworkGraph") -> dict[str, str]:
    """Torchvision's name for each of ours; empty if it has no such architecture.

    No table: both state dicts list the same layers in the same order, so the names pair up by place. That the
    pairing is right is checked by its kinds of numbers here, and by equal logits in the tests.
    """
    from cnnstudio.network.zoo import architectures

    return _published(graph.architecture) if graph.architecture in architectures else {}


@lru_cache(maxsize=8)
def _published(architecture: str) -> dict[str, str]:
    from cnnstudio.network.zoo import architectures

    ours = state_shapes(architectures[architecture].build())
    for theirs in _torchvision_shapes(architecture):
        if len(ours) == len(theirs) and all(
            _leaf(a) == _leaf(b) and len(ours[a]) == len(theirs[b]) for a, b in zip(ours, theirs, strict=True)
        ):
            return dict(zip(ours, theirs, strict=True))
    return {}


def _torchvision_shapes(architecture: str) -> Iterator[dict[str, tuple[int, ...]]]:
    """State dicts of torchvision's models of nearly that name: "googlenet-tv", "vgg11-bn", "resnext50"."""
    import torch
    from torchvision import models

    wanted = architecture.removesuffix("-tv").removesuffix("-small").replace("-", "_")
    known = models.list_models()
    close = [name for name in known if name == wanted or name.startswith(f"{wanted}_")]
    for name in sorted(close, key=lambda name: (len(name), name)):
        # Two of them fill their weights slowly unless told not to.
        options = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
        with torch.device("meta"):
            model = models.get_model(name, weights=None, **options)
        yield {key: tuple(tensor.shape) for key, tensor in model.state_dict().items()}


def _leaf(name: str) -> str:
    return name.rpartition(".")[2]
