from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import time
from typing import TYPE_CHECKING, Any

import jwt
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ConfigurationError, UnauthorizedError
from shared.identity.settings import WEEK_S, ProviderSettings, TokenSettings
from shared.settings import load
from shared.tokens import SKEW_S, Ticket, Tokens, User

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "0123456789abcdef" * 4
OLD, NEW = "fedcba9876543210" * 4, "89abcdef01234567" * 4
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
PROVIDER = {
    "JWT_JWKS_URL": "https://identity.example/keys",
    "JWT_ISSUER": "https://identity.example/",
    "JWT_AUDIENCE": "aethel-export",
}


def signed(**claims: Any) -> str:
    """A token that somebody has made who knows the secret."""
    return jwt.encode({"userId": "ann", **claims}, SECRET, "HS256")


async def test_a_token_ends() -> None:
    """Within a week, or what the operator says; the issuer's clock may be somewhat ahead."""
    for lives_s in (60, WEEK_S, WEEK_S + SKEW_S - 60):
        assert (await Tokens(SECRET).user(signed(exp=time.time() + lives_s))).user_id == "ann"
    generous = Tokens(SECRET, max_lifetime_s=2 * WEEK_S)
    assert (await generous.user(signed(exp=time.time() + 2 * WEEK_S))).user_id == "ann"


@given(st.builds(Ticket, use=st.just("watch"), export_id=TEXT, project_id=TEXT, user_id=TEXT))
def test_a_ticket_is_a_jwt_that_others_read(ticket: Ticket) -> None:
    """Whatever names it has; and no other text, and no other secret, stands for it."""
    text = Tokens(SECRET).ticket(ticket, lives_s=60)
    key = hmac.digest(SECRET.encode(), b"aethel-export ticket v1", hashlib.sha256)
    claims = jwt.decode(text, key, algorithms=["HS256"])
    assert jwt.get_unverified_header(text) == {"alg": "HS256", "typ": "JWT"}
    assert claims["exp"] - claims["iat"] == 60
    assert msgspec.convert(claims, Ticket) == ticket
    assert Tokens(SECRET).open_ticket(text, use="watch", export_id=ticket.export_id) == ticket
    for forged in (text[:-2], text.partition(".")[2], text.replace(".", ".e30.", 1)):
        with pytest.raises(UnauthorizedError):
            Tokens(SECRET).open_ticket(forged, use="watch", export_id=ticket.export_id)
    with pytest.raises(UnauthorizedError):
        Tokens(NEW).open_ticket(text, use="watch", export_id=ticket.export_id)


@pytest.mark.parametrize("written", [int, str])
async def test_one_that_was_good_ends_all_the_same(written: type[int | str]) -> None:
    """It is known from the last request, and so is when it ends."""
    tokens, ends = Tokens(SECRET), int(time.time()) + 1
    token = signed(exp=written(ends))
    while time.time() < ends - 0.2:
        assert (await tokens.user(token)).user_id == "ann"
        await asyncio.sleep(0.05)
    await asyncio.sleep(max(ends - time.time(), 0))
    with pytest.raises(UnauthorizedError, match="expired"):
        await tokens.user(token)


@pytest.mark.parametrize(
    "claims",
    [
        *({}, {"exp": None}, {"exp": "soon"}, {"exp": []}, {"exp": {}}, {"exp": float("inf")}),
        *({"exp": float("nan")}, {"exp": 0}, {"exp": -1}, {"exp": 10**30}, {"exp": 4_102_444_800}),
        {"exp": "4102444800"},
    ],
    ids=str,
)
async def test_one_without_an_end_is_refused(claims: dict[str, Any]) -> None:
    """Or with one that nobody lives to see, or that is none."""
    with pytest.raises(UnauthorizedError):
        await Tokens(SECRET).user(signed(**claims))


