"""The Android runtime's answers to requests, by the very class files that become its dex."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from services.packager.web.aethel.reference_check import SUFFIXES
from shared.domain.media_types import media_type_of
from tests.phones.android_java import ORIGIN, SCRIPT, TAG, Asking
from tests.phones.conftest import PAGE

if TYPE_CHECKING:
    from pathlib import Path

DIGITS = bytes(range(256)) * 40
OWN_PAGE = {"Aethel-Page": "1", "Referer": f"{ORIGIN}/index.html"}
READERS = ("plain", "web view")
OTHER = "application/octet-stream"


def expected(header: str, data: bytes) -> tuple[int, bytes, str | None]:
    """Status, body and Content-Range by RFC 9110: a reading of its own."""
    found = re.fullmatch(r"bytes=([0-9]*)-([0-9]*)", header)
    if found is None or found.group(0) == "bytes=-":
        return 200, data, None
    first, last = found.groups()
    if not first:
        start, end = max(0, len(data) - int(last)), len(data)
    else:
        start, end = int(first), min(int(last) + 1 if last else len(data), len(data))
        if last and int(last) < int(first):
            return 200, data, None
    if start >= len(data) or (not first and int(last) == 0):
        return 416, b"", f"bytes */{len(data)}"
    return 206, data[start:end], f"bytes {start}-{end - 1}/{len(data)}"


def ranges() -> list[str]:
    """Ranges of all kinds, and what is none."""
    odd = [
        *("bytes=0-0", "bytes=-1", "bytes=-0", "bytes=0-", "bytes=10239-", "bytes=10240-"),
        *("bytes=5-4", "bytes=", "bytes=-", "bytes=a-b", "bytes=1-2,4-5", "bytes 1-2", "items=1-2"),
        *(
            "bytes=99999999999999999999-",
            "bytes=0-99999999999999999999",
            "bytes=1--2",
            "bytes=+1-2",
        ),
        *("bytes=-99999999999999999999", "bytes=0x1-2", "", "bytes=\u0661-\u0662"),
    ]
    chance = random.Random(16)
    edges = [0, 1, 2, 255, 256, 10238, 10239, 10240, 10241, 20000]
    for _ in range(120):
        first, last = chance.choice(edges), chance.choice(edges)
        odd.append(chance.choice([f"bytes={first}-{last}", f"bytes={first}-", f"bytes=-{last}"]))
    return odd


@pytest.mark.parametrize("path", ["digits.bin", "one.bin", "empty.bin"])
def test_ranges_are_as_the_standard_says(asking: Asking, game_folder: Path, path: str) -> None:
    """Any range of a file, for a reader of HTTP."""
    data = (game_folder / path).read_bytes()
    for header in ranges():
        answer = asking.get(f"/{path}", {"Range": header})
        told = answer.status, answer.body, answer.headers.get("Content-Range")
        assert told == expected(header, data), header
        assert answer.length == len(answer.body)


@pytest.mark.parametrize("path", ["digits.bin", "one.bin"])
def test_a_web_view_gets_the_same_bytes(asking: Asking, game_folder: Path, path: str) -> None:
    """It skips to the range itself, in the stream that it gets, and tells the page its length."""
    data = (game_folder / path).read_bytes()
    for header in ranges():
        status, body, part = expected(header, data)
        if status == 200 and header not in {"", "bytes=1-2,4-5"}:
            continue  # the web view refuses these before it asks anybody
        if len(re.sub(r"\D", "", header)) > 18:
            continue
        answer = asking.get(f"/{path}", {"Range": header} if header else {}, reader="web view")
        told = answer.status, answer.body, answer.headers.get("Content-Range")
        assert told == (status, body, part), header
        assert answer.length == len(body), header


def test_a_condition_on_a_range_cannot_be_met(asking: Asking) -> None:
    """No answer has a validator that If-Range could repeat."""
    answer = asking.get("/digits.bin", {"range": "bytes=1-2", "if-range": '"x"'})
    assert (answer.status, answer.body) == (200, DIGITS)


@pytest.mark.parametrize("reader", READERS)
def test_head_tells_the_length_alone(asking: Asking, reader: str) -> None:
    """A whole file has as many bytes as a GET would bring, and a HEAD none."""
    whole = asking.get("/digits.bin", reader=reader)
    head = asking.get(
        "/digits.bin", {"Range": "bytes=1-2"} if reader == "plain" else {}, method="HEAD"
    )
    assert (whole.length, whole.body) == (10240, DIGITS)
    assert (head.status, head.length, head.body) == (200, 10240, b"")
    assert asking.get("/digits.bin", method="HEAD", reader=reader).length == 10240
    assert whole.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST", "OPTIONS", "PATCH", "get", ""])
def test_files_are_only_read(asking: Asking, method: str) -> None:
    """Any other method is refused, naming those that are not."""
    answer = asking.get("/digits.bin", method=method)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("target", "body"),
    [
        ("/digits.bin?v=1#x", DIGITS),
        ("/a%20b+c&d=e;f%23g%3Fh%25.txt", b"odd"),
        ("/" + quote("caf\u00e9.txt"), b"composed"),
        ("/" + quote("cafe\u0301.txt"), b"composed"),
        ("/" + quote("na\u00efve.txt"), b"decomposed"),
        ("/" + quote("nai\u0308ve.txt"), b"decomposed"),
        ("/\U0001f600.txt", b"emoji"),
        ("/%F0%9F%98%80.txt", b"emoji"),
        ("/..dots.txt", b"dots"),
    ],
)
def test_names_of_any_kind_are_found(asking: Asking, target: str, body: bytes) -> None:
    """Encoded or not, with a query, in either of the forms that Unicode has."""
    assert asking.get(target).body == body


@pytest.mark.parametrize("target", ["/", "/index.html", "/levels/", "/?x", "/#y", "/levels/?x"])
def test_a_folder_stands_for_its_page(asking: Asking, target: str) -> None:
    """As on the web."""
    answer = asking.get(target)
    assert (answer.status, answer.type) == (200, "text/html")
    assert answer.body.startswith(b"<!doctype html>")


HOSTILE = [
    *("/../outside.txt", "/%2e%2e/outside.txt", "/levels/../../outside.txt", "/..", "/levels/.."),
    *(
        "/..%2foutside.txt",
        "/%2e%2e%5coutside.txt",
        "/..\\outside.txt",
        "/./digits.bin",
        "/levels/.",
    ),
    *("/%00", "/digits.bin%00.txt", "/digits.bin%0a", "/%7f", "/%5cdigits.bin", "//etc/passwd"),
    *("/%2fetc/passwd", "/%", "/%2", "/%zz", "/%ff%fe", "/%c0%ae%c0%ae/outside.txt", "/%ed%a0%80"),
    *(f"/{'a' * 2000}", f"/{'%61' * 2000}", "digits.bin", "", "?", "/%c0%af", "/%252e%252e%2f/.."),
]


@pytest.mark.parametrize("target", HOSTILE)
def test_hostile_paths_are_refused(asking: Asking, target: str) -> None:
    """Nothing outside of the game can be named, in whatever spelling."""
    for reader in READERS:
        answer = asking.get(target, reader=reader)
        assert (answer.status, answer.body) == (400, b""), target


@pytest.mark.parametrize(
    "target", ["/none", "/levels", "/LEVELS/", "/Digits.bin", "/a//b", "/.aethel/x"]
)
def test_what_is_not_there_is_not_found(asking: Asking, target: str) -> None:
    """Also with a Range, which a web view skips to before it looks at the answer."""
    for headers in ({}, {"Range": "bytes=100-"}):
        for reader in READERS:
            answer = asking.get(target, headers, reader=reader)
            assert (answer.status, answer.body, answer.length) == (404, b"", 0)


def test_any_address_gets_an_answer(asking: Asking) -> None:
    """No sequence of characters brings an error of the server, or a byte from outside."""
    chance = random.Random(24)
    parts = [
        "/",
        "..",
        ".",
        "%2e",
        "%2F",
        "%00",
        "\\",
        "a",
        "%",
        "%c3%a9",
        "\u00e9",
        "?",
        "#",
        ":",
        "~",
    ]
    for _ in range(500):
        target = "/" + "".join(chance.choices(parts, k=chance.randint(0, 12)))
        answer = asking.get(target)
        assert answer.status in {200, 400, 404}, target
        assert b"secret" not in answer.body, target


def test_types_are_those_of_the_web_player(asking: Asking, game_folder: Path) -> None:
    """Whatever a player loads has the type that hosts on the web give it."""
    played = {
        suffix for kind in SUFFIXES.values() for suffix in kind if media_type_of(suffix) != OTHER
    }
    of_pages = {".html", ".htm", ".js", ".mjs", ".css", ".wasm", ".json", ".webmanifest", ".map"}
    texts = {
        ".txt",
        ".csv",
        ".xml",
        ".svg",
        ".vtt",
        ".ico",
        ".woff",
        ".woff2",
        ".ttf",
        ".otf",
        ".pdf",
    }
    suffixes = played | of_pages | texts
    for suffix in sorted(suffixes):
        for name in (f"type{suffix}", f"TYPE{suffix.upper()}"):
            (game_folder / name).write_bytes(b"x")
            known = {".map": "application/json"}.get(suffix) or media_type_of(name)
            assert asking.get(f"/{name}").type == known, name
    assert asking.get("/digits.bin").type == OTHER
    assert asking.get("/x.JS").charset == "utf-8"
    (game_folder / "unpacked.wasm.br").write_bytes(b"x")
    assert asking.get("/unpacked.wasm.br").type == "application/wasm"
    for name in ("nothing", ".js.d", "js", "a.constructor", "a.aac;b", "a.", "a.aac=audio"):
        (game_folder / name).write_bytes(b"x")
        assert asking.get(f"/{name}").type == OTHER, name


def test_every_answer_is_the_games_own(asking: Asking) -> None:
    """None is kept for the next version, sniffed, or lent to another origin."""
    for target in ("/", "/digits.bin", "/none", "/%00", "/.aethel/runtime.js"):
        headers = asking.get(target).headers
        assert headers["Cache-Control"] == "no-cache"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Cross-Origin-Opener-Policy" not in headers


def test_an_isolated_game_may_share_memory(android_classes: str, game_folder: Path) -> None:
    """Its files come with the two headers that browsers ask for."""
    with Asking(android_classes, game_folder, kind="isolated") as isolated:
        for target in ("/", "/digits.bin", "/none"):
            headers = isolated.get(target).headers
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"


@pytest.mark.parametrize("reader", READERS)
def test_the_script_comes_first(asking: Asking, reader: str) -> None:
    """A page loads the runtime's script before its own, and finds it."""
    assert asking.get("/", reader=reader).body == PAGE.replace(b"<title>", f"{TAG}<title>".encode())
    script = asking.get("/.aethel/runtime.js", reader=reader)
    assert (script.body, script.type, script.charset) == (SCRIPT, "text/javascript", "utf-8")


