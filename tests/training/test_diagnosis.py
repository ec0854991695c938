"""What curves and layers say in words, on courses made by hand."""

import pytest

from cnnstudio.training.diagnosis import course, layer_findings
from cnnstudio.training.events import EpochDone, LayerHealth, LayerRow

SOUND = LayerRow("conv1", 0.5, 1e-3, 0.2, 1.0, 0.05, -1.0, 1.0, (1, 2))


def row(node: str, **changes: float) -> LayerRow:
    return LayerRow(**{**vars(SOUND), "node": node, **changes})


def epochs(*numbers: tuple[float, float, float, float]) -> list[EpochDone]:
    """Epochs from (training loss, training accuracy, validation loss, validation accuracy)."""
    made = enumerate(numbers, 1)
    return [EpochDone(n, 10 * n, tl, ta, vl, va, 100.0, False) for n, (tl, ta, vl, va) in made]


def test_healthy_layers_get_no_complaint() -> None:
    assert layer_findings(LayerHealth.of(5, [SOUND, row("conv2", gradient=0.01)])) == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dead": 0.71}, "Layer conv5: 71 % of the units never fire; try He initialisation or a smaller learning rate"),
        ({"gradient": 0.0}, "gradient is zero"),
        ({"gradient": 1e-9}, "2e-09 of the largest"),
        ({"update_ratio": 0.4}, "40 %; try a smaller learning rate"),
        ({"update_ratio": 1e-9}, "larger learning rate"),
        ({"spread": 1e-8}, "nearly the same"),
    ],
)
def test_sick_layer_is_named_with_a_cure(changes: dict[str, float], words: str) -> None:
    found = layer_findings(LayerHealth.of(5, [SOUND, row("conv5", **changes)]))
    assert [diagnosis.node for diagnosis in found] == ["conv5"]
    assert words in found[0].text


def test_worst_layer_comes_first() -> None:
    found = layer_findings(LayerHealth.of(5, [row("a", dead=0.6), row("b", dead=0.95)]))
    assert [diagnosis.node for diagnosis in found] == ["b", "a"]


def test_two_epochs_are_too_few_to_tell() -> None:
    assert course(epochs((2.0, 0.2, 2.0, 0.2), (1.5, 0.4, 1.6, 0.4)), 10) is None


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([(2.3, 0.10, 2.3, 0.1)] * 4, "loss stays where it was"),
        # As a rate of 30 leaves it: far worse than ln 10, and not for want of a larger rate.
        (
            [(743.0, 0.29, 686.0, 0.28)] * 4,
            "steps are too large: training loss 743, and somebody who only guesses has 2.3",
        ),
        (
            [(1.0, 0.7, 1.0, 0.69), (0.5, 0.85, 0.9, 0.75), (0.2, 0.95, 1.1, 0.76), (0.1, 0.99, 1.4, 0.75)],
            "Overfitting: training 99.0 %, validation 75.0 %; validation loss has grown since epoch 2",
        ),
        ([(1.2, 0.55, 1.2, 0.55), (1.0, 0.6, 1.0, 0.6), (1.0, 0.6, 1.0, 0.6), (0.999, 0.6, 1.0, 0.6)], "Underfitting"),
        ([(0.3, 0.9, 0.3, 0.9), (0.2, 0.94, 0.2, 0.93), (0.1, 0.97, 0.15, 0.96)], "agree"),
        ([(0.3, 0.9, 0.3, 0.9), (0.2, 0.95, 0.3, 0.9), (0.1, 0.98, 0.31, 0.91)], "7.0 points ahead"),
        ([(2.0, 0.3, 90.0, 0.1), (1.5, 0.5, 250.0, 0.11), (1.1, 0.6, 200.0, 0.1)], "Judged, the network only guesses"),
    ],
)
def test_course_is_named(numbers: list[tuple[float, float, float, float]], words: str) -> None:
    diagnosis = course(epochs(*numbers), 10)
    assert diagnosis is not None
    assert words in diagnosis.text
