"""A new layer is one file, and a new architecture is one file: form, JSON, counts, code and command line follow."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LAYER = '''"""A layer that the program has never seen."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.network.shapes import Shape
from cnnstudio.network.spec import Category, LayerSpec, call_text, layers

if TYPE_CHECKING:
    from torch import nn


@layers.register
class Softplus(LayerSpec):
    """A smooth ReLU."""

    kind: Literal["softplus"] = "softplus"
    title: ClassVar[str] = "Softplus"
    category: ClassVar[Category] = "act"
    help: ClassVar[str] = "ln(1 + exp(βx)) / β: a ReLU whose corner is round."
    beta: float = setting(1.0, title="Beta", description="How sharp the corner is.", gt=0)

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return inputs[0]

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from torch import nn

        return nn.Softplus(self.beta)

    def source(self, inputs: Sequence[Shape]) -> str:
        return call_text("nn.Softplus", self.beta)
'''
ARCHITECTURE = '''"""An architecture that the program has never seen."""

from cnnstudio.network.architectures import Architecture
from cnnstudio.network.builder import GraphBuilder
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.layers.fitted_pools import GlobalAveragePool
from cnnstudio.network.spec import layers


def minute(architecture: Architecture, classes: int, channels: int, side: int) -> NetworkGraph:
    """One convolution, a new activation, and a mean of each map."""
    net = GraphBuilder(architecture.title, architecture.name, (channels, side, side))
    net.add("conv", Conv2d(filters=classes, kernel=3))
    net.add("softplus", layers.parse({"kind": "softplus", "beta": 2.0}))
    net.add("gap", GlobalAveragePool())
    return net.finish()


ARCHITECTURES = (
    Architecture(
        name="minute",
        title="Minute",
        year=2026,
        paper="Nobody: Nothing. 2026.",
        about="The smallest network.",
        recipe=minute,
        min_side=3,
    ),
)
'''
# What a session makes of the two files. The packages' paths are where a file would be put.
PROGRAM = """
import json, sys
import cnnstudio.network.layers, cnnstudio.network.zoo
cnnstudio.network.layers.__path__.append(sys.argv[1] + "/layers")
cnnstudio.network.zoo.__path__.append(sys.argv[1] + "/zoo")
import torch
from cnnstudio.cli import main
from cnnstudio.core.specs import settings_of
from cnnstudio.gui.canvas.choices import layer_choices
from cnnstudio.network.compile import compile_network
from cnnstudio.network.io import parse_graph
from cnnstudio.network.source import source_code
from cnnstudio.network.summary import summarize
from cnnstudio.network.validate import validate
from cnnstudio.network.zoo import architectures, fit_architecture

graph = fit_architecture("minute", (3, 12, 12), 4)
assert validate(graph).is_ok
assert parse_graph(graph.to_json()) == graph
x = torch.randn(2, 3, 12, 12, generator=torch.Generator().manual_seed(0))
network = compile_network(graph, seed=0).eval()
conv = network.get_submodule("conv")
expected = torch.nn.functional.softplus(conv(x), beta=2.0).mean((2, 3))
space = {}
exec(source_code(graph), space)
copy = next(v for k, v in space.items() if isinstance(v, type) and issubclass(v, torch.nn.Module) and k == "Minute")()
copy.load_state_dict(network.state_dict())
print(json.dumps({
    "palette": [choice.title for choice in layer_choices() if choice.layer.kind == "softplus"],
    "form": [info.title for info in settings_of(graph.node("softplus").layer)],
    "parameters": summarize(graph).parameters,
    "difference": float((network(x) - expected).abs().max()),
    "source": float((copy.eval()(x) - expected).abs().max()),
    "catalogue": "minute" in architectures,
}))
sys.exit(main.run(["networks", "minute", "--json"]))
"""


@pytest.mark.slow
def test_a_layer_and_an_architecture_are_one_file_each(tmp_path: Path) -> None:
    for folder, name, text in (("layers", "softplus.py", LAYER), ("zoo", "minute.py", ARCHITECTURE)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        env={**os.environ, "CNNSTUDIO_HOME": str(tmp_path / "home"), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found, told = done.stdout.split("\n", 1)
    assert json.loads(found) == {
        "palette": ["Softplus"],
        "form": ["Beta"],
        "parameters": 4 * 27 + 4,
        "difference": pytest.approx(0, abs=1e-6),
        "source": pytest.approx(0, abs=1e-6),
        "catalogue": True,
    }
    assert '"softplus"' in told
    # The whole difference: one file each, and no line anywhere else.
    assert (len(LAYER.splitlines()), len(ARCHITECTURE.splitlines())) == (33, 30)
