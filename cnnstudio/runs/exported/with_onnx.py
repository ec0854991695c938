"""The network in an exported folder, run by onnxruntime."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent


def load_network() -> Callable[[np.ndarray], np.ndarray]:
    """The network as a function: float32 (N, C, side, side) to logits (N, classes)."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(HERE / "network.onnx"), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def run(x: np.ndarray) -> np.ndarray:
        logits: np.ndarray = session.run(None, {name: np.ascontiguousarray(x, np.float32)})[0]
        return logits

    return run
