from __future__ import annotations

import os
import socket
import ssl
import threading
import tomllib
from typing import TYPE_CHECKING

import pytest

from cli.local import storage_doors
from cli.local.errors import StackError
from cli.local.storage_doors import CERTIFICATE, KEY, SETTINGS, check_closed, client_context, secure

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with everything in it."""
    secure(tmp_path / "security")
    return tmp_path / "security"


def test_every_part_shows_the_certificate_and_asks_for_it(folder: Path) -> None:
    """Whatever SeaweedFS listens or calls with, in the words of its own ``security.toml``."""
    settings = tomllib.loads((folder / SETTINGS).read_text())
    assert settings["grpc"].pop("ca") == CERTIFICATE
    assert set(settings["grpc"]) == {"master", "volume", "filer", "s3", "client"}
    for part in settings["grpc"].values():
        assert part == {"cert": CERTIFICATE, "key": KEY}
    assert settings["https"].pop("client").pop("enabled") is True
    assert set(settings["https"]) == {"master", "volume", "filer"}
    for part in settings["https"].values():
        assert part == {"cert": CERTIFICATE, "key": KEY, "ca": CERTIFICATE}


def test_only_its_owner_reads_the_key(tmp_path: Path) -> None:
    """Whatever the umask is."""
    before = os.umask(0)
    try:
        secure(tmp_path / "open")
    finally:
        os.umask(before)
    assert (tmp_path / "open").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "open").iterdir()} == {0o600}


def test_a_certificate_that_lasts_is_kept(folder: Path) -> None:
    """A server that runs goes on knowing its peers."""
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    secure(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert set(before) == {CERTIFICATE, KEY, SETTINGS}


def test_a_certificate_is_renewed_long_before_it_expires(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once less than the time is left that a server may run without a new start."""
    before = (folder / CERTIFICATE).read_bytes()
    monkeypatch.setattr(storage_doors, "RENEWED_BEFORE", storage_doors.LIFETIME)
    secure(folder)
    assert (folder / CERTIFICATE).read_bytes() != before
    client_context(folder)


@pytest.mark.parametrize("damaged", [CERTIFICATE, KEY])
@pytest.mark.parametrize(
    "content",
    [None, b"", b"-----BEGIN CERTIFICATE-----\nAA\n", os.urandom(99)],
    ids=["gone", "empty", "short", "noise"],
)
def test_what_is_damaged_is_made_anew(folder: Path, damaged: str, content: bytes | None) -> None:
    """A ``weed`` that cannot read it would serve everything to everybody."""
    (folder / damaged).unlink()
    if content is not None:
        (folder / damaged).write_bytes(content)
    secure(folder)
    client_context(folder)


def test_a_key_of_another_certificate_is_replaced(folder: Path, tmp_path: Path) -> None:
    """As after a copy of half a folder."""
    secure(tmp_path / "other")
    (tmp_path / "other" / KEY).replace(folder / KEY)
    secure(folder)
    client_context(folder)


@pytest.mark.parametrize("served", ["plain", "foreign"])
def test_a_port_without_our_certificate_is_no_closed_door(
    folder: Path, tmp_path: Path, served: str
) -> None:
    """The stack does not start on a storage that would be open to everybody."""
    secure(tmp_path / "foreign")
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(tmp_path / "foreign" / CERTIFICATE, tmp_path / "foreign" / KEY)

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            if served == "plain":
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                return
            with pytest.raises(ssl.SSLError):
                theirs.wrap_socket(connection, server_side=True)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        with pytest.raises(StackError, match=f"port {port} without its certificate"):
            check_closed(folder, [port])
        thread.join()
