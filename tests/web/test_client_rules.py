"""The client package holds the gateway's rules: compared on thousands of made-up names."""

from __future__ import annotations

import base64
import fnmatch
import hashlib
import io
import json
import random
import re
import sys
import tarfile
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest

from shared.domain.ignore_patterns import IgnoreFileError, read_patterns
from shared.domain.paths import check_path, check_paths
from shared.domain.private_files import HomeRule
from shared.domain.secret_scanner import scan
from shared.errors import PathError
from tests.e2e.test_migration import NAMES
from tests.unit.shared.domain.test_private_files import CLUTTER_NAMES, ORDINARY, SECRET_NAMES
from tests.web.conftest import NODE_TESTS, run_node

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("client_dist")
LETTERS = [
    *"abcABC01.-_ ~()[]{}^$*?!#@&+,;=%'\"<>:|\\\t\n\x7f\x00",
    *"äÄößẞıİſΣςσµéＡ한\u0301\u00a0\u200b\u200c\u200d\u202e\u2028\ufeff\u115f\u3164\u1820\u180b",
    *"\U0001f469\U0001f680\U0001f3f4\U000e0067\U000e0062\U000e007f\ufe0f\ufffe\U0001ffff",
]
NAME_PARTS = [*NAMES, *SECRET_NAMES, *CLUTTER_NAMES, *ORDINARY, "node_modules", "con", "x" * 200]


def asked(question: str, given: Any) -> Any:
    """What the package says."""
    return json.loads(run_node(str(NODE_TESTS / "rules.mjs"), given=json.dumps([question, given])))


def refuses(check: Callable[[Any], object], given: Any) -> bool:
    """Whether a check refuses what it is given."""
    try:
        check(given)
    except PathError:
        return True
    return False


def some_name(rng: random.Random) -> str:
    """A name as nobody would write it, or one that a rule is about."""
    if rng.random() < 0.3:
        name = rng.choice(NAME_PARTS)
        return rng.choice([name, name.upper(), name.swapcase(), f"x{name}", f"{name}.x"])
    return "".join(rng.choices(LETTERS, k=rng.choice([0, 1, 2, 3, 3, 4, 9])))


def some_path(rng: random.Random) -> str:
    """Of several names."""
    return "/".join(some_name(rng) for _ in range(rng.choice([1, 1, 2, 3, 3, 5])))


def test_the_same_paths_are_refused() -> None:
    """No more and no fewer."""
    rng = random.Random(1)
    paths = [*NAMES, *(some_path(rng) for _ in range(8_000))]
    paths = [path for path in paths if not is_newer_than_python(path)]
    expected = [refuses(check_path, path) for path in paths]
    assert 0.2 < sum(expected) / len(paths) < 0.95
    assert dict(zip(paths, asked("paths", paths), strict=True)) == dict(
        zip(paths, expected, strict=True)
    )


def is_newer_than_python(text: str) -> bool:
    """Letters that this Python's Unicode does not know yet may have other forms elsewhere."""
    return any(unicodedata.category(letter) == "Cn" and ord(letter) < 0xFFFE for letter in text)


def test_the_same_collisions_are_found() -> None:
    """Two that differ only in case, files that are folders, too."""
    rng = random.Random(2)
    names = ["a", "A", "b", "ab", "ä", "Ä", "ß", "ss", "SS", "ẞ", "\u03c3", "ς", "Σ", "\u0131", "i"]
    projects = [
        [
            "/".join(rng.choices(names, k=rng.choice([1, 2, 2, 3])))
            for _ in range(rng.choice([2, 3]))
        ]
        for _ in range(8_000)
    ]
    expected = [refuses(check_paths, paths) for paths in projects]
    assert 0.05 < sum(expected) / len(projects) < 0.95
    assert asked("projects", projects) == expected


def test_case_counts_for_nothing_in_the_same_letters() -> None:
    """Of all letters that this Python's Unicode knows, those are one that are one there."""
    letters = [
        letter
        for letter in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(letter) not in {"Cn", "Cs", "Co"}
    ]
    folded = dict(zip(letters, asked("folds", letters), strict=True))
    here: dict[str, set[str]] = {}
    for letter in letters:
        here.setdefault(unicodedata.normalize("NFC", letter.casefold()), set()).add(folded[letter])
    assert {key: found for key, found in here.items() if len(found) > 1} == {}


def test_the_same_names_fit_a_glob() -> None:
    """As ``fnmatch`` reads it: sets, ranges, negations, brackets that never close."""
    rng = random.Random(3)
    letters = [*"aabbc-.![]]*?*^\\", "ä", "\U0001f680"]

    def some(most: int) -> str:
        return "".join(rng.choices(letters, k=rng.randrange(most)))

    pairs = [(some(8), some(5)) for _ in range(8_000)]
    expected = [re.match(fnmatch.translate(glob), name) is not None for glob, name in pairs]
    assert sum(expected) > 200
    assert dict(zip(pairs, asked("globs", pairs), strict=True)) == dict(
        zip(pairs, expected, strict=True)
    )


def test_a_hostile_glob_takes_no_time() -> None:
    """Many stars, and a name that fits to its last letter."""
    assert asked("globs", [["*a" * 100 + "b", "a" * 20_000]]) == [False]