def test_commands_come_from_the_games_pages_alone(asking: Asking) -> None:
    """A header that pages of other origins could send too is not enough: the page must be named."""
    target = "/.aethel/log?level=a%20b&text=x+y%26&level=z&bad=%ff"

    def ask(headers: dict[str, str]) -> tuple[bytes, str]:
        answer = asking.get(target, headers, method="POST")
        assert (answer.status, answer.type) == (200, "application/json")
        return answer.body, answer.commands

    done = (b'{"success":true}', "[log{level=z, text=x y&}]")
    refused = (b'{"success":false}', "[]")
    assert ask(OWN_PAGE) == done
    assert ask({"aethel-page": "1", "origin": ORIGIN}) == done
    assert ask({**OWN_PAGE, "Origin": ORIGIN}) == done
    for headers in (
        {},
        {"Aethel-Page": "1"},
        {"Referer": f"{ORIGIN}/"},
        {**OWN_PAGE, "Aethel-Page": "0"},
        {**OWN_PAGE, "Origin": "https://ads.example"},
        {**OWN_PAGE, "Origin": "null"},
        {**OWN_PAGE, "Referer": "https://ads.example/"},
        {**OWN_PAGE, "Referer": f"{ORIGIN}.example/"},
        {**OWN_PAGE, "Referer": f"{ORIGIN}@ads.example/"},
    ):
        assert ask(headers) == refused, headers
    assert asking.get("/.aethel/impossible", OWN_PAGE, method="POST").body == refused[0]
    assert asking.get("/.aethel/log?level=a", OWN_PAGE).status == 404
    assert asking.get("/.aethel/log", OWN_PAGE, method="PUT").status == 405
