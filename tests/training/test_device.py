"""Which device is taken: a GPU of any maker if there is one, and never in silence another than was asked for."""

import pytest
import torch

from cnnstudio.core.errors import RecipeError
from cnnstudio.training.config import parse_config
from cnnstudio.training.device import choose_device, device_text
from cnnstudio.training.device_failure import device_failure


def machine(monkeypatch: pytest.MonkeyPatch, *kinds: str) -> None:
    """Let torch say that these kinds of GPU are there."""
    for kind, module in (("cuda", torch.cuda), ("xpu", torch.xpu), ("mps", torch.backends.mps)):
        monkeypatch.setattr(module, "is_available", lambda kind=kind: kind in kinds)


@pytest.mark.parametrize("kind", ["cuda", "xpu", "mps"])
def test_auto_takes_the_gpu_that_is_there(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    machine(monkeypatch, kind)
    assert choose_device("auto") == torch.device(kind)
    assert choose_device("cpu") == torch.device("cpu")
    assert parse_config({"device": kind}).device == kind


def test_without_a_gpu_auto_is_the_processor_and_a_wish_for_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch)
    assert choose_device("auto") == torch.device("cpu")
    for kind in ("cuda", "xpu", "mps"):
        with pytest.raises(RecipeError, match=f"no usable '{kind}'"):
            choose_device(kind)


def test_an_intel_gpu_is_called_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.xpu, "get_device_name", lambda device: "Intel Arc A770")
    assert device_text(torch.device("xpu")) == "Intel Arc A770"


def test_a_lost_intel_gpu_is_told_from_a_fault_of_the_program() -> None:
    lost = RuntimeError("level_zero backend failed with error: 20 (UR_RESULT_ERROR_DEVICE_LOST)")
    failure = device_failure(lost)
    assert failure is not None
    assert "broke down" in failure.message
    assert device_failure(RuntimeError("shapes do not match")) is None
