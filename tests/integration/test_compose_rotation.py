"""``scripts/compose-rotate`` changes passwords and keys while services work with the old ones."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from shared.jetstream.connection import connect
from shared.settings import NatsSettings, S3Settings, load
from shared.storage.bucket import open_storage
from shared.storage.keys import READY
from shared.storage.s3_client import StorageUnavailableError
from tests.own_nats import own_nats
from tests.own_s3 import BUCKET, own_s3

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """A folder as ``scripts/compose-secrets`` makes it."""
    folder = tmp_path / "secrets"
    subprocess.run([ROOT / "scripts/compose-secrets", folder], check=True)
    return folder


def rotate(secrets: Path, *argv: str) -> None:
    """Every file that a container has mounted stays the same one."""
    before = {path: path.stat().st_ino for path in secrets.iterdir()}
    command = [str(ROOT / "scripts/compose-rotate"), *argv]
    subprocess.run(command, check=True, env={**os.environ, "SECRETS": str(secrets)})
    after = {path: path.stat().st_ino for path in secrets.iterdir()}
    assert all(after[path] == inode for path, inode in before.items() if "next" not in path.name)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for it, however long it takes."""
    while not condition():  # noqa: ASYNC110 - nothing tells when
        await asyncio.sleep(0.02)


async def test_passwords_of_nats(secrets: Path, tmp_path: Path) -> None:
    """The packager's alone, then everybody's."""
    (tmp_path / "users.conf").write_text((ROOT / "k8s/nats/users.conf").read_text())
    (tmp_path / "passwords.conf").symlink_to(secrets / "nats_passwords")
    store = {"store_dir": str(tmp_path / "js")}
    with own_nats(tmp_path, jetstream=store, include=["./users.conf"]) as server:
        urls = secrets / "nats_url_packager"
        here = urls.read_text().replace("nats-1:4222", server.address)
        urls.chmod(0o644)
        urls.write_text(here)
        settings = load(NatsSettings, {"NATS_URL_FILE": str(urls)})
        nc = await connect(settings, name="packager", patience_s=60)
        for times, users in enumerate((["packager"], []), start=1):
            rotate(secrets, "nats", *users)
            server.hang_up()
            await until(lambda goal=times: nc.stats["reconnects"] == goal)  # type: ignore[misc]
        await nc.flush()
        await nc.close()


async def test_keys_of_the_storage(secrets: Path, tmp_path: Path) -> None:
    """Both are valid until the old one is retired: no request is refused."""
    with own_s3(
        tmp_path, identities=secrets / "storage_identities", admin=pair(secrets, "operator")
    ) as server:
        settings = load(
            S3Settings,
            {
                "S3_BUCKET": BUCKET,
                "S3_ENDPOINT": server.endpoint,
                "AWS_ACCESS_KEY_ID_FILE": str(secrets / "s3_key_gateway"),
                "AWS_SECRET_ACCESS_KEY_FILE": str(secrets / "s3_secret_gateway"),
            },
        )
        old = pair(secrets, "gateway")
        async with open_storage(settings) as storage:
            assert await storage.get(READY) == b""
            rotate(secrets, "add", "gateway")
            new = (secrets / "s3_next_gateway").read_text().split()
            server.hang_up()
            while not await lets_in(settings, *new):
                assert await storage.get(READY) == b""
            rotate(secrets, "use", "gateway")
            assert await storage.get(READY) == b""
            rotate(secrets, "retire")
            server.hang_up()
            while await lets_in(settings, *old):
                assert await storage.get(READY) == b""
            assert await storage.get(READY) == b""


def pair(secrets: Path, user: str) -> tuple[str, str]:
    """A key and its secret."""
    key, secret = (
        (secrets / f"s3_{half}_{user}").read_text().strip() for half in ("key", "secret")
    )
    return key, secret


async def lets_in(settings: S3Settings, key: str, secret: str) -> bool:
    """Whether a pair of keys is good."""
    fixed = S3Settings(
        bucket=settings.bucket,
        endpoint=settings.endpoint,
        access_key_id=key,
        secret_access_key=secret,
    )
    async with open_storage(fixed) as storage:
        try:
            await storage.get(READY)
        except StorageUnavailableError:
            return False
    return True


def test_the_secret_of_tokens(secrets: Path) -> None:
    """The second is believed first, then signs; the first is believed until it is taken away."""
    first = (secrets / "jwt_secret").read_text()
    rotate(secrets, "jwt-add")
    second = (secrets / "jwt_secret_previous").read_text()
    assert ((secrets / "jwt_secret").read_text(), len(second)) == (first, len(first))
    rotate(secrets, "jwt-use")
    assert (secrets / "jwt_secret").read_text() == second
    assert (secrets / "jwt_secret_previous").read_text() == first
    rotate(secrets, "jwt-retire")
    assert (secrets / "jwt_secret_previous").read_text().strip() == ""
    with pytest.raises(subprocess.CalledProcessError):
        rotate(secrets, "jwt-use")
    assert (secrets / "jwt_secret").read_text() == second


def test_what_identities_may_do_comes_with_the_version(secrets: Path) -> None:
    """It is written anew each time; keys stay, and so does a rotation that is under way."""
    identities = secrets / "storage_identities"
    whole = identities.read_text()
    identities.chmod(0o644)
    identities.write_text(whole.replace("s3:GetObject", "s3:Nothing"))
    subprocess.run([ROOT / "scripts/compose-secrets", secrets], check=True)
    assert identities.read_text() == whole
    rotate(secrets, "add")
    both = identities.read_text()
    subprocess.run([ROOT / "scripts/compose-secrets", secrets], check=True)
    assert identities.read_text() == both != whole
    with pytest.raises(subprocess.CalledProcessError):
        rotate(secrets, "retire")
    rotate(secrets, "use")
    rotate(secrets, "retire")
    assert identities.read_text() not in {both, whole}
