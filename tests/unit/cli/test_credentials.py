from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec
import pytest

from cli.local.credentials import FILE, open_credentials
from cli.local.environment import of_process, of_service
from cli.local.private_files import write_private
from shared.jetstream.permissions import USERS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("umask", [0, 0o022, 0o077])
def test_a_new_data_folder_is_its_owners_alone(tmp_path: Path, umask: int) -> None:
    """Whatever the umask is."""
    before = os.umask(umask)
    try:
        open_credentials(tmp_path / "data")
    finally:
        os.umask(before)
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "data" / FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o755, 0o775, 0o777, 0o711])
def test_an_older_folder_is_closed_and_keeps_its_secrets(tmp_path: Path, mode: int) -> None:
    """Earlier versions left it open to others."""
    kept = open_credentials(tmp_path / "data")
    (tmp_path / "data").chmod(mode)
    (tmp_path / "data" / FILE).chmod(mode & 0o666)
    assert open_credentials(tmp_path / "data") == kept
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "data" / FILE).stat().st_mode & 0o777 == 0o600


def test_the_folder_of_an_earlier_version_gains_what_is_new(tmp_path: Path) -> None:
    """It had one password for NATS; its other secrets stay, and so do the new ones."""
    data = tmp_path / "data"
    old = {"jwt": "1" * 64, "nats_password": "2" * 32, "s3_secret_key": "3", "weed_key": "4"}
    data.mkdir()
    (data / FILE).write_bytes(msgspec.json.encode(old))
    opened = open_credentials(data)
    assert (opened.jwt, opened.s3_secret_key, opened.weed_key) == ("1" * 64, "3", "4")
    assert set(opened.nats) == set(USERS)
    assert open_credentials(data) == opened


def test_a_file_that_was_open_is_closed_when_it_is_written(tmp_path: Path) -> None:
    """A file that somebody holds open shows them nothing new either."""
    path = tmp_path / "passwords.conf"
    path.write_text("old")
    path.chmod(0o666)
    with path.open("rb") as held:
        write_private(path, b"the new password")
        assert held.read() == b"old"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["passwords.conf"]


def test_a_service_gets_the_settings_that_it_reads() -> None:
    """And what any program needs; nothing of what the caller's shell happens to hold."""
    environ = {
        "PATH": "/bin",
        "LC_ALL": "C",
        "JWT_SECRET": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "PACKAGER_THREADS": "2",
        "DEPLOY_TOKEN": "x",
    }
    assert set(of_process(environ)) == {"PATH", "LC_ALL"}
    assert set(of_service("status", environ)) == {"PATH", "LC_ALL", "JWT_SECRET"}
    assert set(of_service("packager", environ)) == {
        *("PATH", "LC_ALL", "AWS_SECRET_ACCESS_KEY", "PACKAGER_THREADS")
    }
