from __future__ import annotations

import pytest

from services.gateway.play.preview.isolation import Isolation
from services.gateway.play.preview_origin import PreviewOrigin
from shared.errors import ConfigurationError

TOKEN = "abcdefghijklmnopqrstuvwxyz234567"


@pytest.mark.parametrize(
    ("setting", "url"),
    [
        ("https://*.play.example.com", f"https://{TOKEN}.play.example.com/"),
        ("https://*.Play.Example.com/", f"https://{TOKEN}.play.example.com/"),
        ("http://*.localhost:8082", f"http://{TOKEN}.localhost:8082/"),
        ("https://play.example.com:8443", f"https://play.example.com:8443/{TOKEN}/"),
        ("http://[::1]:8082", f"http://[::1]:8082/{TOKEN}/"),
    ],
)
def test_where_a_link_leads_its_game_is_found(setting: str, url: str) -> None:
    """By host or by path, whatever port a proxy was asked on."""
    origin = PreviewOrigin.parse(setting)
    assert origin.url(TOKEN) == url
    host, _, path = url.partition("://")[2].partition("/")
    place = origin.locate(host, f"/{path}levels/1.json")
    assert place is not None
    assert (place.token, place.path) == (TOKEN, "levels/1.json")
    assert place.has_own_origin is origin.is_wildcard


@pytest.mark.parametrize(
    "setting",
    [
        *("", "play.example.com", "ftp://play.example.com", "https://play.example.com/games"),
        *("https://*", "https://a.*.example.com", "https://user@play.example.com", "https://a b"),
    ],
)
def test_what_is_no_origin_stops_the_process(setting: str) -> None:
    """With the variable's name, and what to write."""
    with pytest.raises(ConfigurationError, match=r"EXPORT_PREVIEW_ORIGIN.*https://\*\.play"):
        PreviewOrigin.parse(setting)


@pytest.mark.parametrize("host", ["play.example.com", "localhost", "127.0.0.1"])
def test_a_wildcard_in_the_world_has_no_paths(host: str) -> None:
    """Only one's own machine answers on its plain names, too."""
    path = f"/{TOKEN}/"
    assert PreviewOrigin.parse("https://*.play.example.com").locate(host, path) is None
    local = PreviewOrigin.parse("http://*.localhost:8082").locate(host, path)
    assert (local is not None) == (host != "play.example.com")


def test_who_may_show_games() -> None:
    """The service's own page, by both names of one's own machine, and the operator's others."""
    world = Isolation("https://export.example.com/base", ["https://editor.example.com"])
    assert world.frame_ancestors == (
        "frame-ancestors 'self' https://editor.example.com https://export.example.com"
    )
    local = Isolation("http://localhost:8080", [])
    assert local.frame_ancestors == (
        "frame-ancestors 'self' http://127.0.0.1:8080 http://localhost:8080"
    )
