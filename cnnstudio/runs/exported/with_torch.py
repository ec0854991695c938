"""The network in an exported folder, run by PyTorch."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent


def load_network() -> Callable[[np.ndarray], np.ndarray]:
    """The network as a function: float32 (N, C, side, side) to logits (N, classes)."""
    import torch
    from safetensors.torch import load_file

    spec = importlib.util.spec_from_file_location("network", HERE / "network.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(HERE / "network.py")
    code = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(code)
    # The last class is the whole network; those before it are its blocks.
    classes = [value for value in vars(code).values() if isinstance(value, type)]
    network = classes[-1]()
    network.load_state_dict(load_file(HERE / "weights.safetensors"))
    network.eval()

    def run(x: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            logits: np.ndarray = network(torch.from_numpy(np.ascontiguousarray(x, np.float32))).numpy()
        return logits

    return run
