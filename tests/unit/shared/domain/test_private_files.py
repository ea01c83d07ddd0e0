from __future__ import annotations

import base64
import random
import string

import pytest

from shared.domain.ignore_patterns import read_patterns
from shared.domain.private_files import HomeRule, Kind, is_environment
from shared.domain.secret_scanner import scan

BODY = base64.b64encode(bytes(range(48)))
SECRET_NAMES = [
    *(".env", ".env.local", ".env.production", ".npmrc", ".netrc", ".aws/credentials", ".ssh/x"),
    *("id_rsa", "id_ed25519", "store.p12", "release.keystore", "upload.jks", "credentials.json"),
    *("my-service-account.json", ".docker/config.json", ".git-credentials"),
]
CLUTTER_NAMES = [
    *(".git/config", ".git", ".svn/entries", ".hg/store", ".DS_Store", "Thumbs.db", "desktop.ini"),
    *("__MACOSX/x.png", "._hero.png", ".aethelignore"),
]
ORDINARY = [
    *("index.html", "keys.json", "environment.json", ".well-known/x", ".htaccess", "id_rsa.pub"),
    *("git/config", "my.env.js", "monkey.png", "env.json", "aws/credentials.txt", "gitlab.svg"),
    *("keyboard.js", "a.git.txt", ".gitignore", "thumbs/db.png", "credits.json"),
]


def _any_case(name: str, rng: random.Random) -> str:
    return "".join(rng.choice([letter.upper(), letter.lower()]) for letter in name)


@pytest.mark.parametrize(
    ("names", "kind"), [(SECRET_NAMES, Kind.SECRET), (CLUTTER_NAMES, Kind.CLUTTER)]
)
def test_what_stays_at_home_does_so_in_any_case_and_folder(names: list[str], kind: Kind) -> None:
    """By itself, in folders, in capitals."""
    rng = random.Random(3)
    for name in names:
        for path in (name, f"a/b/{name}", _any_case(name, rng), f"x/{_any_case(name, rng)}"):
            found = HomeRule().stays_home(path)
            assert found is not None, path
            assert found.kind is kind, path


@pytest.mark.parametrize("path", ORDINARY)
def test_what_only_resembles_it_goes(path: str) -> None:
    """No game loses a file for its name's sake."""
    assert HomeRule().stays_home(path) is None


def test_a_line_of_its_own_takes_a_secret_along() -> None:
    """``!*`` and the like do not, as who writes it thinks of other files."""
    for lines, goes in {
        "!.env.production": True,
        "!config/.env.production": True,
        "!.env*": True,
        "*\n!config/\n!config/.env.production": True,
        "!*": False,
        "!config/**": False,
        "!*.production": False,
        "!.env.production\n.env.production": False,
    }.items():
        rule = HomeRule(read_patterns(lines.encode()))
        assert (rule.stays_home("config/.env.production") is None) is goes, lines
    everything = HomeRule(read_patterns(b"!*\n!.git/\n!node_modules"))
    assert everything.stays_home(".git/config")
    assert everything.stays_home("node_modules/a/x.js") is None


def test_the_remedy_that_is_told_is_one() -> None:
    """The line that a warning names, put into the file, takes the very file along."""
    for path in (*SECRET_NAMES, "node_modules/a.js", "odd [1] names/.env", "a/[x].p12", "#/.env"):
        found = HomeRule().stays_home(path)
        assert found is not None
        line = found.reason.partition("a line ")[2].partition(" in .aethelignore")[0]
        assert HomeRule(read_patterns(line.encode())).stays_home(path) is None, line


def test_names_that_deceive_are_shown_in_ascii() -> None:
    """A warning is read by people."""
    found = HomeRule().stays_home("a\u202eb\x1b/.env")
    assert str(found).startswith(r"'a\u202eb\x1b/.env' looks like a secret")


def test_the_longest_names_take_no_time_and_room() -> None:
    """A ZIP may hold names of 64 KiB with a folder at every other letter."""
    rule = HomeRule()
    for count in range(100):
        rule.stays_home(f"{count}/" * 8_000)
        rule.stays_home(f"{count}" * 32_000)
    assert sum(map(len, rule._folders)) < 1_000_000


def test_environments_are_known_by_name() -> None:
    """What builds read and no export ships."""
    assert is_environment("a/.env.production")
    assert is_environment(".ENV")
    assert not is_environment("a/env.js")


