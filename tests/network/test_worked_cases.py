"""The worked cases of the lectures (docs and papers give the numbers)."""

import pytest

from cnnstudio.core.errors import ShapeError
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.layers.linear import Linear
from cnnstudio.network.layers.norms import BatchNorm
from cnnstudio.network.layers.pools import MaxPool
from cnnstudio.network.receptive import ReceptiveField
from cnnstudio.network.spec import layers
from cnnstudio.network.windows import Window


def test_ten_5x5_filters_on_a_32x32_colour_image_have_760_parameters() -> None:
    conv = Conv2d(filters=10, kernel=5, padding=2)
    assert conv.output_shape([(3, 32, 32)]) == (10, 32, 32)
    assert conv.parameters([(3, 32, 32)]) == 760


def test_first_convolution_of_alexnet_gives_55x55x96() -> None:
    conv = Conv2d(filters=96, kernel=11, stride=4)
    assert conv.output_shape([(3, 227, 227)]) == (96, 55, 55)
    assert conv.parameters([(3, 227, 227)]) == 34_944
    pool = MaxPool(kernel=3, stride=2)
    assert pool.output_shape([(96, 55, 55)]) == (96, 27, 27)
    assert pool.parameters([(96, 55, 55)]) == 0


def test_1x1_convolution_changes_only_the_channels() -> None:
    assert Conv2d(filters=32, kernel=1).output_shape([(192, 28, 28)]) == (32, 28, 28)


def test_1x1_bottleneck_needs_a_tenth_of_the_multiplications() -> None:
    direct = Conv2d(filters=32, kernel=5, padding=2).macs([(192, 28, 28)])
    reduce = Conv2d(filters=16, kernel=1).macs([(192, 28, 28)])
    behind = Conv2d(filters=32, kernel=5, padding=2).macs([(16, 28, 28)])
    assert (direct, reduce, behind) == (120_422_400, 2_408_448, 10_035_200)
    assert reduce + behind == 12_443_648


def test_three_3x3_layers_have_27_weights_for_49_of_one_7x7() -> None:
    shape = (64, 28, 28)
    three = 3 * Conv2d(filters=64, kernel=3, bias=False).parameters([shape])
    assert three == 27 * 64**2
    assert Conv2d(filters=64, kernel=7, bias=False).parameters([shape]) == 49 * 64**2


def test_formula_fills_the_numbers_in() -> None:
    text = Conv2d(filters=6, kernel=5).formula([(1, 32, 32)])
    assert "(N − F + 2P) / S + 1 = (32 − 5 + 2·0) / 1 + 1 = 28\n" in text
    assert "Parameters (5·5·1 + 1)·6 = 156" in text
    assert "MACs 5·5·1·6·28·28 = 117,600" in text


def test_formula_says_in_words_when_the_filter_does_not_fit() -> None:
    text = Conv2d(filters=1, kernel=3, stride=3).formula([(1, 7, 7)])
    assert "= 2.333 → 2" in text
    assert "does not fit: torch rounds down" in text
    assert "row and column are never seen" in text


def test_formula_gives_height_and_width_where_they_differ() -> None:
    text = Conv2d(filters=1, kernel=3).formula([(1, 7, 9)])
    assert "Height: " in text
    assert "Width: " in text


def test_no_bias_means_no_plus_one_in_the_formula() -> None:
    text = Linear(units=10, bias=False).formula([(84,)])
    assert "Parameters 84·10 = 840" in text


def test_kernel_that_does_not_fit_is_named_with_its_numbers() -> None:
    with pytest.raises(ShapeError) as caught:
        Conv2d(kernel=5).output_shape([(6, 3, 3)])
    assert caught.value.message == "A 5×5 kernel does not fit the 3×3 feature map."
    assert caught.value.hint == "Use a kernel of at most 3, or add padding."


def test_groups_that_do_not_divide_the_channels_are_refused() -> None:
    with pytest.raises(ShapeError, match="6 input channels cannot be split into 4 equal groups"):
        Conv2d(filters=8, groups=4).output_shape([(6, 8, 8)])


def test_batch_norm_learns_two_numbers_a_channel() -> None:
    assert BatchNorm().parameters([(16, 8, 8)]) == 32


def test_window_counts_what_it_never_reaches() -> None:
    assert Window(kernel=(3, 3), stride=(2, 2)).unseen(8, 0) == 1
    assert Window(kernel=(2, 2), stride=(2, 2)).unseen(8, 0) == 0


def test_1x7_and_7x1_filters_see_as_much_as_one_7x7_with_two_sevenths_of_its_weights() -> None:
    row = Conv2d(filters=192, kernel=1, kernel_width=7, padding=0, padding_width=3, bias=False)
    column = Conv2d(filters=192, kernel=7, kernel_width=1, padding=3, padding_width=0, bias=False)
    shape = (192, 17, 17)
    assert row.output_shape([shape]) == column.output_shape([shape]) == shape
    assert row.parameters([shape]) == column.parameters([shape]) == 7 * 192 * 192
    assert row.macs([shape]) == 7 * 192 * 192 * 17 * 17
    field = ReceptiveField().through(row.window([shape])).through(column.window([shape]))
    assert (field.size, field.start) == ((7, 7), (-3, -3))


def test_rectangular_window_is_told_as_height_and_width() -> None:
    conv = Conv2d(filters=6, kernel=1, kernel_width=7, stride=2, stride_width=1, padding_width=3)
    assert conv.label == "6 filters 1×7, stride 2×1, pad 0×3"
    assert conv.source([(3, 9, 9)]) == "nn.Conv2d(3, 6, (1, 7), stride=(2, 1), padding=(0, 3))"
    assert conv.formula([(3, 9, 9)]).splitlines() == [
        "Height: (N − F + 2P) / S + 1 = (9 − 1 + 2·0) / 2 + 1 = 5",
        "Width: (N − F + 2P) / S + 1 = (9 − 7 + 2·3) / 1 + 1 = 9",
        "Parameters (1·7·3 + 1)·6 = 132",
        "MACs 1·7·3·6·5·9 = 5,670",
    ]
    pool = MaxPool(kernel=3, kernel_width=1, stride=3, stride_width=1)
    assert pool.label == "3×1, stride 3×1"
    assert pool.source([(6, 9, 9)]) == "nn.MaxPool2d((3, 1))"
    assert pool.output_shape([(6, 9, 9)]) == (6, 3, 9)


def test_square_layers_of_older_files_stay_square() -> None:
    old = {"kind": "conv2d", "filters": 6, "kernel": 5, "stride": 2, "padding": 1, "dilation": 1, "groups": 1}
    conv = layers.parse(old)
    assert conv == Conv2d(filters=6, kernel=5, stride=2, padding=1)
    assert conv.source([(1, 9, 9)]) == "nn.Conv2d(1, 6, 5, stride=2, padding=1)"
    pool = layers.parse({"kind": "avg_pool", "kernel": 3, "stride": 2, "padding": 1, "ceil": True})
    assert pool.source([(1, 9, 9)]) == "nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True)"
