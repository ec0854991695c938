"""The memory forecast against what autograd really keeps and what optimisers really remember."""

import pytest
import torch
from torch import nn

from cnnstudio.network.compile import compile_network
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.training.memory import forecast_memory, free_bytes, moments_of
from cnnstudio.training.recipe import optimizers

BATCH = 12


def kept_bytes(network: nn.Module, images: torch.Tensor) -> int:
    """Bytes of all tensors that a real forward pass saves for the backward pass, each storage once."""
    parameters = {parameter.data_ptr() for parameter in network.parameters()}
    storages: dict[int, torch.UntypedStorage] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        if tensor.data_ptr() not in parameters:
            storages[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        network.train()(images)
    return sum(storage.nbytes() for storage in storages.values())


@pytest.mark.parametrize("name", ["lenet5", "resnet20", "nin-cifar", "googlenet-small", "densenet121"])
def test_forecast_activations_are_within_a_fifth_of_what_autograd_keeps(name: str) -> None:
    graph = fit_architecture(name, (3, 32, 32), 10)
    forecast = forecast_memory(graph, optimizers["sgd"](), BATCH)
    real = kept_bytes(compile_network(graph, seed=1), torch.zeros(BATCH, 3, 32, 32))
    assert forecast.activations == pytest.approx(real, rel=0.2)


def test_weights_gradients_and_moments_are_counted_exactly() -> None:
    graph = fit_architecture("lenet5", (1, 32, 32), 10)
    forecast = forecast_memory(graph, optimizers["adam"](), BATCH)
    assert forecast.gradients == 4 * 61_706
    assert forecast.moments == 2 * 4 * 61_706


def test_moments_of_the_usual_optimisers() -> None:
    assert moments_of(optimizers["adam"]()) == 2
    assert moments_of(optimizers["sgd"]()) == 1
    assert moments_of(optimizers["sgd"](momentum=0.0)) == 0


def test_largest_batch_fits_and_the_double_does_not() -> None:
    graph = fit_architecture("resnet20", (3, 32, 32), 10)
    optimizer, room = optimizers["sgd"](), 50_000_000
    batch = forecast_memory(graph, optimizer, 128).largest_batch(128, room)
    assert forecast_memory(graph, optimizer, batch).total <= room
    assert forecast_memory(graph, optimizer, 2 * batch).total > room


def test_copies_of_the_weights_are_counted_and_lower_the_largest_batch() -> None:
    graph = fit_architecture("lenet5", (1, 32, 32), 10)
    sgd = optimizers["sgd"](momentum=0.0)
    alone, kept = (forecast_memory(graph, sgd, BATCH, copies=count) for count in (0, 2))
    assert kept.total - alone.total == 2 * 4 * 61_706
    assert kept.largest_batch(BATCH, alone.total) < BATCH == alone.largest_batch(BATCH, alone.total)


def test_free_memory_is_what_the_system_says() -> None:
    assert 0 < free_bytes(torch.device("cpu")) < 2**50
