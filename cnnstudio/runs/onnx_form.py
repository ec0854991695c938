"""A run's network as ONNX, for any runtime: one file, any number of pictures at a time."""

import contextlib
import logging
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cnnstudio.core.errors import RunError

if TYPE_CHECKING:
    from cnnstudio.network.compile import Network

# A protobuf message can't be larger.
MAX_BYTES = 2_000_000_000
INPUT, OUTPUT = "images", "logits"


def onnx_bytes(network: "Network") -> bytes:
    """The ONNX file of a network in evaluation mode, checked.

    Input `images`: normalised float32 (N, C, H, W); output `logits` (N, classes).

    Raises:
        RunError: A layer has no form in ONNX, or the weights are too large for one file.
    """
    import onnx
    import torch

    size = sum(value.numel() * value.element_size() for value in network.state_dict().values())
    if size > MAX_BYTES:
        raise RunError(f"The weights have {size / 1e9:.1f} GB; one ONNX file holds 2 GB.", hint="Export safetensors.")
    # Two pictures: an example of one would fix the number to one.
    example = torch.zeros(2, *network.graph.input_shape)
    with _quiet():
        try:
            program = torch.onnx.export(
                network,
                (example,),
                dynamo=True,
                verbose=False,
                input_names=[INPUT],
                output_names=[OUTPUT],
                dynamic_shapes=({0: torch.export.Dim("batch")},),
            )
        except torch.onnx.OnnxExporterError as error:
            text = str(error).splitlines()[0]
            raise RunError(f"{network.graph.name} has no form in ONNX: {text}", hint="Export the source.") from error
    if program is None:
        raise RunError(f"{network.graph.name} has no form in ONNX.", hint="Export the source.")
    model = program.model_proto
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without the exporter's remarks on its own workings; errors are raised as ever."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
