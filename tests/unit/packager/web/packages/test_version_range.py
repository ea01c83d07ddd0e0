"""Ranges mean what they mean to npm."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.packager.web.packages.version_range import Range, newest

NUMBERS = st.sampled_from(["0", "1", "2", "3", "10"])
PRERELEASES = st.sampled_from(["", "", "", "-0", "-alpha", "-alpha.1", "-beta.2", "-rc.10", "-1.a"])
VERSIONS = st.builds(
    lambda a, b, c, pre: f"{a}.{b}.{c}{pre}", NUMBERS, NUMBERS, NUMBERS, PRERELEASES
)
PARTIAL = st.one_of(
    VERSIONS,
    NUMBERS,
    st.builds(lambda a, b: f"{a}.{b}", NUMBERS, NUMBERS),
    st.builds(lambda a, x: f"{a}.{x}", NUMBERS, st.sampled_from(["x", "X", "*"])),
    st.builds(lambda a, b, x: f"{a}.{b}.{x}", NUMBERS, NUMBERS, st.sampled_from(["x", "*"])),
    st.sampled_from(["*", "x", ""]),
)
OPERATORS = st.sampled_from(["", "", "^", "~", ">=", "<", ">", "<=", "=", "^ ", ">= ", "~>", "v"])
COMPARATORS = st.lists(st.builds(str.__add__, OPERATORS, PARTIAL), min_size=1, max_size=3)
ONE = st.one_of(
    st.builds(" ".join, COMPARATORS), st.builds(lambda a, b: f"{a} - {b}", PARTIAL, PARTIAL)
)
RANGES = st.builds(str.join, st.sampled_from(["||", " || "]), st.lists(ONE, min_size=1, max_size=3))
ORACLE = """
const semver = require(process.argv[1])
const cases = JSON.parse(require('fs').readFileSync(0))
const answers = cases.map(([version, range]) => {
  try { return new semver.Range(range, true).test(version) } catch { return null }
})
console.log(JSON.stringify(answers))
"""


def _npm_semver() -> Path | None:
    npm = shutil.which("npm")
    if npm is None:
        return None
    folder = Path(npm).resolve().parents[1] / "node_modules/semver"
    return folder if folder.is_dir() else None


@pytest.mark.skipif(_npm_semver() is None, reason="no npm, whose own semver is asked")
@settings(deadline=None, max_examples=12, phases=(Phase.generate,))  # each example asks node
@given(st.lists(st.tuples(VERSIONS, RANGES), min_size=100, max_size=200))
def test_ranges_hold_what_npm_says(cases: list[tuple[str, str]]) -> None:
    """Hundreds of made-up ranges; where npm takes none for a range, nothing is promised.

    Nor is it for pre-releases where several comparators have to hold: npm ends ``1.0.x`` before
    ``1.1.0-0``, and the port before ``1.1.0``, which differs if the other one lets ``1.1.0-rc`` in.
    """
    said = subprocess.run(
        ["node", "-e", ORACLE, str(_npm_semver())],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=True,
    )
    for (version, text), expected in zip(cases, json.loads(said.stdout), strict=True):
        several = any(" " in one.strip() for one in text.split("||"))
        if expected is not None and not ("-" in version and several):
            assert Range(text).holds(version) is expected, (version, text)


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("^1.2.0", "1.9.0"),
        ("~1.2.0", "1.2.7"),
        ("1.x || >=2.5.0-0 <3", "2.5.0-rc.1"),
        ("1.0.0 - 1.2", "1.2.7"),
        (" >=1.2.0   <1.9.0 ", "1.2.7"),
        ("*", "2.0.0"),
        ("", "2.0.0"),
        ("^3.0.0", None),
    ],
)
def test_the_newest_that_fits(text: str, best: str | None) -> None:
    """Pre-releases only where the range names one of the same version."""
    versions = ["1.0.0", "1.2.7", "1.9.0", "2.0.0", "2.5.0-rc.1", "junk"]
    assert Range(text).best(versions) == best


@pytest.mark.parametrize("text", ["latest", "a b", "1." * 200, " || " * 100, "git+ssh://x"])
def test_what_is_no_range(text: str) -> None:
    """Tags, addresses, and what nobody writes."""
    with pytest.raises(ValueError, match=r"range|long"):
        Range(text)


@given(st.text(alphabet=" .-|<>=~^*xv019a", max_size=300))
@settings(deadline=None)
def test_any_text_is_read_in_no_time(text: str) -> None:
    """Patterns that take quadratic time never see enough to take it."""
    started = time.process_time()
    for wild in (text, text * 20, " ".join(text)):
        try:
            Range(wild).holds("1.2.3")
        except ValueError:
            continue
    assert time.process_time() - started < 5


def test_the_newest() -> None:
    """By numbers, not by letters; what is no version does not count."""
    assert newest(["1.9.0", "1.10.0", "x", "1.10.0-rc.1"]) == "1.10.0"
    assert newest([]) is None
