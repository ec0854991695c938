"""Reading pictures of all kinds, against what Pillow and hand arithmetic say they show."""

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from cnnstudio.data.decode import ImageError, decode, read_image


def orientation_exif(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


@pytest.mark.parametrize("file_format", ["PNG", "BMP", "TIFF"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_lossless_files_give_back_their_pixels(encoded, picture, file_format, mode):
    image = picture(mode=mode)
    array = read_image(encoded(file_format, image))
    assert array.dtype == np.uint8
    assert np.array_equal(array.squeeze(), np.asarray(image))
    assert array.shape[2] == (3 if mode == "RGB" else 1)


@pytest.mark.parametrize("file_format", ["JPEG", "WEBP", "AVIF", "GIF"])
def test_lossy_files_give_what_pillow_decodes(encoded, file_format):
    content = encoded(file_format)
    expected = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    assert np.array_equal(read_image(content), expected)


@pytest.mark.parametrize("value", range(1, 9))
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_exif_orientation_is_applied(encoded, picture, value, file_format):
    content = encoded(file_format, picture(24, 16), exif=orientation_exif(value))
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(content))).convert("RGB")
    assert np.array_equal(read_image(content), np.asarray(expected))
    assert expected.size == ((24, 16) if value < 5 else (16, 24))


def test_turning_swaps_the_noted_width_and_height(encoded, picture):
    found = decode(encoded("JPEG", picture(24, 16), exif=orientation_exif(6)))
    assert (found.width, found.height) == (16, 24)
    assert "turned" in found.notes


@pytest.mark.parametrize("value", [0, 9, 99])
def test_an_impossible_orientation_is_ignored_and_noted(encoded, picture, value):
    content = encoded("PNG", picture(), exif=orientation_exif(value))
    assert np.array_equal(read_image(content), np.asarray(picture()))
    assert "bad_exif" in decode(content).notes


def test_damaged_exif_does_not_spoil_the_picture(encoded, picture):
    content = encoded("PNG", picture(), exif=b"Exif\0\0II*\0\xff\xff\xff\xff\xff")
    assert np.array_equal(read_image(content), np.asarray(picture()))


def test_16_bit_grey_is_divided_by_257_and_rounded():
    levels = np.array([[0, 128, 129, 257, 32768, 65535]], np.uint16)
    for file_format in ("PNG", "TIFF"):
        file = io.BytesIO()
        Image.fromarray(levels).save(file, file_format)
        # 128/257 = 0.498, 129/257 = 0.502, 32768/257 = 127.502
        assert read_image(file.getvalue())[0, :, 0].tolist() == [0, 0, 1, 1, 128, 255]


def test_32_bit_integers_within_16_bits_are_scaled_and_others_refused():
    file = io.BytesIO()
    Image.fromarray(np.array([[0, 65535]], np.int32)).save(file, "TIFF")
    assert read_image(file.getvalue())[0, :, 0].tolist() == [0, 255]
    file = io.BytesIO()
    Image.fromarray(np.array([[0, 70000]], np.int32)).save(file, "TIFF")
    with pytest.raises(ImageError, match="70,000") as caught:
        read_image(file.getvalue())
    assert caught.value.kind == "unsupported"


def float_tiff(values: list[float]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.array([values], np.float32)).save(file, "TIFF")
    return file.getvalue()


def test_floating_point_from_0_to_1_is_scaled():
    assert read_image(float_tiff([0.0, 0.5, 1.0]))[0, :, 0].tolist() == [0, 128, 255]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0.0, 3000.0], "float_range"),
        ([-1.0, 1.0], "float_range"),
        ([0.0, float("nan")], "unsupported"),
        ([0.0, float("inf")], "unsupported"),
    ],
)
def test_floating_point_of_unknown_range_is_refused_and_never_black(values, kind):
    with pytest.raises(ImageError) as caught:
        read_image(float_tiff(values))
    assert caught.value.kind == kind


def test_floating_point_is_scaled_from_the_range_that_was_said():
    # (x − 1000) / 2000 · 255, cut at both ends: by hand.
    values = read_image(float_tiff([0.0, 1000.0, 1500.0, 3000.0, 9000.0]), float_range=(1000.0, 3000.0))
    assert values[0, :, 0].tolist() == [0, 0, 64, 255, 255]


def test_transparency_is_laid_on_white(encoded):
    half = Image.new("RGBA", (4, 4), (255, 0, 0, 128))
    # 128/255 of red over white: 255, 127, 127
    assert np.abs(read_image(encoded("PNG", half)).astype(int)[0, 0] - (255, 127, 127)).max() <= 1
    clear_grey = Image.new("LA", (4, 4), (0, 0))
    assert (read_image(encoded("PNG", clear_grey)) == 255).all()
    assert read_image(encoded("PNG", clear_grey)).shape == (4, 4, 1)


def test_a_transparent_palette_colour_is_laid_on_white(encoded):
    image = Image.new("P", (4, 4), 1)
    image.putpalette([0, 0, 0, 10, 200, 30])
    image.putpixel((0, 0), 0)
    array = read_image(encoded("PNG", image, transparency=0))
    assert array[0, 0].tolist() == [255, 255, 255]
    assert array[1, 1].tolist() == [10, 200, 30]


@pytest.mark.parametrize(("mode", "channels"), [("1", 1), ("P", 3), ("CMYK", 3), ("RGBA", 3), ("LA", 1)])
def test_other_modes_become_grey_or_colour(encoded, picture, mode, channels):
    file_format = "JPEG" if mode == "CMYK" else "PNG"
    content = encoded(file_format, picture(mode=mode))
    array = read_image(content)
    expected = Image.open(io.BytesIO(content)).convert("L" if channels == 1 else "RGB")
    assert np.array_equal(array.squeeze(), np.asarray(expected))


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP", "TIFF"])
def test_the_first_of_several_pictures_is_taken_and_noted(encoded, picture, file_format):
    first, second = Image.new("RGB", (40, 30), (200, 30, 30)), picture()
    content = encoded(file_format, first, save_all=True, append_images=[second])
    assert "animated" in decode(content).notes
    array = read_image(content).astype(int)
    # WebP's compression changes the colours a little.
    assert np.abs(array - (200, 30, 30)).max() < 8


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "1", "RGBA", "LA", "CMYK", "I;16"])
def test_large_pictures_are_brought_down_to_1024(encoded, picture, mode):
    image = picture(1200, 600, mode="L" if mode == "I;16" else mode)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    content = encoded("JPEG" if mode == "CMYK" else "PNG", image)
    array = read_image(content)
    assert array.shape[:2] == (512, 1024)
    grey = np.asarray(Image.fromarray(array.squeeze()).convert("L"), float)
    expected = np.asarray(picture(1200, 600).convert("L").resize((1024, 512), Image.Resampling.BILINEAR), float)
    assert np.abs(grey - expected).mean() < (60 if mode == "1" else 12)


def test_a_large_jpeg_looks_like_a_full_decoding(encoded, picture):
    content = encoded("JPEG", picture(200, 100).resize((4000, 2000)), quality=95)
    found = decode(content)
    assert (found.width, found.height) == (4000, 2000)
    full = Image.open(io.BytesIO(content)).convert("RGB").resize((1024, 512), Image.Resampling.BILINEAR)
    assert np.abs(np.asarray(found.image, float) - np.asarray(full, float)).mean() < 1
