import math

import numpy as np
import pytest
from sklearn.metrics import log_loss, precision_recall_fscore_support, top_k_accuracy_score

from cnnstudio.core.errors import DataError
from cnnstudio.evaluation.predict import softmax
from cnnstudio.evaluation.report import report, wilson_interval

CLASSES = [f"class {i}" for i in range(8)]


@pytest.fixture(scope="module")
def judged():
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 8, 400)
    logits = rng.normal(size=(400, 8)).astype(np.float32) * 2
    logits[np.arange(400), labels] += 2
    return labels, logits, report("test", labels, logits, CLASSES)


def test_top1_and_top5_are_those_of_scikit_learn(judged):
    labels, logits, result = judged

    assert result.top1 == pytest.approx(top_k_accuracy_score(labels, logits, k=1))
    assert result.top5 == pytest.approx(top_k_accuracy_score(labels, logits, k=5))


def test_loss_is_the_mean_log_loss_of_scikit_learn(judged):
    labels, logits, result = judged

    assert result.loss == pytest.approx(log_loss(labels, softmax(logits), labels=range(8)))


def test_precision_recall_and_f1_are_those_of_scikit_learn(judged):
    labels, logits, result = judged
    expected = precision_recall_fscore_support(labels, logits.argmax(1), labels=range(8), zero_division=0)

    for index, row in enumerate(result.per_class):
        assert (row.precision, row.recall, row.f1, row.n) == pytest.approx([part[index] for part in expected])


def test_a_class_never_seen_nor_given_gets_zeros_not_an_error():
    result = report("test", np.array([0, 0]), np.array([[3.0, 1.0, 0.0], [2.0, 1.0, 0.0]]), ["a", "b", "c"])

    assert (result.per_class[2].precision, result.per_class[2].recall, result.per_class[2].f1) == (0, 0, 0)
    assert result.macro_f1 == 1.0


def test_loss_of_equal_logits_is_ln_of_the_classes():
    result = report("val", np.array([2, 4]), np.zeros((2, 10), np.float32), [str(i) for i in range(10)])

    assert result.loss == pytest.approx(math.log(10))


def test_loss_survives_logits_that_overflow_exp():
    result = report("val", np.array([0]), np.array([[0.0, 1000.0]]), ["a", "b"])

    assert result.loss == pytest.approx(1000.0)


def test_top5_of_three_classes_is_one():
    result = report("val", np.array([0, 1]), np.array([[0.0, 1, 2], [2.0, 1, 0]]), ["a", "b", "c"])

    assert (result.top1, result.top5) == (0.0, 1.0)


def test_an_empty_split_is_refused_with_its_name():
    with pytest.raises(DataError, match="'test' holds no images"):
        report("test", np.zeros(0, np.int64), np.zeros((0, 3)), ["a", "b", "c"])


def test_wilson_interval_is_the_worked_case():
    # Wilson's formula written out for 81 of 100, and its value to four digits.
    z = 1.959963985
    centre = (0.81 + z * z / 200) / (1 + z * z / 100)
    half = z * math.sqrt(0.81 * 0.19 / 100 + z * z / 40000) / (1 + z * z / 100)

    assert wilson_interval(81, 100) == pytest.approx((centre - half, centre + half), abs=1e-9)
    assert wilson_interval(81, 100) == pytest.approx((0.7222, 0.8749), abs=5e-5)


@pytest.mark.parametrize(("right", "n", "low", "high"), [(0, 10, 0.0, 0.27753), (10, 10, 0.72247, 1.0)])
def test_wilson_interval_has_a_width_at_the_ends(right, n, low, high):
    # By hand: with no right answer the upper bound is z²/(n + z²) = 3.84146/13.84146.
    assert wilson_interval(right, n) == pytest.approx((low, high), abs=1e-4)


def test_balanced_accuracy_is_that_of_scikit_learn(judged):
    from sklearn.metrics import balanced_accuracy_score

    labels, logits, found = judged
    assert found.balanced == pytest.approx(balanced_accuracy_score(labels, logits.argmax(1)), abs=1e-12)


def test_of_uneven_classes_the_text_says_what_a_guesser_gets():
    from cnnstudio.gui.widgets.evaluation_texts import count_texts, top1_texts

    # 22 of 'common' and 2 of 'rare'; all are called 'common', so a guesser is as good: 22 of 24, and half the classes.
    labels, logits = np.array([0] * 22 + [1] * 2), np.array([[1.0, 0.0]] * 24)
    found = report("test", labels, logits, ("common", "rare"))
    share, text = top1_texts(found)
    assert share == "91.7 %"
    assert text == "50.0 % if classes count alike"
    assert count_texts(found)[1] == "always 'common' gives 91.7 %"


def test_json_holds_the_documented_keys_and_plain_numbers(judged):
    value = judged[2].to_json()

    assert list(value) == ["split", "n", "top1", "top5", "loss", "balanced_accuracy", "confusion", "per_class"]
    assert list(value["per_class"][0]) == ["class", "n", "precision", "recall", "f1"]
    assert all(type(cell) is int for row in value["confusion"] for cell in row)
    assert sum(map(sum, value["confusion"])) == value["n"] == 400
