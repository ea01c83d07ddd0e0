"""The doctor tells how an installation signs in, and what will soon fail."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import jwt
import nkeys
import pytest

from cli.findings import Doubt
from cli.sign_in import nats_sign_in, secret_files, storage_sign_in
from shared.errors import ConfigurationError
from tests.certificates import Authority
from tests.nats_accounts import Operator, Pair

DAY_S = 86_400


def private(path: Path, text: str, *, mode: int = 0o600) -> str:
    """A file for its owner alone, unless said otherwise."""
    path.write_text(text)
    path.chmod(mode)
    return str(path)


async def test_every_way_is_told_with_its_file(tmp_path: Path) -> None:
    """Those that prove who we are; a password is never shown."""
    with pytest.raises(Doubt, match="as nobody"):
        await nats_sign_in({})
    url = "nats://gateway:hidden@nats:4222"
    assert await nats_sign_in({"NATS_URL": url}) == "user and password of NATS_URL"
    file = private(tmp_path / "nats_url", url)
    assert await nats_sign_in({"NATS_URL_FILE": file}) == (
        f"user and password of NATS_URL_FILE={file}"
    )
    file = private(tmp_path / "seed", Pair(nkeys.PREFIX_BYTE_USER).seed)
    assert file in await nats_sign_in({"NATS_NKEY_SEED_FILE": file})
    file = private(tmp_path / "creds", Operator().credentials()[0])
    assert file in await nats_sign_in({"NATS_CREDS_FILE": file})


@pytest.mark.parametrize(
    ("days", "raised", "told"),
    [(-1, ConfigurationError, "has expired on 20"), (13, Doubt, "expires on 20"), (15, None, "")],
)
async def test_what_expires_is_told_with_its_date(
    tmp_path: Path, days: int, raised: type[Exception] | None, told: str
) -> None:
    """Certificates and credentials: an error once it is over, a warning two weeks before."""
    certificate, key = Authority("authority").issue(tmp_path, "client", days=days)
    tls = {"NATS_TLS_CERT_FILE": str(certificate), "NATS_TLS_KEY_FILE": str(key)}
    text, _ = Operator().credentials(lives_s=days * DAY_S)
    creds = {"NATS_CREDS_FILE": private(tmp_path / "creds", text)}
    for environ in (tls, creds):
        if raised is None:
            assert " until 20" in await nats_sign_in(environ)
            continue
        with pytest.raises(raised, match=told) as caught:
            await nats_sign_in(environ)
        assert next(iter(environ)) in str(caught.value)


async def test_the_storages_keys_are_told(tmp_path: Path) -> None:
    """From the environment, from files, by a web identity, or found by the SDK."""
    bucket = {"S3_BUCKET": "aethel"}
    assert "what the SDK finds" in await storage_sign_in(bucket)
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    assert "AWS_ACCESS_KEY_ID and" in await storage_sign_in({**bucket, **keys})
    with pytest.raises(ConfigurationError, match="belong together"):
        await storage_sign_in({**bucket, "AWS_ACCESS_KEY_ID": "key"})
    files = {f"{name}_FILE": private(tmp_path / name, value) for name, value in keys.items()}
    assert files["AWS_ACCESS_KEY_ID_FILE"] in await storage_sign_in({**bucket, **files})
    token = private(tmp_path / "token", _jwt(lives_s=60))
    identity = {"AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": "arn:of:role"}
    assert "as arn:of:role" in await storage_sign_in({**bucket, **identity})
    private(tmp_path / "token", _jwt(lives_s=-60))
    with pytest.raises(ConfigurationError, match=r"AWS_WEB_IDENTITY_TOKEN_FILE.*expired"):
        await storage_sign_in({**bucket, **identity})


def _jwt(*, lives_s: float) -> str:
    return jwt.encode({"exp": time.time() + lives_s}, "k" * 32)


async def test_files_that_everybody_or_nobody_can_read_are_told() -> None:
    """Each with its variable; one in a folder that is closed to others is well."""
    assert await secret_files({}) == "none"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environ = {"NATS_URL_FILE": private(folder / "nats_url", "x")}
        assert await secret_files(environ) == "1, each for its owner alone"
        environ["NATS_NKEY_SEED_FILE"] = private(folder / "seed", "x", mode=0o644)
        assert await secret_files(environ) == "2, each for its owner alone"
        let_in(folder)
        with pytest.raises(Doubt, match=r"^NATS_NKEY_SEED_FILE=\S* can be read by every user"):
            await secret_files(environ)
        with pytest.raises(Doubt, match=r"JWT_SECRET_FILE=.*cannot be read"):
            await secret_files({"JWT_SECRET_FILE": str(folder / "missing")})


def let_in(folder: Path) -> None:
    """Open a folder for everybody; those above it are."""
    folder.chmod(0o755)
