"""No layer draws at random without being seeded in each step: otherwise a run that was resumed would differ."""

import pytest
import torch

from cnnstudio.core.errors import ShapeError
from cnnstudio.network.shapes import Shape
from cnnstudio.network.spec import layers
from cnnstudio.training.seeding import StepSeed


def passed(module: torch.nn.Module, shapes: list[Shape], chance: int) -> torch.Tensor:
    """What comes out in step 7 of a training, in a process whose chance was somewhere else before."""
    torch.manual_seed(1)
    inputs = [torch.rand(4, *shape) for shape in shapes]
    torch.manual_seed(chance)
    module.train()
    StepSeed(torch.nn.Sequential(module), 3, torch.device("cpu"))(7)
    out: torch.Tensor = module(*inputs)
    return out


@pytest.mark.parametrize("kind", layers.kinds())
def test_a_layer_gives_the_same_in_the_same_step_whatever_was_drawn_before(kind: str) -> None:
    layer = layers.parse({"kind": kind})
    least, most = type(layer).arity
    if least == 0:
        return  # the input
    count = least if most is None else min(max(least, 1), most)
    for shape in ((8, 12, 12), (8,)):
        try:
            layer.output_shape([shape] * count)
        except ShapeError:
            continue
        module = layer.build([shape] * count)
        assert torch.equal(passed(module, [shape] * count, 11), passed(module, [shape] * count, 12))
        return
    pytest.fail(f"no shape suits {kind}")
