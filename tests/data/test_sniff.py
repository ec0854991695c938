"""Telling files apart by their first bytes."""

import pytest

from cnnstudio.data.sniff import foreign_kind, is_image, is_misnamed


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF", "AVIF"])
def test_every_format_that_is_read_is_known_by_its_first_bytes(encoded, file_format):
    head = encoded(file_format)[:512]
    assert is_image(head)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"<!DOCTYPE html><html><body>404 Not Found", "a web page"),
        (b"\xef\xbb\xbf\n  <html>", "a web page"),
        (b'{"error": "not found"}', "a JSON text"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">', "an SVG drawing"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "a HEIC photo"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "a video"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "a PostScript document"),
        (b"PK\3\4\x14\0", "a zip archive"),
        (b"name;label\nx.jpg;cat\n", "a text"),
        (b"\x93NUMPY\1\0", "a numpy array"),
        (b"\0\1\2\3\4\5", ""),
        (b"", ""),
    ],
)
def test_what_is_no_image_gets_its_name(head, name):
    assert foreign_kind(head) == name
    assert not is_image(head)


@pytest.mark.parametrize(
    ("file_format", "right", "wrong"),
    [
        ("JPEG", "a.JPG", "a.png"),
        ("PNG", "b.png", "b.jpeg"),
        ("BMP", "dir.x/c.dib", "c.gif"),
        ("GIF", "d.gif", "d.webp"),
        ("WEBP", "e.webp", "e.avif"),
        ("TIFF", "f.tiff", "f.jpg"),
        ("AVIF", "g.avif", "g.tif"),
    ],
)
def test_a_name_of_another_format_is_noticed(encoded, file_format, right, wrong):
    head = encoded(file_format)[:512]
    assert not is_misnamed(right, head)
    assert is_misnamed(wrong, head)
    assert not is_misnamed("without_suffix", head)
