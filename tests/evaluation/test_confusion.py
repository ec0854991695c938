import numpy as np
from sklearn.metrics import confusion_matrix

from cnnstudio.evaluation.confusion import cell_members, confusion


def test_counts_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    labels, given = rng.integers(0, 7, 500), rng.integers(0, 7, 500)

    assert (confusion(labels, given, 7) == confusion_matrix(labels, given, labels=range(7))).all()


def test_rows_are_true_and_columns_given_classes():
    counts = confusion(np.array([0, 0, 2]), np.array([1, 1, 2]), 3)

    assert counts.tolist() == [[0, 2, 0], [0, 0, 0], [0, 0, 1]]


def test_a_class_without_images_keeps_its_row():
    assert confusion(np.array([0]), np.array([0]), 4).shape == (4, 4)


def test_a_cell_names_exactly_its_images():
    labels, given = np.array([3, 5, 3, 3]), np.array([5, 5, 3, 5])

    assert cell_members(labels, given, 3, 5).tolist() == [0, 3]
