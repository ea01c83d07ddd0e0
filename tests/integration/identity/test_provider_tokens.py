from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from jwt.algorithms import RSAAlgorithm

from shared.errors import UnauthorizedError
from shared.identity.settings import WEEK_S
from shared.tokens import SKEW_S, Ticket, Tokens, User
from tests.identity_provider import AUDIENCE, claims, ec_key, jwk, rsa_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from tests.identity_provider import IdentityProvider

SECRET = "0123456789abcdef" * 4


def signed(
    key: Any = None, algorithm: str = "RS256", /, *, header: Any = None, **changed: Any
) -> str:
    """A token as the provider signs it, but for what is changed."""
    by = rsa_key("r") if key is None else key
    return jwt.encode(claims(**changed), by, algorithm, headers={"kid": "r1", **(header or {})})


def raw(header: dict[str, Any], sign: Callable[[bytes], bytes], **changed: Any) -> str:
    """A token that no library would make."""
    parts = [json.dumps(part).encode() for part in (header, claims(**changed))]
    text = b".".join(map(_base64url, parts))
    return b".".join([text, _base64url(sign(text))]).decode()


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def hmac_by(key: bytes) -> Callable[[bytes], bytes]:
    """A signature of HS256."""
    return lambda text: hmac.digest(key, text, hashlib.sha256)


