"""Reading pages, and inserting into them without touching anything else."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.packager.project.html_page import insert, read_page

LINK = '<link rel="manifest" href="m">'


@pytest.mark.parametrize(
    ("page", "patched"),
    [
        ("<html><head><title>a</title></head><body>", "<html><head><title>a</title>@</head><body>"),
        ("<HTML><HEAD lang=de>\r\n<body>", "<HTML><HEAD lang=de>@\r\n<body>"),
        ("<!doctype html><html lang='en'><p>hi", "<!doctype html><html lang='en'>@<p>hi"),
        ("<!DOCTYPE html>\n<canvas></canvas>", "<!DOCTYPE html>@\n<canvas></canvas>"),
        ("<canvas></canvas>", "@<canvas></canvas>"),
        ("", "@"),
        ("<!-- <head></head> --><head><script>'</head'</script></head>",
         "<!-- <head></head> --><head><script>'</head'</script>@</head>"),
        ("<head><script>if (a < b && '<head>') {}</script>\n</head>",
         "<head><script>if (a < b && '<head>') {}</script>\n@</head>"),
        ('<head><meta content="a > b"></head>', '<head><meta content="a > b">@</head>'),
        ("<header></header>", "@<header></header>"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "latin-1", "utf-16-le", "utf-16-be"])
def test_only_the_insertion_changes(page: str, patched: str, codec: str) -> None:
    """Markup goes to the end of the head, or to its best place, in every encoding."""
    mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}.get(codec, b"")
    data = mark + page.encode(codec)
    expected = mark + patched.replace("@", LINK).encode(codec)
    assert insert(data, read_page(data), LINK) == expected


@pytest.mark.parametrize(
    "data", [b"\xff\xfe", b"\xff\xfe<", b"<head", b"</head>", b"<" * 5_000, bytes(range(256)) * 9]
)
def test_broken_pages_lose_nothing(data: bytes) -> None:
    """Whatever a page consists of, taking the insertion out again gives the page."""
    page = read_page(data)
    link = LINK.encode(page.codec)
    assert insert(data, page, LINK).replace(link, b"", 1) == data


def test_title_and_links_are_read() -> None:
    """The title is decoded, and the relations of all links are known."""
    page = read_page("<title>Müller &amp; Söhne</title><link rel='Shortcut ICON' href=a>".encode())
    assert page.title == "Müller & Söhne"
    assert page.link_rels == {"shortcut", "icon"}


@pytest.mark.parametrize(
    ("meta", "codec", "title"),
    [
        ("<meta charset=windows-1251>", "cp1251", "Привет"),
        ('<meta http-equiv=content-type content="text/html; Charset=EUC-KR">', "euc-kr", "안녕"),
        ("<meta charset=windows-1251>", "utf-8", "Привет"),  # it says so, and is not
        ("<meta charset=zip>", "latin-1", "Été"),
    ],
)
def test_a_title_in_an_older_encoding_is_read(meta: str, codec: str, title: str) -> None:
    """By the encoding that the page names; the game is called so in windows and files."""
    assert read_page(f"{meta}<title>{title}</title>".encode(codec)).title == title


@pytest.mark.parametrize("charset", [f"iso-8859-{n}" for n in range(20)] + ["koi8-u", "gb18030"])
def test_any_name_of_an_encoding_is_survived(charset: str) -> None:
    """Those that nobody knows stand for Latin-1."""
    read_page(f"<meta charset={charset}><title>\xff</title>".encode("latin-1"))


def test_an_svg_title_is_not_the_page_s() -> None:
    """The first title counts."""
    assert read_page(b"<title>Game</title><svg><title>Icon</title></svg>").title == "Game"


WORDS = [*"<>/=!-\"' \n", "head", "html", "script", "a=", "<!--", "-->", "<head>", "</head>"]


@given(st.lists(st.sampled_from(WORDS)))
def test_inserting_is_undone_by_removing(pieces: list[str]) -> None:
    """Whatever stands around it, the insertion is one piece and everything else is as it was."""
    data = "".join(pieces).encode()
    assert insert(data, read_page(data), LINK).replace(LINK.encode(), b"", 1) == data
