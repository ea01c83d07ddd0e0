"""The storage's keys come from files that may change, or from the cluster's own tokens."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from shared.errors import ConfigurationError
from shared.settings import S3Settings, load
from shared.storage.bucket import open_storage
from shared.storage.s3_client import StorageUnavailableError, _session
from tests.own_s3 import BUCKET, ROLE, OwnS3, own_s3, web_identities, write_identities

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AUDIENCE = "sts.amazonaws.com"


class Issuer:
    """What Kubernetes is to a storage: it signs tokens of service accounts, and shows its keys."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        public = json.loads(RSAAlgorithm.to_jwk(self._key.public_key()))
        body = json.dumps({"keys": [{**public, "kid": "1", "use": "sig", "alg": "RS256"}]}).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def token(self, account: str, *, audience: str = AUDIENCE) -> str:
        """A token that lives an hour."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": f"system:serviceaccount:aethel-export:{account}",
            "aud": [audience],
            "iat": now,
            "exp": now + 3_600,
        }
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": "1"})

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(autouse=True)
def _new_session() -> None:
    """A process has one session, which keeps what it has found."""
    _session.cache_clear()


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    """One for all tests."""
    made = Issuer()
    yield made
    made.close()


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory, issuer: Issuer) -> Iterator[OwnS3]:
    """A server that accepts the issuer's tokens."""
    folder = tmp_path_factory.mktemp("s3")
    identities = folder / "identities.json"
    write_identities(identities)
    iam = web_identities(issuer.url, AUDIENCE)
    with own_s3(folder, identities=identities, iam=iam) as running:
        yield running


class KeyFiles:
    """A key and its secret, each in a file."""

    def __init__(self, folder: Path) -> None:
        self.key, self.secret = folder / "key", folder / "secret"

    def write(self, key: str, secret: str) -> None:
        self.write_key(key)
        self.write_secret(secret)

    def write_key(self, key: str) -> None:
        _replace(self.key, key)

    def write_secret(self, secret: str) -> None:
        _replace(self.secret, secret)

    def settings(self, s3: OwnS3) -> S3Settings:
        return load(
            S3Settings,
            {
                "S3_BUCKET": BUCKET,
                "S3_ENDPOINT": s3.endpoint,
                "AWS_ACCESS_KEY_ID_FILE": str(self.key),
                "AWS_SECRET_ACCESS_KEY_FILE": str(self.secret),
            },
        )


def _replace(path: Path, text: str) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(f"{text}\n")
    beside.rename(path)


async def let_in(s3: OwnS3, *keys: tuple[str, str]) -> None:
    """Reload the server, and wait until it knows just these keys."""
    s3.reload(*keys, ("known", str(time.monotonic_ns())))
    key, secret = json.loads(s3.identities.read_text())["identities"][-1]["credentials"][0].values()
    settings = S3Settings(
        bucket=BUCKET, endpoint=s3.endpoint, access_key_id=key, secret_access_key=secret
    )
    async with open_storage(settings) as storage:
        while True:
            try:
                return await storage.put("known", b"")
            except StorageUnavailableError:
                continue


async def test_keys_in_files_are_rotated_while_the_service_works(s3: OwnS3, tmp_path: Path) -> None:
    """Both are valid for a while: not one request is refused, whichever file comes first."""
    files = KeyFiles(tmp_path)
    old, new, last = ("old", "old-secret"), ("new", "new-secret"), ("last", "last-secret")
    await let_in(s3, old)
    files.write(*old)
    async with open_storage(files.settings(s3)) as storage:
        await storage.put("a", b"1")
        await let_in(s3, old, new)
        files.write_key(new[0])
        await storage.put("a", b"2")  # with the old pair: only half of the new one is there
        files.write_secret(new[1])
        assert "Credential=new%2F" in await storage.own_url("a", expires_s=60)
        await let_in(s3, new, last)
        assert await storage.get("a") == b"2"
        files.write_secret(last[1])
        assert storage._quick is not None
        assert await storage._quick.head("a") is not None
        files.write_key(last[0])
        await let_in(s3, last)
        assert await storage.get("a") == b"2"


