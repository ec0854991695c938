"""Fetching files from a server of this machine, which breaks off, lies and refuses."""

import hashlib
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import cnnstudio.core.download as module
from cnnstudio.core.download import download, partial_bytes
from cnnstudio.core.errors import Cancelled, FileError
from cnnstudio.core.jobs import JobContext, Progress
from cnnstudio.core.web import UnsafeRedirect, _SafeRedirects

CONTENT = np.random.default_rng(0).bytes(300_000)
MD5 = "md5:" + hashlib.md5(CONTENT).hexdigest()
SHA256 = "sha256:" + hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(module, "PAUSE_S", 0.0)


@pytest.fixture
def server(web):
    web.content = CONTENT
    return web


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("digest", [MD5, SHA256, MD5[:4] + MD5[4:].upper()])
def test_a_file_arrives_whole_with_progress_to_the_end(server, tmp_path, digest):
    told = []
    target = tmp_path / "sets" / "a.bin"
    ctx = JobContext(told.append)
    assert download(f"{server.url}/a.bin", target, digest=digest, size=len(CONTENT), ctx=ctx) == target
    assert target.read_bytes() == CONTENT
    assert names(target.parent) == ["a.bin"]
    done = [event for event in told if isinstance(event, Progress)]
    assert (done[-1].done, done[-1].total) == (300_000, 300_000)


def test_what_is_there_and_right_is_not_fetched_again(server, tmp_path):
    target = tmp_path / "a.bin"
    target.write_bytes(CONTENT)
    download(server.url, target, digest=MD5, size=None, ctx=JobContext())
    assert server.requests == []


def test_a_damaged_file_under_the_name_is_replaced(server, tmp_path):
    target = tmp_path / "a.bin"
    target.write_bytes(CONTENT[:-1] + b"?")
    download(server.url, target, digest=MD5, size=len(CONTENT), ctx=JobContext())
    assert target.read_bytes() == CONTENT


def test_a_broken_connection_is_resumed_where_it_broke(server, tmp_path):
    server.break_after = [100_000, 50_000]
    target = download(server.url, tmp_path / "a.bin", digest=SHA256, size=len(CONTENT), ctx=JobContext())
    assert target.read_bytes() == CONTENT
    assert server.requests == ["", "bytes=100000-", "bytes=150000-"]


def test_a_server_without_ranges_begins_anew(server, tmp_path):
    server.break_after, server.knows_ranges = [100_000], False
    target = download(server.url, tmp_path / "a.bin", digest=MD5, size=None, ctx=JobContext())
    assert target.read_bytes() == CONTENT
    assert server.requests == ["", "bytes=100000-"]


def test_a_connection_that_never_gets_further_is_given_up_and_kept_for_the_next_try(server, tmp_path):
    server.break_after = [100_000] + [0] * module.TRIES
    target = tmp_path / "a.bin"
    with pytest.raises(FileError, match=r"100,000 of 300,000 bytes .* kept"):
        download(server.url, target, digest=MD5, size=len(CONTENT), ctx=JobContext())
    assert not target.exists()
    assert partial_bytes(target, MD5) == 100_000
    download(server.url, target, digest=MD5, size=len(CONTENT), ctx=JobContext())
    assert server.requests[-1] == "bytes=100000-"
    assert target.read_bytes() == CONTENT
    assert partial_bytes(target, MD5) == 0


def test_a_file_with_another_hash_is_deleted_and_refused(server, tmp_path):
    server.content = CONTENT[:-1] + b"?"
    with pytest.raises(FileError, match="hash differs"):
        download(server.url, tmp_path / "a.bin", digest=SHA256, size=len(CONTENT), ctx=JobContext())
    assert names(tmp_path) == []
    assert len(server.requests) == 1


def test_a_resumed_file_with_another_hash_is_fetched_once_more_from_the_beginning(server, tmp_path):
    target = tmp_path / "a.bin"
    part = tmp_path / f".a.bin.{MD5[4:12]}.part"
    part.write_bytes(b"an older version" * 100)
    download(server.url, target, digest=MD5, size=len(CONTENT), ctx=JobContext())
    assert target.read_bytes() == CONTENT
    assert server.requests == ["bytes=1600-", ""]


