"""From the bytes of an image file to a plain array: the one way to read a picture, run in child processes only.

Imports Pillow and numpy alone, so that a child starts fast. The rules: content decides, not the name; only seven
formats; first frame; EXIF orientation applied; 16 bits scaled by 1/257; transparency laid on white; floating point
from 0 to 1 or from the range that the data set states; everything else converted to grey or RGB by Pillow; the longer
side brought down to 1,024 px.
"""

import io
import os
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from cnnstudio.core.errors import DataError
from cnnstudio.data.drives import DRIVE, is_passing
from cnnstudio.data.plain_jpeg import plain_jpeg
from cnnstudio.data.portable import long_path
from cnnstudio.data.sniff import HEAD_BYTES, foreign_kind, is_image

FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF", "AVIF")
MAX_PIXELS = 100_000_000
MAX_BYTES = 200_000_000
MAX_SIDE = 1024
ORIENTATION_TAG = 0x0112
EXIF_KEYS = ("exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif")
GREY_MODES = frozenset(("1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "I;16N", "F"))
# What to do about files that hold no picture to convert; they were saved under an image's name by mistake.
REMOVE = "Remove it: there is no picture in it."
HINTS = {
    **dict.fromkeys(("a program", "a zip archive", "an archive", "a compressed file", "an HDF5 file"), REMOVE),
    "a web page": "Download it again, as a picture: what was saved is the page that shows it.",
    "a text": "Remove it, or put the picture in its place.",
    "a JSON text": "Download it again, as a picture: what was saved is a server's answer.",
    "an XML file": "Download it again, as a picture: what was saved is a server's answer.",
}
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class ImageError(DataError):
    """One file can't be read as an image.

    Args:
        message: A sentence without its subject: "is empty (0 bytes)".
        kind: Short key to group by: "empty", "truncated", "foreign", …
    """

    def __init__(self, message: str, *, kind: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.kind = kind

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.message, self.kind, self.hint))


def _rebuild(message: str, kind: str, hint: str) -> ImageError:
    return ImageError(message, kind=kind, hint=hint)


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded image.

    Args:
        image: In mode "L" or "RGB", longer side at most `max_side`.
        width: Width in the file, after turning.
        height: Height in the file, after turning.
        notes: What was done to it: "cmyk", "16_bit", "alpha", "turned", "animated", "bad_exif", "grey".
    """

    image: Image.Image
    width: int
    height: int
    notes: tuple[str, ...]


def read_image(
    source: Path | bytes, max_side: int = MAX_SIDE, float_range: tuple[float, float] | None = None
) -> np.ndarray:
    """The pixels of an image file: uint8, shape (H, W, 1) or (H, W, 3).

    Args:
        source: A file, or its bytes.
        max_side: The longer side is brought down to it.
        float_range: Which values are black and white in pictures of floating point; None for 0 and 1.

    Raises:
        ImageError: It can't be read; `kind` says why in a word.
    """
    content = source if isinstance(source, bytes) else read_bytes(str(source))
    array = np.asarray(decode(content, max_side, float_range).image)
    return array if array.ndim == 3 else array[:, :, None]


def read_bytes(path: str) -> bytes:
    """All of a file, up to 200 MB.

    Raises:
        ImageError: Missing, not permitted, or too large.
    """
    try:
        # Unbuffered: the whole file in one call, as it is.
        with open(long_path(path), "rb", buffering=0) as file:
            if os.fstat(file.fileno()).st_size > MAX_BYTES:
                raise ImageError(f"is larger than {MAX_BYTES // 1_000_000} MB", kind="too_large")
            content = file.readall()
    except FileNotFoundError:
        raise ImageError("does not exist any more", kind="missing") from None
    except PermissionError:
        raise ImageError("cannot be read (permission denied)", kind="permission") from None
    except OSError as error:
        kind = DRIVE if is_passing(error) else "unreadable"
        raise ImageError(f"cannot be read ({error.strerror or error})", kind=kind) from None
    return content


def decode(content: bytes, max_side: int = MAX_SIDE, float_range: tuple[float, float] | None = None) -> Picture:
    """Decode the bytes of an image file.

    Raises:
        ImageError: They are no image that can be read.
    """
    with warnings.catch_warnings():
        # Pillow warns of damaged metadata; what matters of it is in the notes.
        warnings.simplefilter("ignore")
        return decode_quietly(content, max_side, float_range)


def decode_quietly(content: bytes, max_side: int = MAX_SIDE, float_range: tuple[float, float] | None = None) -> Picture:
    """The same for who ignores warnings already: to do so for each of 60,000 small files takes 7 % of the time."""
    if not content:
        raise ImageError("is empty (0 bytes)", kind="empty")
    try:
        plain = plain_jpeg(content, min(max_side, MAX_SIDE))
        if plain is not None:
            return Picture(plain, *plain.size, ("grey",) if plain.mode == "L" else ())
        return _decode(content, max_side, float_range)
    except ImageError:
        raise
    except MemoryError:
        raise ImageError("needs more memory than one image may take", kind="too_large") from None
    except Exception as error:
        # Pillow's readers raise nearly anything on damaged bytes: struct.error, IndexError, SyntaxError, …
        raise _damage(content, error) from None


def _decode(content: bytes, max_side: int, float_range: tuple[float, float] | None = None) -> Picture:
    image = _opened(content)
    width, height = image.size
    if width < 1 or height < 1:
        raise ImageError(f"has no pixels ({width}×{height})", kind="damaged")
    if width * height > MAX_PIXELS:
        limit = MAX_PIXELS // 1_000_000
        raise ImageError(f"is too large ({width:,}×{height:,} px; at most {limit} megapixels)", kind="too_large")
    notes = ["animated"] if getattr(image, "is_animated", False) else []
    # Only JPEG knows this: decode at a half, a quarter or an eighth if that is still large enough. Four times faster.
    image.draft(None, _bounded_size(image.size, max_side))
    image.load()
    # TIFF is turned by Pillow's own reader while loading, others are not: ask for the orientation afterwards.
    turn, has_bad_exif = _orientation(image)
    notes += ["bad_exif"] if has_bad_exif else []
    image, conversions = _plain(_bounded(image, max_side), float_range)
    if turn is not None:
        image = image.transpose(turn)
        notes.append("turned")
        if turn not in (_TURNS[2], _TURNS[3], _TURNS[4]):
            width, height = height, width
    return Picture(image, width, height, (*notes, *conversions))


def _opened(content: bytes) -> Image.Image:
    limit = Image.MAX_IMAGE_PIXELS
    # Pillow's own limit is lifted while the header is read: ours comes right behind it and names width and height.
    Image.MAX_IMAGE_PIXELS = None
    try:
        return Image.open(io.BytesIO(content), formats=FORMATS)
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def _orientation(image: Image.Image) -> tuple[Image.Transpose | None, bool]:
    """The turn that EXIF asks for, and whether the EXIF data are damaged."""
    if not any(key in image.info for key in EXIF_KEYS):
        return None, False
    try:
        value = image.getexif().get(ORIENTATION_TAG, 1)
    except Exception:
        # Damaged metadata are no reason to refuse good pixels; the note tells of it.
        return None, True
    return (_TURNS.get(value), value not in range(1, 9)) if isinstance(value, int) else (None, True)


def _bounded(image: Image.Image, max_side: int) -> Image.Image:
    """The image with its longer side at most `max_side`; done first, so that all else is cheap."""
    if max(image.size) <= max_side:
        return image
    if image.mode.startswith("I;16"):
        image = _eight_bits(image)
    elif "transparency" in image.info:
        # A transparent colour is given by its value, which averaging would lose.
        image = image.convert("LA" if image.mode == "L" else "RGBA")
    elif image.mode in ("P", "PA", "1"):
        # Palette numbers can't be averaged.
        image = image.convert({"P": "RGB", "PA": "RGBA", "1": "L"}[image.mode])
    return image.resize(_bounded_size(image.size, max_side), Image.Resampling.BILINEAR, reducing_gap=1.0)


def _bounded_size(size: tuple[int, int], max_side: int) -> tuple[int, int]:
    scale = min(1.0, max_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _plain(image: Image.Image, float_range: tuple[float, float] | None) -> tuple[Image.Image, list[str]]:
    """The image as "L" or "RGB", and what had to be done."""
    if image.mode == "RGB" and "transparency" not in image.info:
        return image, []
    is_grey = image.mode in GREY_MODES
    notes = ["grey"] if is_grey else []
    if image.mode.startswith("I"):
        return _eight_bits(image), [*notes, "16_bit"]
    if image.mode == "F":
        return _from_float(image, float_range), [*notes, "float"]
    if _has_alpha(image):
        cut_out = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(ground, cut_out).convert("L" if is_grey else "RGB"), [*notes, "alpha"]
    if image.mode == "CMYK":
        notes.append("cmyk")
    return image.convert("L" if is_grey else "RGB"), notes


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info


def _eight_bits(image: Image.Image) -> Image.Image:
    """0 … 65,535 to 0 … 255, rounded to the nearest level."""
    levels = np.asarray(image)
    if levels.min() < 0 or levels.max() > 65_535:
        raise ImageError(
            f"has values from {levels.min():,} to {levels.max():,}, beyond 16 bits",
            kind="unsupported",
            hint="Save it with 8 or 16 bits a channel.",
        )
    return Image.fromarray(((levels.astype(np.uint32) + 128) // 257).astype(np.uint8))


def _from_float(image: Image.Image, float_range: tuple[float, float] | None) -> Image.Image:
    """Floating point from black to white, 0 to 1 unless the user said otherwise: a guess could turn all black."""
    levels = np.asarray(image)
    if not np.isfinite(levels).all():
        raise ImageError("holds values that are not numbers (NaN or infinite)", kind="unsupported")
    if float_range is None and (levels.min() < 0 or levels.max() > 1):
        raise ImageError(
            f"holds floating-point values from {levels.min():g} to {levels.max():g}; it is not said what is black "
            "and what is white",
            kind="float_range",
            hint="Set 'Value range' under 'What the network sees'.",
        )
    black, white = (0.0, 1.0) if float_range is None else float_range
    return Image.fromarray(np.rint(np.clip((levels - black) / (white - black), 0, 1) * 255).astype(np.uint8))


def _damage(content: bytes, error: Exception) -> ImageError:
    """The sentence for bytes that Pillow gave up on."""
    head = content[:HEAD_BYTES]
    foreign = foreign_kind(head)
    if foreign and not is_image(head):
        hint = HINTS.get(foreign, "Convert it to JPEG or PNG, or remove it.")
        return ImageError(f"is {foreign}, not an image that can be read", kind="foreign", hint=hint)
    reason = str(error)
    if any(word in reason.lower() for word in ("truncated", "not enough", "unexpected end", "ended prematurely")):
        return ImageError("ends early: a part of the file is missing", kind="truncated")
    if is_image(head) and not isinstance(error, UnidentifiedImageError):
        return ImageError("is damaged and can't be decoded", kind="damaged")
    if is_image(head):
        return ImageError("begins like an image but its header is damaged", kind="damaged")
    return ImageError("is not an image", kind="foreign", hint="Remove it, or convert it to JPEG or PNG.")
