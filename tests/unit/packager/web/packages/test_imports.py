"""What sources import is read off their text."""

from __future__ import annotations

import pytest

from services.packager.web.packages.imports import imports_of, package_of
from tests.projects import in_memory

SOURCES: dict[str, str | bytes] = {
    "src/a.ts": "import a from 'a'\nimport 'b/side.css'\nexport * from \"@s/c/deep\"\n",
    "src/b.js": "const d = require( 'd' ); await import(`e`); import {\n  x,\n} from 'f?raw'\n",
    "src/c.css": "@import url('g/style.css');\n@import \"h\";",
    "src/d.tsx": "/** @jsxImportSource @emotion/react */",
    "src/e.vue": "<script setup>import i from 'i'</script>",
    "page.html": '<script type="module">import j from "j"</script>',
    "src/none.ts": "import './x'; import '/y'; import '@/z'; import 'node:fs'; import '#in'",
    "src/far.ts": "import 'https://example.com/k.js'; import 'data:text/javascript,l'",
    "vite.config.ts": "import m from 'm'",
    "node_modules/n/index.js": "import 'n2'",
    "notes.md": "import 'o'",
    "other/p.ts": "import 'p'",
    "src/large.js": "import 'q'" + " " * (5 << 20),
    "src/bad.js": b"\xff\xfe import 'r'",
}


def test_all_ways_to_import() -> None:
    """Modules, styles and pages; no files, addresses, settings of tools, or packages' own."""
    files = {path: t if isinstance(t, bytes) else t.encode() for path, t in SOURCES.items()}
    react = {"react", "react-dom", "preact", "solid-js"}
    expected = {*"abdefghijpr", "@s/c", "@emotion/react", "vue", *react}
    assert imports_of(in_memory(files), "") == expected
    assert imports_of(in_memory(files), "other") == {"p"}


@pytest.mark.parametrize(
    ("specifier", "package"),
    [("three/addons/x.js", "three"), ("@a/b/c", "@a/b"), ("~bulma", "bulma"), ("..", ""), ("", "")],
)
def test_the_package_of_an_import(specifier: str, package: str) -> None:
    """Its name is one part, or two with a scope."""
    assert package_of(specifier) == package


def test_text_without_end_is_read_in_no_time() -> None:
    """Words that begin imports, and never end one."""
    text = b"import " * 200_000 + b"from(" * 200_000 + b'require("' * 100_000
    assert imports_of(in_memory({"a.js": text[: 4 << 20]}), "") == frozenset()