PATTERNS = [
    *("*.txt", "!*.txt", "/a", "a/", "!a/", "a/**", "**/a", "a/**/b", "!.env", "!.env.production"),
    *(
        "!*",
        "*",
        "!node_modules/",
        "!a/.env",
        "# note",
        "\\#a",
        "\\!a",
        "a\\ ",
        "a ",
        "[ab]*",
        "[^a]",
    ),
    *("[!a]?", "a//b", "/", "", "\ufeffa", "A", "!id_rsa", "!keys/*.pem", "/**/b/", "**"),
    "!**",
]
PATHS_AT_HOME = [
    *SECRET_NAMES,
    *CLUTTER_NAMES,
    *ORDINARY,
    *("a", "b", "a/b", "a/b/c", "a.txt", "b/a.txt", "a/.env", ".ENV.Production", "keys/x.pem"),
    *("node_modules/x/index.js", "a/node_modules/x", "#a", "!a", "a ", "Ä/a", "x/" * 40 + ".env"),
]


def test_the_same_files_stay_at_home() -> None:
    """By names and by lines of ``.aethelignore``; those are asked for that a line names."""
    rng = random.Random(4)
    cases = [
        {
            "lines": base64.b64encode(
                "\n".join(rng.choices(PATTERNS, k=rng.randrange(7))).encode()
            ).decode(),
            "paths": rng.sample(PATHS_AT_HOME, 25),
        }
        for _ in range(600)
    ]
    assert asked("home", cases) == [expected_at_home(case) for case in cases]


def expected_at_home(case: dict[str, Any]) -> Any:
    """What the gateway's rule says."""
    try:
        rule = HomeRule(read_patterns(base64.b64decode(case["lines"])))
    except IgnoreFileError as error:
        return error.code
    judged = []
    for path in case["paths"]:
        found = rule.stays_home(path)
        asked_for = rule.asks_for(path)
        judged.append(
            {
                "code": found.kind if found else None,
                "path": found.path if found else None,
                "asked": asked_for,
            }
        )
    return judged


def test_the_same_ignore_files_are_refused() -> None:
    """Other encodings than UTF-8 and marked UTF-16, NUL bytes, too much of it."""
    files = [
        *(b"\xff", b"a\x00b", b"a" * (64 << 10), b"a" * ((64 << 10) + 1), b"\n" * 2_000),
        *("ä\n".encode("utf-16"), "ä".encode("utf-16-le"), b"\xef\xbb\xbfa", b"a\n" * 1_001),
        *("ä\n".encode("latin1"), b"\xff\xfea", "a\n".encode("utf-16-be"), b"\xfe\xff\x00a\x00\n"),
    ]
    cases = [{"lines": base64.b64encode(data).decode(), "paths": ["a", "ä", "b"]} for data in files]
    assert asked("home", cases) == [expected_at_home(case) for case in cases]


KEY = b"-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7bq\n-----END RSA PRIVATE KEY-----\n"
SECRETS = [
    *(
        KEY,
        KEY.replace(b"\n", b"\\n"),
        KEY.replace(b"\n", b'",\n  "'),
        b"-----BEGIN PRIVATE KEY-----",
    ),
    *(
        b"-----BEGIN CERTIFICATE-----",
        b"-----BEGIN PUBLIC KEY-----",
        b"the words PRIVATE KEY alone",
    ),
    b'{"type": "service_account", "private_key": "x"}',
    b"AKIAABCDEFGHIJKLMNOP wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYab",
    *(b"ghp_" + b"aB3d" * 9, b"ghp_" + b"x" * 36, b"github_pat_" + b"aB3_" * 11),
    *(
        b"glpat-" + b"aB3-" * 6,
        b"npm_" + b"aB3d" * 9,
        b"sk_live_" + b"aB3d" * 6,
        b"xGOCSPX-" + b"ab3-" * 7,
    ),
    *(b"GOCSPX-" + b"ab3-" * 7, b"xoxb-12345678-" + b"aB3d" * 5),
    b"sk-ant-" + b"aB3-" * 9,
]


def test_the_same_secrets_are_found() -> None:
    """Wherever the blocks are cut, in UTF-16, too, and in no binary file."""
    rng = random.Random(5)
    names = ["a.txt", "a.pem", "KEY.key", "a.png", ".aethelignore", "a"]
    files = []
    for _ in range(1_500):
        noise = rng.choice([b"", b" ", b"x", b"\n", b"\0", b"=" * 5_000])
        data = noise + rng.choice(SECRETS) + rng.choice([b"", b"\n", b"x", b"\0"])
        if rng.random() < 0.15:
            data = data.decode("latin1").encode("utf-16")
        cut = rng.randrange(len(data) + 1)
        files.append((rng.choice(names), [data[:cut], data[cut:]]))
    given = [
        {"path": path, "blocks": [base64.b64encode(block).decode() for block in blocks]}
        for path, blocks in files
    ]
    expected = [found.found if (found := scan(path, blocks)) else None for path, blocks in files]
    assert len({*expected}) > 8
    assert asked("secrets", given) == expected


def test_packs_are_what_tar_reads() -> None:
    """Python's own tarfile finds every blob under its hash."""
    rng = random.Random(6)
    contents = [rng.randbytes(size) for size in (0, 1, 511, 512, 513, 70_000)]
    packed = asked("tar", [base64.b64encode(content).decode() for content in contents])
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(packed)), mode="r:") as tar:
        found = {entry.name: _bytes_in(tar, entry) for entry in tar}
    assert found == {hashlib.sha256(content).hexdigest(): content for content in contents}


def _bytes_in(tar: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    assert entry.isreg()
    file = tar.extractfile(entry)
    assert file is not None
    return file.read()
