"""Tell from its first bytes what a file is, whatever its name says."""

IMAGE_SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".dib", ".gif", ".webp", ".tif", ".tiff", ".avif")
)
HEAD_BYTES = 512

_IMAGES: tuple[tuple[int, bytes], ...] = (
    (0, b"\xff\xd8\xff"),
    (0, b"\x89PNG\r\n\x1a\n"),
    (0, b"BM"),
    (0, b"GIF8"),
    (8, b"WEBP"),
    (0, b"II*\0"),
    (0, b"MM\0*"),
    (0, b"II+\0"),
    (0, b"MM\0+"),
    (4, b"ftypavif"),
    (4, b"ftypavis"),
)
_BY_SUFFIX = {
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif"), _IMAGES[:1]),
    ".png": _IMAGES[1:2],
    **dict.fromkeys((".bmp", ".dib"), _IMAGES[2:3]),
    ".gif": _IMAGES[3:4],
    ".webp": _IMAGES[4:5],
    **dict.fromkeys((".tif", ".tiff"), _IMAGES[5:9]),
    ".avif": _IMAGES[9:],
}
# What else is found in folders of images: offset, magic bytes, and how a sentence calls it.
_OTHERS: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftyphei", "a HEIC photo"),
    (4, b"ftyphev", "a HEIC photo"),
    (4, b"ftypmif1", "a HEIC photo"),
    (4, b"ftypmsf1", "a HEIC photo"),
    (4, b"ftypcrx", "a camera's raw file"),
    (0, b"FUJIFILMCCD-RAW", "a camera's raw file"),
    (4, b"ftyp", "a video"),
    (0, b"\x1aE\xdf\xa3", "a video"),
    (8, b"AVI ", "a video"),
    (0, b"\0\0\1\xba", "a video"),
    (0, b"%PDF", "a PDF document"),
    (0, b"%!PS", "a PostScript document"),
    (0, b"\xc5\xd0\xd3\xc6", "a PostScript document"),
    (0, b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (0, b"\xff\x0a", "a JPEG XL picture"),
    (0, b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"PK\3\4", "a zip archive"),
    (0, b"Rar!", "an archive"),
    (0, b"7z\xbc\xaf", "an archive"),
    (0, b"\x1f\x8b", "a compressed file"),
    (0, b"\x89HDF", "an HDF5 file"),
    (0, b"\x93NUMPY", "a numpy array"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
)
_TEXTS: tuple[tuple[bytes, str], ...] = (
    (b"<svg", "an SVG drawing"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<head", "a web page"),
    (b"<?xml", "an XML file"),
    (b"{", "a JSON text"),
    (b"[", "a JSON text"),
)
_WORDS = frozenset(b"\t\n\r\f" + bytes(range(32, 256)))


def is_image(head: bytes) -> bool:
    """True if the first bytes are those of a format that is read."""
    return any(head[offset : offset + len(magic)] == magic for offset, magic in _IMAGES)


def is_misnamed(name: str, head: bytes) -> bool:
    """True if an image's name is that of another format than its first bytes."""
    magics = _BY_SUFFIX.get(name[name.rfind(".") :].lower(), ())
    return bool(magics) and not any(head[offset : offset + len(magic)] == magic for offset, magic in magics)


def foreign_kind(head: bytes) -> str:
    """What a file is that isn't an image, as a sentence calls it: "a web page"; empty if unknown.

    Args:
        head: The first bytes of the file, HEAD_BYTES are enough.
    """
    for offset, magic, name in _OTHERS:
        if head[offset : offset + len(magic)] == magic:
            return name
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if b"<svg" in start:
        return "an SVG drawing"
    for beginning, name in _TEXTS:
        if start.startswith(beginning):
            return name
    return "a text" if start and all(byte in _WORDS for byte in start) and is_mostly_ascii(start) else ""


def is_mostly_ascii(text: bytes) -> bool:
    """True if at least three quarters of the bytes are plain letters, digits and signs."""
    return sum(byte < 128 for byte in text) * 4 >= len(text) * 3
