"""Odd sites as one file: nothing outside is read, no name breaks out of the page."""

from __future__ import annotations

import base64
import json
import re
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from services.packager.web.aethel.findings import InvalidProjectError
from services.packager.web.single_file.site_files import MAX_PAGE_BYTES, MOST_PAGES
from tests.projects import build, request

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator
    from pathlib import Path

ARCHIVE = re.compile(r'<script type="application/json" id="aethel-files">(.*?)</script>', re.DOTALL)
ODD_NAMES = (
    "a</script><script>alert(1)</script>.txt".replace("/", "_"),
    "<!--.js",
    "ä 'quoted' & é.json",
    "percent%2f%00.png",
    "__proto__",
    "constructor",
    "deep/" * 20 + "x.bin",
)
SECRET = "what nobody may read"


def one_file(files: dict[str, bytes]) -> str:
    """The page as text."""
    return build(files, request("web", format="single-file")).data.decode()


def unpacked(page: str) -> dict[str, bytes]:
    """What its archive holds, as another reader sees it."""
    found = ARCHIVE.search(page)
    assert found
    archive: dict[str, list[Any]] = json.loads(found[1])
    return {
        name: zlib.decompress(base64.b64decode(data), -15) if packed else base64.b64decode(data)
        for name, (_, data, *packed) in archive.items()
    }


def test_files_come_back_whatever_they_are_called(
    rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """Byte by byte, and only the page's own two scripts stand outside of the archive."""
    harmless = one_file({"index.html": b"<!doctype html><p>here"})
    for _ in rounds(3):
        names = rng.sample(ODD_NAMES, 4)
        files = {name: rng.randbytes(rng.randint(0, 3_000)) for name in names}
        files["text.txt"] = b"</script><script>alert(2)</script><!--" * rng.randint(1, 50)
        page = one_file({"index.html": b"<!doctype html><p>here", **files})
        found = unpacked(page)
        assert {name: found[name] for name in files} == files
        assert page.count("</script>") == 2
        assert page.count("<script") == harmless.count("<script")


@pytest.mark.parametrize(
    "statement",
    [
        "import '{path}'",
        "import x from '{ups}{path}'",
        "export * from './a/../{ups}{path}'",
        "import '{ups}{path}?raw'",
        "import('{ups}{path}')",
        "import(`{ups}{path}${{Date.now()}}`)",
        "import text from '{ups}{path}' with {{ type: 'text' }}",
        "new URL('{ups}{path}', import.meta.url)",
        "import 'data:text/javascript;base64,aW1wb3J0ICcvZXRjL3Bhc3N3ZCc7'",
        "//# sourceMappingURL=file://{path}",
    ],
)
@pytest.mark.parametrize("where", ["main.js", "inline", "worker.js"])
def test_no_module_reads_outside_of_the_game(tmp_path: Path, statement: str, where: str) -> None:
    """By whatever import; the page says no word of what lies there."""
    outside = tmp_path / "secret.js"
    outside.write_text(f"export default {SECRET!r};")
    hostile = statement.format(path=outside, ups="../" * 30 + ".").replace("/./", "/")
    hostile = hostile.replace("..//", "../")
    source = f"{hostile};\nexport const n = 1;\n"
    files = {
        "index.html": b"<!doctype html><p>here<script type=module src=main.js></script>",
        "main.js": b"new Worker(new URL('./worker.js', import.meta.url), {type: 'module'});",
        "worker.js": b"export {};",
    }
    if where == "inline":
        files["index.html"] += f"<script type=module>{source}</script>".encode()
    else:
        files[where] += b"\n" + source.encode()
    try:
        told = b"".join(unpacked(one_file(files)).values())
    except InvalidProjectError as error:
        told = str(error).encode()
    assert SECRET.encode() not in told


def test_pages_that_nobody_looks_into_are_told() -> None:
    """They are in the file; of too many, or too large ones, there is a word."""
    huge = b"<!doctype html><p>on" + b" " * MAX_PAGE_BYTES
    others = {f"pages/{n:02}.html": b"<p>on" for n in range(MOST_PAGES + 2)}
    files = {"index.html": b"<!doctype html><p>here", "huge.html": huge, **others}
    built = build(files, request("web", format="single-file", compression="lz4"))
    assert unpacked(built.data.decode()).keys() >= files.keys()
    (told,) = (note for note in built.plan.notes if note.level == "warning")
    assert str(told).startswith(f"pages/{MOST_PAGES}.html: and 2 more pages: is not looked into")


def test_what_is_stored_and_what_is_packed_is_the_same() -> None:
    """The option ``compression`` has its effect here as in archives."""
    files = {"index.html": b"<!doctype html><p>here", "words.txt": b"words and words " * 500}
    sizes = []
    for compression in ("none", "lz4", "zstd"):
        built = build(files, request("web", format="single-file", compression=compression))
        assert unpacked(built.data.decode())["words.txt"] == files["words.txt"]
        sizes.append(len(built.data))
    assert sizes[0] > sizes[1] >= sizes[2]


@pytest.mark.parametrize("base", ["../../../x/", "./../..//", "..", "/etc/", "%2e%2e/%2e%2e/"])
def test_no_base_leads_outside(base: str) -> None:
    """What a page with such a base names is not there, and nothing is written anywhere else."""
    page = f'<!doctype html><base href="{base}"><p>here<script type=module>export {{}}</script>'
    assert unpacked(one_file({"index.html": page.encode()})).keys() >= {"index.html"}


@pytest.mark.parametrize("broken", ["import from 1", "import './gone.js'", "const n: number = 1;"])
def test_modules_that_cannot_be_bundled_are_named(broken: str) -> None:
    """By file and line: one file has no second chance to load them."""
    files = {
        "index.html": b"<!doctype html><p>here<script type=module src=js/main.js></script>",
        "js/main.js": b"import './part.js';",
        "js/part.js": f"\n{broken}\n".encode(),
    }
    with pytest.raises(InvalidProjectError, match=r"js/part\.js:2:"):
        one_file(files)


@pytest.mark.parametrize(
    ("policy", "meant"),
    [
        ("default-src 'self'", "default-src 'unsafe-inline' data: blob:"),
        ("script-src 'self' 'nonce-x' 'wasm-unsafe-eval'", "script-src 'unsafe-inline' 'wasm-un"),
        ("img-src 'self' https://cdn.example; frame-ancestors 'none'", "img-src data: blob: http"),
        ("worker-src 'self'", "worker-src data: blob:"),
    ],
)
def test_a_page_keeps_its_policy(policy: str, meant: str) -> None:
    """Its own host is the page itself now; nothing else becomes wider."""
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    page = one_file({"index.html": f"<!doctype html>{head}<p>here".encode()})
    written = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert written
    assert written[1].replace("&#x27;", "'").startswith(meant)
    assert "frame-ancestors" not in written[1]