SECRETS = {
    "a private key": [
        b"-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n" % BODY,
        b"x\r\n-----BEGIN RSA PRIVATE KEY-----\r\nProc-Type: 4,ENCRYPTED\r\n",
        b"-----BEGIN OPENSSH PRIVATE KEY-----\n",
        b"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n%s" % BODY,
        b'{"key": "-----BEGIN EC PRIVATE KEY-----\\n%s\\n"}' % BODY,
        b"k = '-----BEGIN PRIVATE KEY-----\\n' +\n  '%s'" % BODY,
    ],
    "the key of a service account": [b'{"type": "service_account", "private_key": "x"}'],
    "an AWS key with its secret": [
        b"id=AKIAIOSFODNN7EXAMPLE\nsecret=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
    ],
    "a GitHub token": [
        b"https://ghp_0123456789abcdefghijABCDEFGHIJ012345@github.com",
        b"t=github_pat_11ABCDEFG0abcdefghijkl_ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvw",
    ],
    "an npm token": [b"//r/:_authToken=npm_0123456789abcdefghijABCDEFGHIJ012345"],
}
HARMLESS = [
    b'{"door": {"key": "red"}, "keys": ["w", "a", "s", "d"]}',
    b"-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n" % BODY,
    b"-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n" % BODY,
    b'if (text.includes("-----BEGIN PRIVATE KEY-----")) return "-----END PRIVATE KEY-----";',
    b'["-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"]',
    b"`-----BEGIN PRIVATE KEY-----\\n${key}\\n`; /-----BEGIN PRIVATE KEY-----([^-]+)/",
    b"AKIAIOSFODNN7EXAMPLE without its other half, da39a3ee5e6b4b0d3255bfef95601890afd80709",
    b"ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, npm_install, xoxo, gho_st",
    b'firebase: {apiKey: "AIzaSyA0123456789abcdefghijklmnopqrstuv"}',
]


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, texts in SECRETS.items() for text in texts]
)
def test_a_key_is_found_wherever_it_stands(name: str, text: bytes) -> None:
    """At every place of a file, across blocks, and in UTF-16 as PowerShell writes it."""
    rng = random.Random(1)
    for before in (0, 10, 5_000, 70_000):
        data = "".join(rng.choices(string.ascii_letters + " \n", k=before)).encode() + b" " + text
        for size in (len(data), 65_536, 1_000):
            blocks = [data[at : at + size] for at in range(0, len(data), size)]
            found = scan("src/main.js", blocks)
            assert found is not None, (before, size)
            assert (found.found, found.kind) == (name, Kind.SECRET)
    assert scan("x.txt", [b"\xff\xfe" + text.decode().encode("utf-16-le")]) is not None
    assert scan("hero.png", [text]) is None
    assert scan("data", [b"\0" + text]) is None


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_key_is_left_alone(text: bytes) -> None:
    """Public keys, games about keys, libraries that know what keys look like, examples."""
    assert scan("keys.json", [text]) is None


def test_files_of_keys_are_judged_by_what_they_hold() -> None:
    """A certificate may go; what cannot be seen to be public may not."""
    public, private = HARMLESS[1], SECRETS["a private key"][0]
    assert scan("ca.pem", [public]) is None
    assert scan("a/SERVER.KEY", [HARMLESS[2]]) is None
    for data in (private, public + private, b"x", b"", b"\x30\x82\0"):
        assert scan("server.pem", [data]) is not None
        found = scan("server.key", [data])
        assert found is not None
        assert "server.key" in str(found)


@pytest.mark.parametrize(
    "text",
    [
        b'-----BEGIN PRIVATE KEY-----"' + b" " * 200,
        b"-----BEGIN PRIVATE KEY-----\n\\n'",
        b"AKIAIOSFODNN7EXAMPLE" + b"aA/" * 30,
        b"AKIAIOSFODNN7EXAMPLE " + b"a" * 40 + b" ",
        b"ghp_" + b"x" * 300,
        b"github_pat_" * 3,
    ],
)
def test_hostile_texts_take_no_longer_than_others(text: bytes) -> None:
    """Marks without what belongs to them: squared, these four megabytes would take hours."""
    assert scan("x.txt", [text * (4_000_000 // len(text)) + b"-"]) is None
    assert scan("x.txt", [text + b"a/" * 2_000_000 + b" " * 4_000_000 + b"-"]) is None
