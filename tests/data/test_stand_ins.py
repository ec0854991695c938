"""Which picture takes the place of one whose file vanished."""

import numpy as np
import torch

from cnnstudio.data.stand_ins import StandIns

LABELS = np.array([0, 0, 0, 1, 1, 2])


def of(stand_ins: StandIns, *positions: int) -> list[int]:
    return stand_ins.of(torch.tensor(positions)).tolist()


def test_nothing_is_replaced_as_long_as_all_are_there() -> None:
    assert of(StandIns(LABELS), 0, 5, 3) == [0, 5, 3]


def test_the_next_one_of_its_class_stands_in_and_the_first_for_the_last() -> None:
    stand_ins = StandIns(LABELS)
    assert stand_ins.leave_out([1, 4])
    assert of(stand_ins, 0, 1, 2, 3, 4, 5) == [0, 2, 2, 3, 3, 5]


def test_those_that_go_later_are_never_stand_ins_again() -> None:
    stand_ins = StandIns(LABELS)
    stand_ins.leave_out([1])
    stand_ins.leave_out([2])
    assert of(stand_ins, 1, 2) == [0, 0]


def test_where_a_whole_class_is_gone_the_next_picture_stands_in() -> None:
    stand_ins = StandIns(LABELS)
    assert stand_ins.leave_out([3, 4])
    assert of(stand_ins, 3, 4) == [5, 5]


def test_not_all_can_be_left_out() -> None:
    stand_ins = StandIns(LABELS)
    assert not stand_ins.leave_out(range(6))
    assert of(stand_ins, 0, 5) == [0, 5]
