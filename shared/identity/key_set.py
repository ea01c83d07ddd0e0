"""What of a JWK Set (RFC 7517) can verify a token: public keys for RS256 and ES256, by name."""

from __future__ import annotations

from typing import Annotated, Any, Final

import jwt
import msgspec

ALGORITHMS: Final = {("RSA", None): "RS256", ("EC", "P-256"): "ES256"}  # by key type and curve
MOST_KEYS: Final = 100
RSA_BITS: Final = range(2_048, 8_193)  # RFC 7518 3.3; larger ones are slow

KeySet = dict[tuple[str, str], jwt.PyJWK]  # by `kid` and algorithm


class KeySetError(ValueError):
    """Bytes that are no set of keys, or hold none that can be used."""


class _Document(msgspec.Struct):
    keys: Annotated[list[Any], msgspec.Meta(max_length=MOST_KEYS)]


def read_key_set(body: bytes) -> KeySet:
    """The keys that can be used; others, as for encryption, are passed over.

    Raises:
        KeySetError: It is no JWK Set, or there is none.
    """
    try:
        found = msgspec.json.decode(body, type=_Document).keys
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise KeySetError(f"no JWK Set: {error}") from error
    keys: KeySet = {}
    for key in filter(None, map(_key, found)):
        keys.setdefault((str(key.key_id), key.algorithm_name), key)
    if not keys:
        raise KeySetError("no public key for RS256 or ES256 that has a `kid`")
    return keys


def _key(jwk: Any) -> jwt.PyJWK | None:
    """One key, unless it is for something else, too small, or no longer its owner's secret."""
    if not isinstance(jwk, dict) or "d" in jwk:  # whoever can read a private key can sign
        return None
    curve = jwk.get("crv") if jwk.get("kty") == "EC" else None
    algorithm = ALGORITHMS.get((str(jwk.get("kty")), curve if isinstance(curve, str) else None))
    operations = jwk.get("key_ops", ["verify"])
    if (
        algorithm is None
        or jwk.get("alg", algorithm) != algorithm
        or jwk.get("use", "sig") != "sig"
        or not (isinstance(operations, list) and "verify" in operations)
        or not (isinstance(jwk.get("kid"), str) and jwk["kid"])
    ):
        return None
    try:
        key = jwt.PyJWK.from_dict(jwk, algorithm)
    except jwt.PyJWTError:
        return None
    if algorithm == "RS256" and key.key.key_size not in RSA_BITS:
        return None
    return key
