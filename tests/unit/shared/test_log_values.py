"""What may stand in a log line: no secret, nothing endless, nothing that steers a terminal."""

from __future__ import annotations

from typing import Any

import jwt
import pytest

from shared.log_values import (
    ITEMS,
    LETTERS,
    REDACTED,
    for_a_terminal,
    one_line,
    redacted,
    without_secrets,
)

JWT = jwt.encode({"userId": "ann"}, "0123456789abcdef" * 2, "HS256")
SEED = "SUAM" + "A2" * 27
LEAKS = [
    ("https://s3/b/k?X-Amz-Credential=AKIA%2F1&X-Amz-Signature=5ec4e7&x=1", ["AKIA", "5ec4e7"]),
    ("GET /export/1?ticket=5ec4e7&after_seq=3", ["5ec4e7"]),
    (f"wss://h/export/1?ticket={JWT}", [JWT]),
    ("{'Authorization': 'Bearer 5ec4e7.x-y_z'}", ["5ec4e7"]),
    ("authorization: basic NWVjNGU3Og==", ["NWVj"]),
    ("Cookie: session=5ec4e7; other=5ec4e8", ["5ec4e7", "5ec4e8"]),
    (f"cannot open {JWT}: expired", [JWT, JWT.split(".")[1]]),
    ("nats://status:5ec4&e,7;@nats:4222 is away", ["5ec4&e,7;"]),
    (f"seed {SEED} is not known", [SEED]),
    *((f"{before}{SEED}", [SEED]) for before in ("", "/", "x-", "{", "a.b/")),
    *((f"{before}eyJhbGciOiJIUzI1.eyJ1c2.x", ["eyJ1c2"]) for before in ("", "/t/", "x.", "{")),
    ('{"aws_secret_access_key": "5ec4e7/+"}', ["5ec4e7"]),
    ("password=5ec4e7&name=x", ["5ec4e7"]),
    ("https://h/?access_token=5ec4e7", ["5ec4e7"]),
    ('{"password": "5ec4e7, 5ec4e8", "name": "x"}', ["5ec4e7", "5ec4e8"]),
    ('{"secret": "x\\"5ec4e7"}', ["5ec4e7"]),
    ('{\\"api_key\\": \\"5ec4e7\\"}', ["5ec4e7"]),
    ("connect(user='x', password='5ec4e7 5ec4e8')", ["5ec4e7", "5ec4e8"]),
    ("{'token': b'5ec4e7', 'tickets': 3}", ["5ec4e7"]),
    ("{'token': ['5ec4e7']}", ["5ec4e7"]),
    *((f"{name}: 5ec4e7", ["5ec4e7"]) for name in ("password", "X-Amz-Signature", "clientSecret")),
    ("password:5ec4e7", ["5ec4e7"]),
    ("NATS_PASSWORD=5ec4e7@5ec4e8", ["5ec4e7", "5ec4e8"]),
    ("token: Bearer 5ec4e7", ["5ec4e7"]),
    ('Authorization: Digest username="x"', ["Digest"]),
]
NAMES = ["password", "s3_secret_key", "JWT_SECRET", "ticket", "accessToken", "Authorization"]
HARMLESS = [
    *("01a22d58-13d7-72bf-a9e6-dbace378fde7", "attempt.failed", "2026-11-30T16:44:36.705332Z"),
    *("a" * 64, "the bearer token is not valid: Signature has expired", "assets/ticket.png"),
    *("https://games.example:8443/x?page=2", "mail me@example.org: done", "no basic thing"),
    *("SyntaxError: Unexpected token: name (x)", "max_tokens=300", "ticketing: on", "secret/a: 3"),
]


@pytest.mark.parametrize(("text", "secrets"), LEAKS)
@pytest.mark.parametrize(
    "wrapped",
    [str, lambda t: [t], lambda t: {"a": {"b": (t,)}}, ValueError],
    ids=["text", "list", "object", "error"],
)
def test_the_net_holds(text: str, secrets: list[str], wrapped: Any) -> None:
    """Wherever in a line it stands, and as whatever."""
    line = str(without_secrets(None, "info", {"event": text, "value": wrapped(text)}))
    assert not [secret for secret in secrets if secret in line]
    assert REDACTED in line


@pytest.mark.parametrize("name", NAMES)
def test_what_stands_under_a_secret_s_name_is_one(name: str) -> None:
    """However harmless it looks, as a value of the line or deeper; that there is none is told."""
    line = {name: "5ec4e7", "deep": [{name: ["5ec4e7"], "number": {name: 5_347}}], "x": 1}
    none = {name: None, "deep": {name: "", "yes": {name: True}}}
    found = without_secrets(None, "info", line)
    assert found == {
        name: REDACTED,
        "deep": [{name: REDACTED, "number": {name: REDACTED}}],
        "x": 1,
    }
    assert without_secrets(None, "info", dict(none)) == none


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_stays(text: str) -> None:
    """The net does not make lines useless."""
    if "basic" not in text and "bearer" not in text:
        assert redacted(text) == text
    assert without_secrets(None, "info", {"x": text})["x"].startswith(text.partition(" ")[0])


def test_values_are_bounded() -> None:
    """However much a client says, and however deep."""
    deep: Any = "x"
    for _ in range(1_000):
        deep = [deep]
    found = without_secrets(None, "info", {"a": "y" * 10**6, "b": list(range(10**4)), "c": deep})
    assert len(found["a"]) < LETTERS + 50
    assert "more letters" in found["a"]
    assert len(found["b"]) == ITEMS
    assert len(str(found["c"])) < 50


def test_numbers_stay_numbers() -> None:
    """Tools compute with them."""
    line = {"seconds": 0.5, "count": 3, "yes": True, "none": None}
    assert without_secrets(None, "info", dict(line)) == line


@pytest.mark.parametrize("steering", ["\n", "\r", "\x1b[2J", "\x9b", "\u2028", "\u202e", "\x00"])
def test_nothing_steers_a_terminal(steering: str) -> None:
    """No value ends its line, forges another, moves the cursor or turns letters round."""
    line = {"event": f"a{steering}b", "name": f"x{steering}2026 [info] forged", "n": 1}
    found = for_a_terminal(None, "info", line)
    assert all(steering not in str(value) for value in found.values())
    assert found["n"] == 1


def test_a_traceback_keeps_its_lines_and_forges_none() -> None:
    """They are indented."""
    line = {"event": "a.b", "exception": "Traceback\nValueError: x\n2026 [info] forged\x1b[1A"}
    shown = for_a_terminal(None, "info", line)["exception"]
    assert [text[:4] for text in shown.splitlines()] == ["    "] * 3
    assert "\x1b" not in shown


def test_one_line_is_one() -> None:
    """Also with tabs."""
    assert one_line("a\tb\nc\r") == "a\\tb\\nc\\r"
