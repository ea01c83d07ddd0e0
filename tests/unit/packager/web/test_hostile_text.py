"""Pages, styles and scripts written to make their reader hang.

Each text is a megabyte of something that begins and never ends: quadratic time would take many
minutes, which the time-out of every test turns into a failure.
"""

from __future__ import annotations

import pytest

from services.packager.project.html_page import read_page
from services.packager.web.html5.url_scanner import css_urls, js_urls

SIZE = 1 << 20
MARKUP = [
    "<", "<!", "<!--", "<?", "<![CDATA[", "<!doctype ", "</", "</a ", "<a ", "<a\n", '<a a="',
    "<a a='b' ", "<a =", "<script>", "<script></scrip", "<title>", '<style a="', "&", "&#", "<head",
]  # fmt: skip
CODE = [
    "import ", "import          ", "import {a,", "import a from ", "export from ", "from ", "new ",
    "new URL(", "fetch(", "fetch('a' ", "url(", "url( ", "@import ", "/*", "//", "`", "\\`",
    '"\\', '\\"', "'\n\\", "'\\\n",
]  # fmt: skip


@pytest.mark.parametrize("piece", MARKUP)
def test_any_page_is_read_in_linear_time(piece: str) -> None:
    """Broken markup costs no more than good markup."""
    read_page((piece * (SIZE // len(piece))).encode())


@pytest.mark.parametrize("start", ["", "`", '"', "'"])
@pytest.mark.parametrize("piece", CODE)
def test_any_script_or_style_is_read_in_linear_time(piece: str, start: str) -> None:
    """So does broken code, inside a string or outside."""
    text = start + piece * (SIZE // len(piece))
    for _ in js_urls(text):
        pass
    for _ in css_urls(text):
        pass
