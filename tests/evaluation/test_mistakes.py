import numpy as np

from cnnstudio.evaluation.mistakes import mistakes


def test_the_surest_wrong_answer_comes_first():
    labels = np.array([0, 1, 1, 2])
    p = np.array([[0.3, 0.6, 0.1], [0.1, 0.8, 0.1], [0.9, 0.05, 0.05], [0.5, 0.1, 0.4]])

    found = mistakes(labels, p, np.array([10, 11, 12, 13]))

    assert [(m.index, m.true_class, m.given_class) for m in found] == [(12, 1, 0), (10, 0, 1), (13, 2, 0)]
    assert (found[0].confidence, found[0].p_true) == (0.9, 0.05)


def test_of_equally_sure_ones_the_lower_true_probability_comes_first():
    p = np.array([[0.1, 0.6, 0.3], [0.3, 0.6, 0.1]])

    assert [m.index for m in mistakes(np.array([2, 2]), p)] == [1, 0]


def test_a_perfect_network_makes_none():
    assert mistakes(np.array([0, 1]), np.eye(2)) == ()
    assert mistakes(np.zeros(0, np.int64), np.zeros((0, 2))) == ()
