from __future__ import annotations

from typing import Final

from shared.templates import BUILT

PAGE: Final = BUILT / "export-page"
CODE: Final = (".html", ".css", ".js")
MOST_BYTES: Final = 100_000
MOST_AT_ONCE_BYTES: Final = 75_000
LANGUAGE: Final = "portuguese-"  # what only its readers load
MOST_OF_A_LANGUAGE_BYTES: Final = 15_000


def sizes() -> dict[str, int]:
    """All of the page's code as it travels, by file."""
    return {
        path.name: path.with_name(f"{path.name}.br").stat().st_size
        for path in PAGE.rglob("*")
        if path.suffix in CODE
    }


def test_the_page_is_small() -> None:
    """All of its code, also what loads later: at most 100 kB, and 15 kB for another language."""
    of_language = {name: size for name, size in sizes().items() if name.startswith(LANGUAGE)}
    others = {name: size for name, size in sizes().items() if name not in of_language}
    assert len(of_language) == 1
    assert sum(of_language.values()) <= MOST_OF_A_LANGUAGE_BYTES, of_language
    assert sum(others.values()) <= MOST_BYTES, others


def test_the_page_begins_with_little() -> None:
    """What loads before anything is shown: at most 75 kB."""
    at_once = {name: size for name, size in sizes().items() if name.startswith("index")}
    assert at_once.keys() >= {"index.html"}
    assert sum(at_once.values()) <= MOST_AT_ONCE_BYTES, at_once
