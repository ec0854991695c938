"""Every architecture: are parameters and MACs those of papers, of torchvision and of torch's own counter?"""

import sys
from pathlib import Path

import torch
from torch.utils.flop_counter import FlopCounterMode

from cnnstudio.network.compile import compile_network
from cnnstudio.network.layers.ends import Input
from cnnstudio.network.summary import summarize
from cnnstudio.network.zoo import architectures
from tests.network.test_torchvision import MODELS, theirs
from tests.network.test_zoo import GOLDEN

# Shortcuts of option A and local response normalisation have no weights.
TWINS: dict[str, tuple[int, str]] = {
    "vgg11-lrn": (GOLDEN["vgg11"], "as vgg11"),
    # Batch norm has two numbers for each of 22 maps where LeNet-5 has a bias.
    "lenet5-modern": (GOLDEN["lenet5"] + 22, "lenet5, by hand"),
    "googlenet": (13_378_280, "the authors' Caffe weights"),
    **{f"plain{n}": (GOLDEN[f"resnet{n}"], f"as resnet{n}") for n in (20, 32, 44, 56, 110)},
}
PAGE = Path(__file__).parents[2] / "docs" / "networks.md"
HEAD = """# Networks of the catalogue

Made by `python -m tests.benchmarks networks --write`. *Parameters* are counted by our arithmetic and, in the next
column, taken from the paper, from hand arithmetic (`tests/network/test_zoo.py`) or from torchvision's own model. *MACs*
are counted for one image of the original size; torch's own counter (`FlopCounterMode`, two FLOPs a MAC) runs the
compiled network. Fidelity sheets, with each deviation from paper and torchvision, stand on the page Network and in
`cnnstudio networks NAME`.

| name | network | year | input | parameters | golden | from | MACs | torch counts | difference |
|---|---|---|---|---|---|---|---|---|---|
"""


def run() -> None:
    """Print a row for each architecture, and write docs/networks.md if --write is given."""
    rows = []
    for name in architectures:
        row = row_of(name)
        rows.append(row)
        print("  " + " · ".join(row), flush=True)
    wrong = [row for row in rows if row[-1] != "0"]
    print(f"  {len(rows)} architectures, {len(wrong)} with a difference")
    if "--write" in sys.argv:
        lines = "".join(f"| {' | '.join(row)} |\n" for row in rows)
        PAGE.write_text(HEAD + lines, encoding="utf-8")


def row_of(name: str) -> tuple[str, ...]:
    """One line of the table; the last cell is "0" if nothing differs."""
    architecture = architectures[name]
    graph = architecture.build()
    summary = summarize(graph)
    golden, origin = golden_of(name)
    counted = torch_macs(name)
    size = "×".join(str(n) for n in graph.input_shape)
    known = golden is None or golden == summary.parameters
    difference = summary.macs - counted if known else summary.parameters - (golden or 0)
    cells = (f"{summary.parameters:,}", f"{golden:,}" if golden else "–", origin)
    macs = (f"{summary.macs:,}", f"{counted:,}", f"{difference:,}")
    return (name, architecture.title, str(architecture.year), size, *cells, *macs)


def golden_of(name: str) -> tuple[int | None, str]:
    """Parameters from elsewhere, and from where."""
    if name in MODELS:
        return sum(p.numel() for p in theirs(name).parameters()), "torchvision"
    if name in GOLDEN:
        return GOLDEN[name], "paper, by hand"
    return TWINS.get(name, (None, "–"))


def torch_macs(name: str) -> int:
    """What torch's counter finds in the compiled network, side heads included, as in training."""
    graph = architectures[name].build()
    with torch.device("meta"):
        network = compile_network(graph).train()
        x = torch.zeros(2, *graph.input_shape)
    source = next(node.layer for node in graph.nodes if isinstance(node.layer, Input))
    assert source.output_shape([]) == graph.input_shape
    with FlopCounterMode(display=False) as counter:
        network.forward_with_auxiliary(x)
    return int(counter.get_total_flops()) // 4  # two images, two FLOPs a MAC