@pytest.mark.parametrize("key_in_file", [True, False])
async def test_a_secret_that_changed_under_the_same_key_is_read_once_it_is_refused(
    s3: OwnS3, tmp_path: Path, key_in_file: bool
) -> None:
    """The request that was refused is signed anew; the caller notices nothing."""
    files = KeyFiles(tmp_path)
    files.write("same", "before")
    settings = files.settings(s3)
    if not key_in_file:
        settings = msgspec.structs.replace(settings, access_key_id_file="")
    await let_in(s3, ("same", "before"))
    async with open_storage(settings) as storage:
        await storage.put("b", b"1")
        files.write_secret("after")
        await let_in(s3, ("same", "after"))
        await storage.put("b", b"2")
        await let_in(s3, ("same", "again"))
        files.write_secret("again")
        assert await storage.head("b") is not None  # refused without a word


async def test_a_key_that_is_refused_is_tried_again_later(s3: OwnS3, tmp_path: Path) -> None:
    """It costs a job one attempt, not the job; and a file that is gone costs nothing."""
    files = KeyFiles(tmp_path)
    files.write("first", "first-secret")
    await let_in(s3)
    async with open_storage(files.settings(s3)) as storage:
        with pytest.raises(StorageUnavailableError, match="InvalidAccessKeyId"):
            await storage.put("c", b"1")
        await let_in(s3, ("first", "first-secret"))
        files.key.unlink()
        await storage.put("c", b"1")


@pytest.mark.parametrize("text", [None, ""])
def test_a_damaged_file_is_named_at_start(s3: OwnS3, tmp_path: Path, text: str | None) -> None:
    """It cannot be read, or is empty."""
    files = KeyFiles(tmp_path)
    files.write_key("key")
    if text is not None:
        files.secret.write_text(text)
    with pytest.raises(ConfigurationError, match="AWS_SECRET_ACCESS_KEY_FILE"):
        files.settings(s3)


async def test_half_a_pair_is_refused_at_start(s3: OwnS3) -> None:
    """Without its secret a key signs nothing."""
    settings = S3Settings(bucket=BUCKET, endpoint=s3.endpoint, access_key_id="alone")
    with pytest.raises(ConfigurationError, match="AWS_SECRET_ACCESS_KEY"):
        async with open_storage(settings):
            pass


@pytest.fixture
def token(s3: OwnS3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a cluster gives a pod: a file and variables that name it; s3 is the token service."""
    path = tmp_path / "token"
    monkeypatch.setenv("AWS_ROLE_ARN", ROLE)
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(path))
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", s3.endpoint)
    return path


def subject(url: str) -> str:
    """Whose session signed a URL; SeaweedFS's session tokens are JWTs."""
    (session,) = parse_qs(urlsplit(url).query)["X-Amz-Security-Token"]
    return str(jwt.decode(session, options={"verify_signature": False})["ext_uid"])


async def test_a_web_identity_opens_the_bucket(s3: OwnS3, issuer: Issuer, token: Path) -> None:
    """Its token is exchanged for keys of the role, and read again when these are renewed."""
    _replace(token, issuer.token("packager"))
    async with open_storage(S3Settings(bucket=BUCKET, endpoint=s3.endpoint)) as storage:
        await storage.put("d", b"1")
        assert await storage.get("d") == b"1"
        assert storage._quick is not None
        assert await storage._quick.head("d") is not None
        assert subject(await storage.own_url("d", expires_s=60)).endswith(":packager")
        _replace(token, issuer.token("packager-2"))
        while not subject(await storage.own_url("d", expires_s=60)).endswith(":packager-2"):
            await storage.put("d", b"2")
        assert await storage._quick.head("d") is not None


async def test_a_web_identity_that_is_refused_costs_an_attempt(
    s3: OwnS3, issuer: Issuer, token: Path
) -> None:
    """What the token service says is told, and the next request asks it again."""
    _replace(token, issuer.token("packager", audience="somebody-else"))
    async with open_storage(S3Settings(bucket=BUCKET, endpoint=s3.endpoint)) as storage:
        with pytest.raises(StorageUnavailableError, match=r"AssumeRoleWithWebIdentity.*audience"):
            await storage.put("d", b"1")
        _replace(token, issuer.token("packager"))
        await storage.put("d", b"1")
