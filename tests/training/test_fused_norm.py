"""Batch normalisation in compiled code against torch's own."""

import pytest
import torch
from torch import Tensor, nn

from cnnstudio.training.fused_norm import FusedNorm, fuse_norms
from cnnstudio.training.team_norm import TeamNorm, sync_norms


@pytest.fixture
def compiling(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is inside compiled code, without waiting for the compiler."""
    monkeypatch.setattr(torch.compiler, "is_compiling", lambda: True)


def pair(channels: int, dtype: torch.dtype) -> tuple[nn.BatchNorm2d, FusedNorm]:
    """torch's own and ours, with the same weights, which aren't 1 and 0."""
    plain, ours = (nn.BatchNorm2d(channels, dtype=dtype) for _ in range(2))
    with torch.no_grad():
        plain.weight.copy_(torch.linspace(0.5, 1.5, channels))
        plain.bias.copy_(torch.linspace(-1, 1, channels))
    ours.load_state_dict(plain.state_dict())
    fuse_norms(ours)
    assert isinstance(ours, FusedNorm)
    return plain, ours


def difference(a: Tensor, b: Tensor) -> float:
    return float((a - b).abs().max().detach() / b.abs().max().detach())


@pytest.mark.usefixtures("compiling")
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize(("dtype", "error"), [(torch.float64, 1e-12), (torch.float32, 1e-5)])
def test_outputs_gradients_and_running_statistics_are_those_of_torch(
    layout: torch.memory_format, dtype: torch.dtype, error: float
) -> None:
    torch.manual_seed(3)
    plain, ours = pair(5, dtype)
    values = (torch.randn(6, 5, 7, 4, dtype=dtype) * 3 + 2).contiguous(memory_format=layout)
    ahead = torch.randn_like(values)
    gradients = []
    for norm in (plain, ours):
        x = values.clone().requires_grad_()
        y = norm(x)
        y.backward(ahead)
        gradients.append((y, x.grad, norm.weight.grad, norm.bias.grad, norm.running_mean, norm.running_var))
    for expected, given in zip(*gradients, strict=True):
        assert expected is not None
        assert given is not None
        assert difference(given, expected) < error
    assert ours.num_batches_tracked == plain.num_batches_tracked == 1


@pytest.mark.usefixtures("compiling")
def test_gradient_agrees_with_differences_of_outputs() -> None:
    torch.manual_seed(3)
    _, ours = pair(2, torch.float64)
    assert torch.autograd.gradcheck(lambda x: ours(x), torch.randn(3, 2, 2, 3, dtype=torch.float64, requires_grad=True))


@pytest.mark.usefixtures("compiling")
@pytest.mark.parametrize("first", [0.0, 1000.0])
def test_spread_far_from_zero_keeps_its_digits(first: float) -> None:
    """E[x²] − E[x]² alone would find a spread of 0 or of hundreds here: 1e6 has steps of 0.06 in float32."""
    torch.manual_seed(3)
    _, ours = pair(1, torch.float32)
    values = torch.randn(32, 1, 8, 8) + 1000
    # The one that the others are moved by may be the odd one out.
    values[0] = first
    ours(values)
    expected = values.double().var()
    assert float(ours.running_var) == pytest.approx(0.9 + 0.1 * float(expected), rel=2e-5)


@pytest.mark.usefixtures("compiling")
def test_channel_of_one_value_gives_the_bias_and_finite_gradients() -> None:
    _, ours = pair(2, torch.float32)
    x = torch.full((3, 2, 4, 4), 7.3, requires_grad=True)
    y = ours(x)
    y.square().sum().backward()
    assert torch.allclose(y, ours.bias[None, :, None, None].expand_as(y), atol=1e-4)
    assert x.grad is not None
    assert torch.isfinite(x.grad).all()


@pytest.mark.usefixtures("compiling")
def test_short_numbers_are_summed_as_long_ones() -> None:
    torch.manual_seed(3)
    plain, ours = pair(4, torch.float32)
    short = (torch.randn(16, 4, 8, 8) + 3).bfloat16()
    y = ours(short)
    assert y.dtype == torch.bfloat16
    # One rounding to 8 bits, of a result up to 5.
    assert float((y.float() - plain(short.float())).detach().abs().max()) < 5 / 2**8
    assert difference(ours.running_var, plain.running_var) < 1e-6


@pytest.mark.usefixtures("compiling")
def test_in_use_and_for_single_values_it_is_torch_s_own() -> None:
    plain, ours = pair(3, torch.float32)
    with pytest.raises(ValueError, match="more than 1 value"):
        ours(torch.zeros(1, 3, 1, 1))
    x = torch.randn(2, 3, 4, 4)
    assert torch.equal(ours.eval()(x), plain.eval()(x))


def test_outside_compiled_code_it_is_torch_s_own() -> None:
    plain, ours = pair(3, torch.float32)
    x = torch.randn(2, 3, 4, 4)
    assert torch.equal(ours(x), plain(x))


def test_compiler_takes_it_into_one_graph_with_its_neighbours() -> None:
    torch.manual_seed(3)
    network = nn.Sequential(nn.Conv2d(1, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten())
    fuse_norms(network)
    images = torch.randn(8, 1, 6, 6)
    results = []
    state = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    # The front and middle of the compiler, without its half minute of making code.
    for forward in (network, torch.compile(network, backend="aot_eager", fullgraph=True, dynamic=False)):
        network.load_state_dict(state)
        network.zero_grad()
        forward(images).square().mean().backward()
        results.append([network[0].weight.grad, network[1].weight.grad, *(network[1].state_dict().values())])
    for compiled, plain in zip(results[1], results[0], strict=True):
        assert torch.allclose(compiled, plain, rtol=1e-5, atol=1e-7)


def test_only_norms_of_images_with_running_statistics_change_and_may_be_shared_later() -> None:
    kept = [nn.BatchNorm1d(3), nn.BatchNorm2d(3, affine=False), nn.BatchNorm2d(3, track_running_stats=False)]
    network = nn.Sequential(nn.BatchNorm2d(3), *kept)
    fuse_norms(network)
    assert [type(norm) for norm in network] == [FusedNorm, nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm2d]
    sync_norms(network)
    assert type(network[0]) is TeamNorm
