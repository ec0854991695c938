"""Bad and odd image files, made by hand: each with its fault's number, its bytes, and what must become of it."""

import io
import struct
import zlib
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter, PngImagePlugin

RNG = np.random.default_rng(11)
NAMED, READ, EITHER = "named", "read", "either"


@dataclass(frozen=True)
class BadFile:
    """One file of the corpus.

    Args:
        fault: Number in the catalogue of faults.
        name: File name; unique.
        content: Its bytes.
        fate: NAMED: refused with its name; READ: among the pictures; EITHER: one of the two.
        kinds: Kinds of problem that may name it, or the note that must be told of it.
    """

    fault: int
    name: str
    content: bytes
    fate: str
    kinds: tuple[str, ...] = ()


def noise(width: int = 48, height: int = 40, mode: str = "RGB") -> Image.Image:
    """A smooth random picture."""
    pixels = RNG.integers(0, 256, (height, width, 3), np.uint8)
    return Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(1)).convert(mode)


def encoded(kind: str, image: Image.Image | None = None, **options: object) -> bytes:
    """The bytes of an image file."""
    file = io.BytesIO()
    (image or noise()).save(file, kind, **options)
    return file.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk of a PNG file."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_of(width: int, height: int, data: bytes = b"\0" * 100) -> bytes:
    """A PNG file that declares a size."""
    head = struct.pack(">IIBBBBB", width & 0xFFFFFFFF, height & 0xFFFFFFFF, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def large_png(width: int, height: int) -> bytes:
    """An honest PNG file of one bit a pixel, all black."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * ((width // 8 + 1) * height), 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def bmp_of(width: int, height: int) -> bytes:
    """A BMP file that declares a size."""
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + 90, 0, 0, 54) + head + b"\0" * 90


def jpeg_of(width: int, height: int) -> bytes:
    """A JPEG file whose header declares another size."""
    content = encoded("JPEG")
    start = content.index(b"\xff\xc0") + 5
    return content[:start] + struct.pack(">HH", height, width) + content[start + 4 :]


def tiff_of(width: int, height: int) -> bytes:
    """A TIFF file that declares a size."""
    tags = ((256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, height), (279, 64))
    body = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<I", 72) + b"\0" * 64 + struct.pack("<H", len(tags)) + body + b"\0" * 4


def flipped(content: bytes, position: int) -> bytes:
    """The bytes with one of them changed."""
    made = bytearray(content)
    made[position % len(made)] ^= 0x55
    return bytes(made)


def scans(repeats: int) -> bytes:
    """A progressive JPEG file whose last scan comes again and again."""
    content = encoded("JPEG", noise(256, 256), progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:-2] + content[last:-2] * repeats + content[-2:]


def with_exif(value: object, kind: str = "JPEG") -> bytes:
    """A picture whose EXIF data give this orientation."""
    exif = Image.Exif()
    exif[0x0112] = value
    return encoded(kind, exif=exif)


def with_text(n: int) -> bytes:
    """A PNG file with a comment of so many letters, compressed."""
    text = PngImagePlugin.PngInfo()
    text.add_text("comment", "a" * n, zip=True)
    return encoded("PNG", pnginfo=text)


def with_profile(n: int) -> bytes:
    """A PNG file with a colour profile of so many zeros, compressed."""
    content = encoded("PNG")
    profile = chunk(b"iCCP", b"p\0\0" + zlib.compress(b"\0" * n))
    return content[:33] + profile + content[33:]


def frames(kind: str) -> bytes:
    """A file of three pictures."""
    return encoded(kind, save_all=True, append_images=[noise(), noise()])


def with_alpha(mode: str) -> Image.Image:
    """A partly transparent picture."""
    image = noise(mode={"RGBA": "RGB", "LA": "L"}[mode])
    image.putalpha(noise(mode="L"))
    return image


def float_tiff(low: float, high: float) -> bytes:
    """A TIFF file in floating point."""
    with np.errstate(invalid="ignore"):
        values = np.linspace(low, high, 48 * 40).reshape(40, 48).astype(np.float32)
    return encoded("TIFF", Image.fromarray(values))


SUFFIX = {"JPEG": "jpg", "PNG": "png", "GIF": "gif", "WEBP": "webp", "TIFF": "tif", "BMP": "bmp", "AVIF": "avif"}
HEADS = {
    "phone.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "burst.heic": b"\0\0\0\x18ftyphevc\0\0\0\0",
    "mif.jpg": b"\0\0\0\x18ftypmif1\0\0\0\0",
    "raw.cr3": b"\0\0\0\x18ftypcrx \0\0\0\0",
    "raw.raf": b"FUJIFILMCCD-RAW 0201",
    "film.mp4.jpg": b"\0\0\0\x18ftypisom\0\0\0\0",
    "film.mkv.png": b"\x1aE\xdf\xa3",
    "film.avi.jpg": b"RIFF\0\0\0\0AVI LIST",
    "film.mpg.jpg": b"\0\0\1\xba",
    "paper.pdf.jpg": b"%PDF-1.7\n",
    "drawing.svg.png": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    "bare.svg.png": b"<svg width='9'/>",
    "new.jxl.jpg": b"\xff\x0a",
    "boxed.jxl.jpg": b"\0\0\0\x0cJXL \r\n\x87\n",
    "old.jp2.jpg": b"\0\0\0\x0cjP  \r\n\x87\n",
    "layers.psd.jpg": b"8BPS\0\1",
    "pack.zip.jpg": b"PK\3\4\x14\0",
    "pack.rar.jpg": b"Rar!\x1a\7\0",
    "pack.7z.jpg": b"7z\xbc\xaf\x27\x1c",
    "pack.gz.jpg": b"\x1f\x8b\x08\0",
    "array.h5.png": b"\x89HDF\r\n\x1a\n",
    "array.npy.png": b"\x93NUMPY\1\0",
    "program.jpg": b"\x7fELF\2\1\1",
    "program.exe.jpg": b"MZ\x90\0",
}
PAGES = {
    "page.jpg": b"<!DOCTYPE html><html><body>404</body></html>",
    "page2.png": b"<html><head></head></html>",
    "page3.gif": b"\xef\xbb\xbf\r\n<!doctype HTML>",
    "answer.jpg": b'{"error": {"code": 403}}',
    "answers.jpg": b'[{"error": 404}]',
    "error.jpg": b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    "limit.png": b"Too many requests",
}
POSTSCRIPT = {
    "eps.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "ps.jpg": b"%!PS-Adobe-2.0\n(/etc/passwd) (r) file\n",
    "dos_eps.png": b"\xc5\xd0\xd3\xc6" + b"\0" * 26,
}
GIF_BOMB = b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\2\1\0;"
ALL = tuple(SUFFIX)


def corpus() -> list[BadFile]:
    """All files; the same in every process."""
    damaged = ("truncated", "damaged", "foreign", "unsupported")
    deep = Image.fromarray(RNG.integers(0, 65_536, (40, 48)).astype(np.uint16))
    made = [BadFile(1, f"empty.{SUFFIX[kind]}", b"", NAMED, ("empty",)) for kind in ALL]
    for kind in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF"):
        whole = encoded(kind, noise(160, 160))
        made += [
            BadFile(2, f"cut{share}.{SUFFIX[kind]}", whole[: len(whole) * share // 100], NAMED, damaged)
            for share in (10, 30, 50, 70)
        ]
    png, jpeg = encoded("PNG", noise(100, 100)), encoded("JPEG", noise(100, 100))
    start = png.index(b"IDAT")
    made += [BadFile(3, f"flip{n}.png", flipped(png, start + 8 + 97 * n), NAMED, damaged) for n in range(8)]
    made += [BadFile(3, f"crc{n}.png", flipped(png, 29 + n), NAMED, damaged) for n in range(2)]
    made += [BadFile(4, f"flip{n}.jpg", flipped(jpeg, len(jpeg) // 2 + 31 * n), EITHER, damaged) for n in range(8)]
    made += [BadFile(5, f"5_{name}", content, NAMED, ("foreign",)) for name, content in PAGES.items()]
    wrong = (("JPEG", "png"), ("PNG", "jpg"), ("GIF", "jpg"), ("WEBP", "jpg"), ("BMP", "png"), ("TIFF", "jpg"))
    made += [BadFile(6, f"really_{kind}.{suffix}", encoded(kind), READ, ("misnamed",)) for kind, suffix in wrong]
    made += [
        BadFile(7, f"7_{name}.jpg", head + b"\0" * 99, NAMED, ("foreign", "damaged")) for name, head in HEADS.items()
    ]
    made += [BadFile(8, f"8_{name}", content, NAMED, ("foreign",)) for name, content in POSTSCRIPT.items()]
    made += [
        BadFile(9, f"cmyk.{SUFFIX[kind]}", encoded(kind, noise(mode="CMYK")), READ, ("cmyk",))
        for kind in ("JPEG", "TIFF")
    ]
    made += [BadFile(10, f"deep.{SUFFIX[kind]}", encoded(kind, deep), READ, ("16_bit",)) for kind in ("PNG", "TIFF")]
    made += [
        BadFile(11, "float_far.tif", float_tiff(0, 4095), NAMED, ("float_range",)),
        BadFile(11, "float_negative.tif", float_tiff(-1, 1), NAMED, ("float_range",)),
        BadFile(11, "float_unit.tif", float_tiff(0, 1), READ, ("float",)),
        BadFile(12, "rgba.png", encoded("PNG", with_alpha("RGBA")), READ, ("alpha",)),
        BadFile(12, "la.png", encoded("PNG", with_alpha("LA")), READ, ("alpha",)),
        BadFile(12, "rgba.webp", encoded("WEBP", with_alpha("RGBA")), READ, ("alpha",)),
        BadFile(12, "clear.png", encoded("PNG", noise().quantize(8), transparency=3), READ, ("alpha",)),
        BadFile(12, "clear.gif", encoded("GIF", noise().quantize(8), transparency=3), READ, ("alpha",)),
        BadFile(13, "one_bit.png", encoded("PNG", noise(mode="1")), READ, ("grey",)),
        BadFile(13, "palette.png", encoded("PNG", noise().quantize(16)), READ),
        BadFile(13, "grey.jpg", encoded("JPEG", noise(mode="L")), READ, ("grey",)),
    ]
    made += [BadFile(14, f"turned{value}.jpg", with_exif(value), READ, ("turned",)) for value in range(2, 9)]
    made += [BadFile(15, f"orientation{value}.jpg", with_exif(value), READ, ("bad_exif",)) for value in (0, 9, 99)]
    broken = encoded("JPEG", exif=b"Exif\0\0" + b"II*\0\xff\xff\xff\xff" + b"?" * 40)
    made += [BadFile(15, "broken_exif.jpg", broken, READ)]
    made += [
        BadFile(16, f"frames.{name}", frames(kind), READ, ("animated",))
        for kind, name in (("GIF", "gif"), ("PNG", "png"), ("WEBP", "webp"))
    ]
    made += [BadFile(16, "frames.mpo.jpg", frames("MPO"), READ)]
    made += [BadFile(17, "pages.tif", frames("TIFF"), READ, ("animated",))]
    made += [BadFile(18, "honest.png", large_png(10_104, 10_000), NAMED, ("too_large",))]
    sizes = ((65_000, 65_000), (20_000, 20_000), (2**31 - 1, 1), (1, 2**31 - 1))
    for place, (width, height) in enumerate(sizes):
        made.append(BadFile(19, f"bomb{place}.png", png_of(width, height), NAMED, ("too_large", *damaged)))
        made.append(BadFile(19, f"bomb{place}.bmp", bmp_of(width, height), NAMED, ("too_large", *damaged)))
        made.append(BadFile(19, f"bomb{place}.tif", tiff_of(width, height), NAMED, ("too_large", *damaged)))
    made += [
        BadFile(19, "bomb.jpg", jpeg_of(65_000, 65_000), NAMED, ("too_large",)),
        BadFile(19, "bomb.gif", GIF_BOMB, NAMED, ("too_large", *damaged)),
        BadFile(20, "text.png", with_text(8_000_000), EITHER, damaged),
        BadFile(20, "profile.png", with_profile(20_000_000), EITHER, damaged),
        BadFile(21, "scans.jpg", scans(2_000), EITHER, ("timeout", *damaged)),
        BadFile(22, "dot.png", encoded("PNG", noise(1, 1)), READ, ("small",)),
        BadFile(22, "line.png", encoded("PNG", noise(5_000, 1)), READ, ("narrow",)),
        BadFile(22, "stick.png", encoded("PNG", noise(1, 900)), READ, ("narrow",)),
        BadFile(22, "tiny.png", encoded("PNG", noise(5, 5)), READ, ("small",)),
        BadFile(23, "no_width.png", png_of(0, 10), NAMED, damaged),
        BadFile(23, "no_height.png", png_of(10, 0), NAMED, damaged),
        BadFile(23, "negative.png", png_of(-5, 10), NAMED, ("too_large", *damaged)),
        BadFile(23, "negative.bmp", bmp_of(-5, 10), NAMED, ("too_large", *damaged)),
        BadFile(23, "no_size.gif", b"GIF89a\0\0\0\0\0\0\0", NAMED, damaged),
        BadFile(24, "black.png", encoded("PNG", Image.new("RGB", (40, 40))), READ, ("blank",)),
        BadFile(24, "white.jpg", encoded("JPEG", Image.new("L", (40, 40), 255)), READ, ("blank",)),
        BadFile(24, "nan.tif", float_tiff(0, np.nan), NAMED, ("unsupported",)),
        BadFile(24, "inf.tif", float_tiff(0, np.inf), NAMED, ("unsupported",)),
    ]
    odd = (
        ("A.JPG", "JPEG"),
        ("b.jfif", "JPEG"),
        ("c.jpe", "JPEG"),
        ("D.PNG", "PNG"),
        ("e.DIB", "BMP"),
        ("F.TIFF", "TIFF"),
    )
    made += [
        BadFile(25, name, encoded(kind), READ)
        for name, kind in (*odd, ("g.Webp", "WEBP"), ("h.AVIF", "AVIF"), ("plain", "PNG"))
    ]
    return made


def mutated(n: int, seed: int) -> list[tuple[str, bytes]]:
    """Good files with flipped bits, foreign bytes and cut ends; the same for the same seed."""
    rng = np.random.default_rng(seed)
    whole = {kind: encoded(kind, noise(64, 64)) for kind in ALL}
    made = []
    for number in range(n):
        kind = ALL[number % len(ALL)]
        content = bytearray(whole[kind])
        for position in rng.integers(0, len(content), rng.integers(1, 12)):
            content[position] = rng.integers(0, 256)
        if rng.random() < 0.3:
            content = content[: rng.integers(1, len(content))]
        made.append((f"mutated{number:05d}.{SUFFIX[kind]}", bytes(content)))
    return made