def public_pem(name: str) -> bytes:
    """What everybody can make of the provider's key set."""
    return (
        rsa_key(name)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def public_der(name: str) -> bytes:
    """Likewise."""
    return (
        rsa_key(name)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


async def test_both_algorithms_and_our_own_are_believed(tokens: Tokens) -> None:
    """At the same time; the user is who the provider says, with the claims that are named."""
    ann = User(user_id="ann", email="ann@x")
    assert await tokens.user(signed()) == ann
    assert await tokens.user(signed(ec_key("e"), "ES256", header={"kid": "e1"})) == ann
    assert await tokens.user(signed(aud=["other", AUDIENCE])) == ann
    own = User(user_id="bob", role="admin", plan="pro")
    assert await tokens.user(tokens.bearer(own)) == own


@pytest.mark.parametrize(
    ("changed", "role", "plan"),
    [
        ({"roles": "admin"}, "admin", None),
        ({"roles": ["editors", "service"]}, "service", None),
        ({"roles": ["service", "admin"]}, "admin", None),
        ({"roles": ["Admin", "administrator"]}, "user", None),
        ({"roles": {"admin": True}}, "user", None),
        ({"role": "admin", "plan": "enterprise"}, "user", None),
        ({"userId": "root", "tier": "pro"}, "user", "pro"),
    ],
    ids=str,
)
async def test_roles_and_plans_come_from_the_claims_that_an_operator_named(
    tokens: Tokens, changed: dict[str, Any], role: str, plan: str | None
) -> None:
    """And from no others, whatever a provider lets its users write."""
    user = await tokens.user(signed(**changed))
    assert (user.user_id, user.role, user.plan) == ("ann", role, plan)


async def test_clocks_may_differ_by_a_minute(tokens: Tokens) -> None:
    """The provider's and ours, either way."""
    now = time.time()
    for changed in (
        {"exp": int(now) - 30},
        {"nbf": int(now) + 30},
        {"iat": int(now) + 90},
        {"exp": int(now + WEEK_S + SKEW_S - 60)},
    ):
        assert (await tokens.user(signed(**changed))).user_id == "ann"


NOW = int(time.time())
ATTACKS: dict[str, Callable[[], str]] = {
    # Confusion of algorithms: what everybody knows used as a secret.
    "hs256-with-public-pem": lambda: raw({"alg": "HS256", "kid": "r1"}, hmac_by(public_pem("r"))),
    "hs256-with-public-der": lambda: raw({"alg": "HS256", "kid": "r1"}, hmac_by(public_der("r"))),
    "hs256-with-modulus": lambda: raw(
        {"alg": "HS256", "kid": "r1"}, hmac_by(jwk(rsa_key("r"), "r1")["n"].encode())
    ),
    "hs256-with-nothing": lambda: raw({"alg": "HS256", "kid": "r1"}, hmac_by(b"")),
    "hs256-as-rs256": lambda: raw({"alg": "RS256", "kid": "r1"}, hmac_by(public_pem("r"))),
    "our-secret-as-rs256": lambda: raw({"alg": "RS256", "kid": "r1"}, hmac_by(SECRET.encode())),
    "hs512-with-our-secret": lambda: jwt.encode(
        claims(userId="ann"), SECRET, "HS512", headers={"kid": "r1"}
    ),
    "rs256-as-es256": lambda: raw(
        {"alg": "ES256", "kid": "r1"},
        lambda text: rsa_key("r").sign(text, padding.PKCS1v15(), hashes.SHA256()),
    ),
    "rs256-with-ec-key-name": lambda: signed(header={"kid": "e1"}),
    "es256-with-rsa-key-name": lambda: signed(ec_key("e"), "ES256", header={"kid": "r1"}),
    "ps256-with-the-right-key": lambda: signed(rsa_key("r"), "PS256"),
    "rs512-with-the-right-key": lambda: signed(rsa_key("r"), "RS512"),
    # No signature.
    "none": lambda: raw({"alg": "none", "kid": "r1"}, lambda _: b""),
    "none-in-capitals": lambda: raw({"alg": "NoNe", "kid": "r1"}, lambda _: b""),
    "no-algorithm": lambda: raw({"kid": "r1"}, lambda _: b""),
    "empty-signature": lambda: raw({"alg": "RS256", "kid": "r1"}, lambda _: b""),
    "zero-signature-ecdsa": lambda: raw({"alg": "ES256", "kid": "e1"}, lambda _: bytes(64)),
    "signature-of-another-token": lambda: ".".join(
        [*signed(sub="root").split(".")[:2], signed().split(".")[2]]
    ),
    "list-as-algorithm": lambda: raw({"alg": ["RS256"], "kid": "r1"}, lambda _: b""),
    # A key that the token brings itself.
    "embedded-jwk": lambda: signed(
        rsa_key("attacker"), header={"jwk": jwk(rsa_key("attacker"), "r1")}
    ),
    "jku": lambda: signed(rsa_key("attacker"), header={"jku": "http://127.0.0.1:1/keys"}),
    "x5u": lambda: signed(rsa_key("attacker"), header={"x5u": "http://127.0.0.1:1/cert"}),
    "x5c": lambda: signed(rsa_key("attacker"), header={"x5c": ["MIIB"]}),
    # Tricks with the name of a key.
    "kid-missing": lambda: jwt.encode(claims(), rsa_key("r"), "RS256"),
    "kid-path": lambda: raw({"alg": "HS256", "kid": "../../../../dev/null"}, hmac_by(b"")),
    "kid-path-rs256": lambda: signed(rsa_key("attacker"), header={"kid": "../../r1"}),
    "kid-sql": lambda: signed(rsa_key("attacker"), header={"kid": "x' UNION SELECT 'k"}),
    "kid-url": lambda: signed(rsa_key("attacker"), header={"kid": "http://127.0.0.1:1/keys"}),
    "kid-number": lambda: raw({"alg": "RS256", "kid": 1}, lambda _: b""),
    "kid-list": lambda: raw({"alg": "RS256", "kid": ["r1"]}, lambda _: b""),
    "kid-object": lambda: raw({"alg": "RS256", "kid": {"r1": 1}}, lambda _: b""),
    "kid-endless": lambda: signed(rsa_key("attacker"), header={"kid": "r" * 100_000}),
    "another-key-by-that-name": lambda: signed(rsa_key("attacker")),
    # Extensions that must be understood.
    "crit": lambda: signed(header={"crit": ["exp"], "exp": 1}),
    "b64-false": lambda: raw(
        {"alg": "RS256", "kid": "r1", "b64": False, "crit": ["b64"]}, lambda _: b""
    ),
    # Tokens for others, or of others.
    "audience-missing": lambda: signed(aud=None),
    "audience-other": lambda: signed(aud="another-service"),
    "audience-empty": lambda: signed(aud=[]),
    "audience-prefix": lambda: signed(aud=f"{AUDIENCE}-admin"),
    "issuer-missing": lambda: signed(iss=None),
    "issuer-other": lambda: signed(iss="https://identity.example.evil/"),
    "issuer-without-slash": lambda: signed(iss="https://identity.example"),
    # Time.
    "expired": lambda: signed(exp=NOW - 3_600),
    "exp-missing": lambda: signed(exp=None),
    "exp-text": lambda: signed(exp="soon"),
    "exp-in-years": lambda: signed(exp=NOW + 400 * 86_400),
    "exp-infinite": lambda: signed(exp=float("inf")),
    "not-yet": lambda: signed(nbf=NOW + 3_600),
    # Nobody.
    "subject-missing": lambda: signed(sub=None),
    "subject-empty": lambda: signed(sub=""),
    "subject-number": lambda: signed(sub=1),
    "email-object": lambda: signed(email={"a": 1}),
    "our-claims-alone": lambda: signed(sub=None, userId="ann"),
    # A ticket is no bearer token.
    "ticket": lambda: Tokens(SECRET).ticket(
        Ticket(use="watch", export_id="e", project_id="p", user_id="ann"), lives_s=60
    ),
    "nothing": lambda: "",
    "dots": lambda: "..",
    "no-json": lambda: "a.b.c",
}


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("attack", ATTACKS)
async def test_what_the_provider_has_not_signed_for_us_is_refused(
    tokens: Tokens, provider: IdentityProvider, attack: str
) -> None:
    """However it is dressed; and nothing that it names is fetched."""
    assert (await tokens.user(signed())).user_id == "ann"
    with pytest.raises(UnauthorizedError):
        await tokens.user(ATTACKS[attack]())
    assert provider.asked == 1


def private_half(key: RSAPrivateKey) -> dict[str, Any]:
    """What nobody must publish of a key."""
    both = RSAAlgorithm.to_jwk(key, as_dict=True)
    return {name: both[name] for name in ("d", "p", "q", "dp", "dq", "qi")}


UNUSABLE: dict[str, Callable[[], Any]] = {
    "secret": lambda: {"kty": "oct", "k": _base64url(SECRET.encode()).decode(), "kid": "r1"},
    "for-encryption": lambda: jwk(rsa_key("r"), "r1", use="enc"),
    "of-another-algorithm": lambda: jwk(rsa_key("r"), "r1", alg="RSA-OAEP"),
    "of-another-operation": lambda: jwk(rsa_key("r"), "r1", key_ops=["encrypt"]),
    "private": lambda: {
        **RSAAlgorithm.to_jwk(rsa_key("r"), as_dict=True),
        **jwk(rsa_key("r"), "r1", key_ops=["sign", "verify"]),
    },
    "nameless": lambda: jwk(rsa_key("r"), ""),
    "broken": lambda: jwk(rsa_key("r"), "r1", n="AQAB"),
    "weak": lambda: jwk(rsa_key("weak", 1_024), "r1"),
    "no-key": lambda: "r1",
}


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("published", UNUSABLE)
async def test_a_key_for_something_else_verifies_nothing(
    tokens: Tokens, provider: IdentityProvider, published: str
) -> None:
    """Nor one that is weak, broken, or whose private half is published."""
    provider.keys = [jwk(ec_key("e"), "e1"), UNUSABLE[published]()]
    key = rsa_key("weak", 1_024) if published == "weak" else rsa_key("r")
    with pytest.raises(UnauthorizedError):
        await tokens.user(signed(key, header={"kid": "" if published == "nameless" else "r1"}))
    assert (await tokens.user(signed(ec_key("e"), "ES256", header={"kid": "e1"}))).user_id == "ann"


async def test_without_a_provider_its_tokens_are_nobodys() -> None:
    """HS256 alone, as before."""
    with pytest.raises(UnauthorizedError):
        await Tokens(SECRET).user(signed())