class Installation:
    """Secrets in files, as a cluster mounts them, and the tokens of a process that reads them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.environ = {
            f"{name}_FILE": str(folder / name) for name in ("JWT_SECRET", "JWT_SECRET_PREVIOUS")
        }
        self.put("JWT_SECRET", OLD)
        self.put("JWT_SECRET_PREVIOUS", "")
        self.tokens = Tokens.of(load(TokenSettings, self.environ), self.environ)

    def put(self, name: str, secret: str) -> None:
        """Replace a file in one step."""
        new = self._folder / "new"
        new.write_text(secret + "\n")
        new.replace(self._folder / name)

    def write_over(self, name: str, secret: str) -> None:
        """Write into a file; to be told apart it has a later time, as ever."""
        file = self._folder / name
        before = file.stat()
        file.write_text(secret + "\n")
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))

    def remove(self, name: str) -> None:
        """Delete a file."""
        (self._folder / name).unlink()


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """With one secret."""
    return Installation(tmp_path)


async def test_a_secret_is_rotated_without_a_restart(installation: Installation) -> None:
    """Each step of the manual: nobody is signed out, and no link breaks, before the last."""
    tokens, ticket = (
        installation.tokens,
        Ticket(use="download", export_id="e", project_id="p", user_id="ann"),
    )
    bearer, link = tokens.bearer(User(user_id="ann")), tokens.ticket(ticket, lives_s=60)

    async def holds(token: str, link: str) -> None:
        assert (await tokens.user(token)).user_id == "ann"
        assert tokens.open_ticket(link, use="download", export_id="e") == ticket

    installation.put("JWT_SECRET_PREVIOUS", NEW)  # 1: everybody believes it
    already_new = Tokens(NEW)  # another process is a step ahead
    await holds(already_new.bearer(User(user_id="ann")), already_new.ticket(ticket, lives_s=60))
    await holds(bearer, link)
    installation.put("JWT_SECRET_PREVIOUS", OLD)  # 2: half of an exchange is none
    await holds(bearer, link)
    await holds(already_new.bearer(User(user_id="ann")), already_new.ticket(ticket, lives_s=60))
    installation.put("JWT_SECRET", NEW)
    await holds(bearer, link)
    renewed = tokens.bearer(User(user_id="ann")), tokens.ticket(ticket, lives_s=60)
    assert (await already_new.user(renewed[0])).user_id == "ann"  # signed by the new one
    installation.put("JWT_SECRET_PREVIOUS", "")  # 3: the old one is worth nothing
    await holds(*renewed)
    with pytest.raises(UnauthorizedError):
        await tokens.user(bearer)
    with pytest.raises(UnauthorizedError):
        tokens.open_ticket(link, use="download", export_id="e")


@pytest.mark.parametrize("secret", ["", "short", "change-me-" * 8])
async def test_a_bad_secret_in_mid_run_changes_nothing(
    installation: Installation, secret: str
) -> None:
    """What works goes on working, with the secret that it had."""
    bearer = installation.tokens.bearer(User(user_id="ann"))
    installation.put("JWT_SECRET", secret)
    assert (await installation.tokens.user(bearer)).user_id == "ann"
    installation.remove("JWT_SECRET")
    assert (await installation.tokens.user(bearer)).user_id == "ann"
    installation.put("JWT_SECRET", NEW)
    with pytest.raises(UnauthorizedError):
        await installation.tokens.user(bearer)


async def test_a_file_that_is_written_in_place_is_seen(installation: Installation) -> None:
    """Though it keeps its size."""
    bearer = installation.tokens.bearer(User(user_id="ann"))
    installation.write_over("JWT_SECRET", NEW)
    with pytest.raises(UnauthorizedError):
        await installation.tokens.user(bearer)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"JWT_SECRET_PREVIOUS": "short"}, "JWT_SECRET_PREVIOUS"),
        ({"JWT_SECRET_PREVIOUS": "change-me-" * 8}, "JWT_SECRET_PREVIOUS"),
        ({"JWT_SECRET_PREVIOUS": SECRET}, "the same"),
        ({"JWT_SECRET": "change-me-" * 8}, "JWT_SECRET must"),
        ({**PROVIDER, "JWT_ISSUER": ""}, "JWT_ISSUER and JWT_AUDIENCE"),
        ({**PROVIDER, "JWT_AUDIENCE": ""}, "JWT_ISSUER and JWT_AUDIENCE"),
        ({"JWT_ROLE_CLAIM": "roles"}, "JWT_JWKS_URL"),
        ({"JWT_AUDIENCE": "aethel-export"}, "JWT_JWKS_URL"),
        ({**PROVIDER, "JWT_JWKS_URL": "http://identity.example/keys"}, "https"),
        ({**PROVIDER, "JWT_JWKS_URL": "http://127.0.0.1.example/keys"}, "https"),
        ({**PROVIDER, "JWT_JWKS_URL": "http://localhost@identity.example/keys"}, "https"),
        ({**PROVIDER, "JWT_JWKS_URL": "file:///etc/keys"}, "https"),
        ({**PROVIDER, "JWT_JWKS_URL": "https://"}, "https"),
        ({**PROVIDER, "JWT_JWKS_URL": "keys"}, "https"),
    ],
    ids=str,
)
def test_what_is_not_safe_does_not_start(changed: dict[str, str], named: str) -> None:
    """It says which setting, and no secret."""
    environ = {"JWT_SECRET": SECRET, **changed}
    with pytest.raises(ConfigurationError, match=named) as caught:
        Tokens.of(load(TokenSettings, environ), environ)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1:9", "localhost", "[::1]:9", "127.8.8.8"])
def test_a_provider_on_this_machine_may_speak_plain_http(host: str) -> None:
    """As it does where everything is tried out."""
    ProviderSettings(jwks_url=f"http://{host}/k", issuer="i", audience="a").check()
