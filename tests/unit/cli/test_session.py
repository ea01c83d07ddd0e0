"""Where the gateway is and who asks, as the environment says."""

from __future__ import annotations

import pytest

from cli.exit_codes import UsageError
from cli.session import address


@pytest.mark.parametrize(
    "url",
    [
        *("here", "ftp://a.test", "http://", "http://:8080", "http://[::1", "https://a.test:x"),
        *("http://127.0.0.1:99999", "http://127.0.0.1:0"),
    ],
)
def test_what_is_no_url_is_told(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """By the variable that holds it."""
    monkeypatch.setenv("AETHEL_EXPORT_URL", url)
    monkeypatch.setenv("AETHEL_EXPORT_TOKEN", "token")
    with pytest.raises(UsageError, match=r"AETHEL_EXPORT_URL='.*' is no URL"):
        address()


@pytest.mark.parametrize("token", ["two words", "a\nb", "j\xfcrgen"])
def test_what_is_no_token_is_told(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    """And not shown."""
    monkeypatch.setenv("AETHEL_EXPORT_URL", "http://[::1]:8080/export")
    monkeypatch.setenv("AETHEL_EXPORT_TOKEN", token)
    with pytest.raises(UsageError, match="AETHEL_EXPORT_TOKEN is no token") as told:
        address()
    assert token not in str(told.value)


def test_what_is_both_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is."""
    monkeypatch.setenv("AETHEL_EXPORT_URL", "http://[::1]:8080/export")
    monkeypatch.setenv("AETHEL_EXPORT_TOKEN", "a.b-c_d~")
    assert address() == ("http://[::1]:8080/export", "a.b-c_d~")
