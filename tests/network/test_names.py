"""Names of layers."""

import pytest

from cnnstudio.network.names import free_group_id, free_id, id_problem


@pytest.mark.parametrize(
    ("wanted", "taken", "expected"),
    [
        ("conv", set(), "conv1"),
        ("conv1", {"conv1", "conv2"}, "conv3"),
        ("stage1.conv", {"stage1.conv1"}, "stage1.conv2"),
        ("conv1.weight", {"conv1"}, "conv1_weight1"),
        ("a.b.c", {"a"}, "a_b_c1"),
        ("block", {"block1.conv"}, "block2"),
        ("7 up!", set(), "_up_1"[1:]),
        ("", set(), "layer1"),
        ("…", set(), "layer1"),
    ],
)
def test_the_first_free_number_is_taken(wanted: str, taken: set[str], expected: str) -> None:
    found = free_id(wanted, taken)
    assert found == expected
    assert not id_problem(found)


def test_a_group_gets_the_first_number_from_two_on() -> None:
    assert free_group_id("stage1.block1", {"stage1", "stage1.block1", "stage1.block2"}) == "stage1.block3"
