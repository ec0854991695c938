"""One set of tests for all kinds of layers: what a layer declares must be what PyTorch does."""

import typing
from typing import Any, Literal

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnstudio.core.errors import ShapeError
from cnnstudio.core.specs import SettingInfo, settings_of
from cnnstudio.network.shapes import Shape
from cnnstudio.network.spec import CATEGORY_TITLES, LayerSpec, layers

KINDS = layers.kinds()
QUICK = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
Case = tuple[LayerSpec, list[Shape]]


@pytest.fixture(scope="module", autouse=True)
def warm_up() -> None:
    """The first meta tensor and the first counter load half of torch; no test should be charged for it."""
    with FlopCounterMode(display=False):
        torch.rand(1, device="meta") + torch.rand(1, device="meta")


def values_of(info: SettingInfo) -> st.SearchStrategy[Any]:
    """Legal values of a field, small enough for a quick test."""
    if typing.get_origin(info.annotation) is Literal:
        return st.sampled_from(typing.get_args(info.annotation))
    if info.annotation is bool:
        return st.booleans()
    if info.annotation == (int | None):
        low = int(info.minimum or 0)
        return st.none() | st.integers(low, low + 8)
    low = info.minimum if info.minimum is not None else 0
    if info.annotation is int:
        low = max(low, -4)
        return st.integers(int(low), int(min(info.maximum or low + 8, low + 8)))
    high = min(info.maximum if info.maximum is not None else low + 1, low + 2)
    return st.floats(low, high, exclude_min=info.exclusive_minimum).map(lambda x: max(x, low + 1e-6) if x else x)


@st.composite
def cases(draw: st.DrawFn, kind: str) -> Case:
    """A layer with random legal settings, and shapes for its ports."""
    cls = layers[kind]
    layer = cls.model_validate({info.name: draw(values_of(info)) for info in settings_of(cls)})
    least, most = cls.arity
    count = draw(st.integers(least, least + 2 if most is None else most))
    side = st.integers(1, 14)
    plane = (draw(side), draw(side))
    is_vector = draw(st.booleans())
    same = draw(st.integers(1, 12))
    channels = [draw(st.integers(1, 12)) if kind == "concat" else same for _ in range(count)]
    return layer, [(c,) if is_vector else (c, *plane) for c in channels]


def run(layer: LayerSpec, inputs: list[Shape], device: str) -> torch.Tensor:
    module = layer.build(inputs).to(device)
    shapes = inputs or [layer.output_shape(inputs)]
    result: torch.Tensor = module(*(torch.rand(3, *shape, device=device) for shape in shapes))
    return result


@pytest.mark.parametrize("kind", KINDS)
def test_shape_parameters_and_macs_are_those_of_torch(kind: str) -> None:
    seen = 0

    @QUICK
    @given(cases(kind))
    def check(case: Case) -> None:
        nonlocal seen
        layer, inputs = case
        try:
            shape = layer.output_shape(inputs)
        except ShapeError:
            assume(False)
        module = layer.build(inputs).to("meta")
        arriving = [torch.rand(3, *s, device="meta") for s in inputs or [shape]]
        with FlopCounterMode(display=False) as counter:
            output = module(*arriving)
        assert output.shape == (3, *shape)
        assert sum(p.numel() for p in module.parameters()) == layer.parameters(inputs)
        assert counter.get_total_flops() == 3 * 2 * layer.macs(inputs)
        seen += 1

    check()
    assert seen >= 5


@pytest.mark.parametrize("kind", KINDS)
def test_source_computes_the_same_as_the_built_module(kind: str) -> None:
    @QUICK
    @given(cases(kind))
    def check(case: Case) -> None:
        layer, inputs = case
        try:
            shape = layer.output_shape(inputs)
        except ShapeError:
            assume(False)
        arriving = [torch.randn(3, *s) for s in inputs or [shape]]
        built = layer.build(inputs).eval()
        names = {f"x{i}": value for i, value in enumerate(arriving)}
        result = eval(layer.source(inputs), {"torch": torch, "nn": nn, **names})
        if isinstance(result, nn.Module):
            assert layer.expression(list(names), inputs) is None
            result.load_state_dict(built.state_dict())
            result = result.eval()(*arriving)
        assert torch.equal(result, built(*arriving))

    check()


def misfit(layer: LayerSpec, inputs: list[Shape]) -> ShapeError | None:
    try:
        layer.output_shape(inputs)
    except ShapeError as error:
        return error
    return None


@pytest.mark.parametrize("kind", KINDS)
def test_torch_takes_what_output_shape_allows(kind: str) -> None:
    @QUICK
    @given(cases(kind))
    def check(case: Case) -> None:
        layer, inputs = case
        assume(misfit(layer, inputs) is None)
        run(layer, inputs, "cpu")

    check()


@pytest.mark.parametrize("kind", KINDS)
def test_misfits_are_sentences_and_their_cures_lead_to_a_fit(kind: str) -> None:
    @QUICK
    @given(cases(kind))
    def check(case: Case) -> None:
        layer, inputs = case
        for _ in range(4):  # one cure may bring the next misfit to light
            error = misfit(layer, inputs)
            cure = layer.fix(inputs) if error else None
            if error is None or cure is None:
                break
            assert error.message.endswith(".")
            layer = cure.layer or layer
            if cure.before is not None:
                inputs[cure.port] = cure.before.output_shape([inputs[cure.port]])
        assert cure is None or misfit(layer, inputs) is None

    check()


@pytest.mark.parametrize("kind", KINDS)
def test_json_round_trip_keeps_every_setting(kind: str) -> None:
    @QUICK
    @given(cases(kind))
    def check(case: Case) -> None:
        layer, _ = case
        assert layers.parse(layer.to_json()) == layer
        assert layer.to_json()["kind"] == kind

    check()


@pytest.mark.parametrize("kind", KINDS)
def test_every_layer_and_field_is_described(kind: str) -> None:
    cls = layers[kind]
    assert cls.title
    assert len(cls.help) > 80
    assert cls.help.endswith(".")
    assert cls.category in CATEGORY_TITLES
    described = {info.name for info in settings_of(cls)}
    assert described == set(cls.model_fields) - {"kind"}
    assert all(info.description.endswith(".") for info in settings_of(cls))


@pytest.mark.parametrize("kind", KINDS)
def test_formula_and_label_have_words_for_every_legal_case(kind: str) -> None:
    @QUICK
    @given(cases(kind))
    def check(case: Case) -> None:
        layer, inputs = case
        try:
            layer.output_shape(inputs)
        except ShapeError:
            assume(False)
        assert layer.formula(inputs)
        assert layer.label

    check()


@pytest.mark.parametrize("kind", KINDS)
def test_modules_are_fresh_and_never_in_place(kind: str) -> None:
    @QUICK
    @given(cases(kind))
    def check(case: Case) -> None:
        layer, inputs = case
        try:
            shape = layer.output_shape(inputs)
        except ShapeError:
            assume(False)
        assert layer.build(inputs) is not layer.build(inputs)
        arriving = [torch.randn(3, *s) for s in inputs or [shape]]
        before = [x.clone() for x in arriving]
        layer.build(inputs)(*arriving)
        assert all(torch.equal(x, y) for x, y in zip(arriving, before, strict=True))

    check()