@pytest.mark.parametrize("length", [300_000, 400_000])
def test_a_part_that_is_as_long_as_the_file_or_longer_is_checked_and_begun_anew(server, tmp_path, length):
    (tmp_path / f".a.bin.{MD5[4:12]}.part").write_bytes(b"x" * length)
    for size in (None, len(CONTENT)):
        target = download(server.url, tmp_path / "a.bin", digest=MD5, size=size, ctx=JobContext())
        assert target.read_bytes() == CONTENT


def test_a_server_that_announces_another_size_is_refused_before_the_first_byte(server, tmp_path):
    with pytest.raises(FileError, match=r"300,000 bytes; a\.bin has 299,999"):
        download(server.url, tmp_path / "a.bin", digest=MD5, size=299_999, ctx=JobContext())
    assert names(tmp_path) == []


def test_an_error_of_the_server_that_may_pass_is_tried_again(server, tmp_path):
    server.status = [503, 500]
    download(server.url, tmp_path / "a.bin", digest=MD5, size=None, ctx=JobContext())
    assert len(server.requests) == 3


def test_a_missing_file_is_named_with_its_code_and_not_tried_again(server, tmp_path):
    server.status = [404]
    with pytest.raises(FileError, match=r"error 404 \(Not Found\)"):
        download(server.url, tmp_path / "a.bin", digest=MD5, size=None, ctx=JobContext())
    assert len(server.requests) == 1


def test_a_redirect_without_encryption_is_refused(server, tmp_path):
    server.redirect = "http://127.0.0.1:1/elsewhere"
    with pytest.raises(FileError, match="not encrypted"):
        download(server.url, tmp_path / "a.bin", digest=MD5, size=None, ctx=JobContext())


@pytest.mark.parametrize("place", ["file:///etc/passwd", "ftp://x.org/a", "http://x.org/a"])
def test_redirects_lead_to_https_only(place):
    import urllib.request

    request = urllib.request.Request("https://x.org/b")
    with pytest.raises(UnsafeRedirect):
        _SafeRedirects().redirect_request(request, None, 302, "Found", {}, place)
    followed = _SafeRedirects().redirect_request(request, None, 302, "Found", {}, "https://y.org/c")
    assert followed is not None
    assert followed.full_url == "https://y.org/c"


def test_no_server_at_all_is_said_in_words(tmp_path):
    with pytest.raises(FileError, match="can't be reached") as caught:
        download("http://127.0.0.1:1/a", tmp_path / "a.bin", digest=MD5, size=None, ctx=JobContext())
    assert "connection to the internet" in caught.value.hint


def test_other_schemes_are_refused(tmp_path):
    with pytest.raises(FileError, match="not an address on the web"):
        download("file:///etc/passwd", tmp_path / "a.bin", digest=MD5, size=None, ctx=JobContext())


def test_cancelling_a_silent_connection_acts_within_a_second_and_keeps_what_came(server, tmp_path):
    server.gate = threading.Event()
    target, ctx, ended = tmp_path / "a.bin", JobContext(), []

    def work():
        try:
            download(server.url, target, digest=MD5, size=len(CONTENT), ctx=ctx)
        except Cancelled as error:
            ended.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    deadline_s = time.monotonic() + 5
    while partial_bytes(target, MD5) < 65_536 and time.monotonic() < deadline_s:
        threading.Event().wait(0.01)
    begun_s = time.monotonic()
    ctx.cancel()
    thread.join(5)
    assert time.monotonic() - begun_s < 1
    assert len(ended) == 1
    assert not target.exists()
    server.gate.set()
    server.gate = None
    download(server.url, target, digest=MD5, size=len(CONTENT), ctx=JobContext())
    assert target.read_bytes() == CONTENT
    assert server.requests[-1].startswith("bytes=")


def test_too_little_room_on_the_disk_is_said_before_the_first_byte(server, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SPARE_BYTES", 10**18)
    with pytest.raises(FileError, match="MB are free"):
        download(server.url, tmp_path / "a.bin", digest=MD5, size=None, ctx=JobContext())


@pytest.mark.parametrize("digest", ["", "md5:12", "crc:00000000", "sha256:" + "0" * 7])
def test_a_hash_of_another_form_is_a_fault_of_the_caller(tmp_path, digest):
    with pytest.raises(ValueError, match="hash"):
        download("http://127.0.0.1:1", tmp_path / "a", digest=digest, size=None, ctx=JobContext())
