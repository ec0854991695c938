import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.metrics import accuracy_score, confusion_matrix
from torch import nn

from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.spec import PreprocessSpec
from cnnstudio.evaluation.evaluate import evaluate

PREPROCESS = PreprocessSpec(side=8, channels=1, mean=(0.5,), std=(0.25,))
CLASSES = ("cat", "dog", "eel")


def a_dataset(classes=CLASSES, side=8):
    rng = np.random.default_rng(7)
    splits = rng.integers(0, 3, 60)
    return SimpleNamespace(
        classes=classes,
        labels=rng.integers(0, len(classes), 60),
        pixels=rng.integers(0, 256, (60, 1, side, side), np.uint8),
        indices=lambda split: np.flatnonzero(splits == ("train", "val", "test").index(split)),
    )


@pytest.fixture
def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 3)).eval()


def answers_by_torch(network, dataset, indices):
    with torch.no_grad():
        x = (torch.from_numpy(dataset.pixels[indices]).float() / 255 - 0.5) / 0.25
        return network(x).argmax(1).numpy()


def test_only_the_asked_split_is_judged(network):
    dataset = a_dataset()
    indices = dataset.indices("val")
    expected = answers_by_torch(network, dataset, indices)

    found = evaluate(network, dataset, PREPROCESS, CLASSES, "val", JobContext())

    assert (found.indices == indices).all()
    assert found.report.n == len(indices)
    assert found.report.top1 == pytest.approx(accuracy_score(dataset.labels[indices], expected))
    assert (found.report.confusion == confusion_matrix(dataset.labels[indices], expected, labels=range(3))).all()


def test_classes_are_matched_by_name_not_by_number(network):
    usual = a_dataset()
    turned = a_dataset(("eel", "cat", "dog"))
    turned.labels = np.array([1, 2, 0])[usual.labels]

    one = evaluate(network, usual, PREPROCESS, CLASSES, "test", JobContext())
    other = evaluate(network, turned, PREPROCESS, CLASSES, "test", JobContext())

    assert (one.report.confusion == other.report.confusion).all()
    assert (one.labels == other.labels).all()


def test_a_class_that_the_network_never_learnt_is_refused_by_name(network):
    with pytest.raises(DataError, match="axolotl"):
        evaluate(network, a_dataset(("cat", "dog", "axolotl")), PREPROCESS, CLASSES, "test", JobContext())


def test_pictures_of_another_size_are_refused_with_both_sizes(network):
    with pytest.raises(DataError, match="16×16 with 1 channel, the network takes 8×8"):
        evaluate(network, a_dataset(side=16), PREPROCESS, CLASSES, "test", JobContext())


def test_a_cell_holds_its_images_the_surest_first(network):
    found = evaluate(network, a_dataset(), PREPROCESS, CLASSES, "train", JobContext())
    true, given = np.unravel_index(found.report.confusion.argmax(), (3, 3))

    members = found.cell(int(true), int(given))

    assert len(members) == found.report.confusion[true, given]
    assert (found.labels[members] == true).all()
    assert (found.given[members] == given).all()
    assert (np.diff(found.probabilities[members, given]) <= 0).all()


def test_mistakes_name_places_in_the_data_set_worst_first(network):
    dataset = a_dataset()
    found = evaluate(network, dataset, PREPROCESS, CLASSES, "test", JobContext())

    wrong = found.mistakes()

    assert len(wrong) == found.report.n - found.report.right
    assert all(dataset.labels[m.index] == m.true_class != m.given_class for m in wrong)
    assert [m.confidence for m in wrong] == sorted((m.confidence for m in wrong), reverse=True)


def test_modules_that_the_window_loads_import_no_torch():
    code = (
        "import sys, pkgutil, importlib\n"
        "for package in ('cnnstudio.evaluation', 'cnnstudio.explain'):\n"
        "    found = importlib.import_module(package)\n"
        "    for module in pkgutil.walk_packages(found.__path__, package + '.'):\n"
        "        importlib.import_module(module.name)\n"
        "print(sorted({'torch', 'captum', 'sklearn', 'PIL', 'PySide6'} & set(sys.modules)))\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
