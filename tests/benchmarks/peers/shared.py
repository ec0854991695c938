"""The same network and recipe for everyone: ResNet-20 in CIFAR form, as the exported source builds it."""

import os
from typing import Any

BATCH, EPOCHS, RATE = 128, 2, 0.1


def network() -> Any:
    """A fresh ResNet-20 from the source file that the benchmark wrote; a plain torch module."""
    from pathlib import Path

    names: dict[str, Any] = {"__name__": "resnet20"}
    source = Path(os.environ["RESNET20_SOURCE"]).read_text(encoding="utf-8")
    exec(compile(source, "resnet20.py", "exec"), names)  # written by the benchmark itself
    return names[os.environ["RESNET20_CLASS"]]()
