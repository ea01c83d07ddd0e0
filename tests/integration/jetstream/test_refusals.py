"""Whatever the timing, whoever cannot connect to NATS reads why."""

from __future__ import annotations

import asyncio
import shutil
import socket
import struct
import subprocess
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import nkeys
import pytest

from cli.local.ports import free_ports
from shared.errors import ConfigurationError
from shared.jetstream.connection import connect
from shared.jetstream.errors import NatsUnavailableError
from shared.settings import NatsSettings
from tests.certificates import Authority
from tests.own_nats import own_nats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LOGIN = {"authorization": {"user": "aethel", "password": "right"}}
INFO = b'INFO {"server_id": "x", "version": "2.12.0", "max_payload": 1048576}\r\n'
VIOLATION = b"-ERR 'Authorization Violation'\r\n"


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that does something else with each connection; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        answer(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


async def refused(url: str, patience_s: float = 0.05, **settings: Any) -> str:
    """What is read by whoever cannot connect."""
    with pytest.raises(NatsUnavailableError) as caught:
        await connect(NatsSettings(url=url, **settings), name="test", patience_s=patience_s)
    return str(caught.value)


async def refused_all(url: str) -> list[str]:
    """The same for ten at once."""
    return await asyncio.gather(*(refused(url) for _ in range(10)))


async def test_a_wrong_password_is_always_told(tmp_path: Path) -> None:
    """Fifty times of fifty, ten at once."""
    with own_nats(tmp_path, **LOGIN) as nats:
        for _ in range(5):
            for told in await refused_all(f"nats://aethel:wrong@{nats.address}"):
                assert "user or password are wrong in NATS_URL (Authorization Violation)" in told
        told = await refused(f"nats://{nats.address}")
        assert "set user and password in NATS_URL" in told
        right = NatsSettings(url=f"nats://aethel:right@{nats.address}")
        await (await connect(right, name="test", patience_s=10)).close()


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _says_so_before_it_has_heard_anything(connection: socket.socket) -> None:
    connection.sendall(INFO + VIOLATION)  # what the client sends now is answered by a reset


def _says_so_and_resets(connection: socket.socket) -> None:
    connection.sendall(INFO)
    connection.recv(4_096)
    connection.sendall(VIOLATION)
    _reset(connection)


def _says_nothing_else(connection: socket.socket) -> None:
    connection.sendall(VIOLATION)


def _hangs_up(connection: socket.socket) -> None:
    _reset(connection)


def _speaks_http(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (_says_so_before_it_has_heard_anything, "user or password are wrong"),
        (_says_so_and_resets, "user or password are wrong"),
        (_says_nothing_else, "user or password are wrong"),
        (_hangs_up, "127.0.0.1"),
        (_speaks_http, "it is no NATS server: it says 'HTTP/1.1 400 Bad Request'"),
    ],
)
async def test_a_server_that_hangs_up_has_been_heard(
    answer: Callable[[socket.socket], None], expected: str
) -> None:
    """At whatever moment it resets the connection."""
    with server(answer) as port:
        for told in await refused_all(f"nats://aethel:wrong@127.0.0.1:{port}"):
            assert expected in told


async def test_a_port_that_says_nothing_is_no_nats_server() -> None:
    """An HTTP server waits for the client to begin."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        told = await refused(f"nats://127.0.0.1:{listener.getsockname()[1]}")
    assert "it says nothing" in told


async def test_nobody_there_and_a_full_server_are_told(tmp_path: Path) -> None:
    """With the server's own words."""
    (port,) = free_ports(1)
    assert "refused" in await refused(f"nats://127.0.0.1:{port}")
    with own_nats(tmp_path, max_connections=1) as nats:
        first = await connect(
            NatsSettings(url=f"nats://{nats.address}"), name="test", patience_s=10
        )
        for told in await refused_all(f"nats://{nats.address}"):
            assert "maximum connections exceeded" in told
        await first.close()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes the certificate")
async def test_tls_that_is_not_trusted_is_told(tmp_path: Path) -> None:
    """Without the authority the certificate is named, with it the password."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(  # noqa: ASYNC221 - nothing else is to go on meanwhile
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-keyout", str(key), "-out", str(certificate), "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    tls = {"cert_file": str(certificate), "key_file": str(key)}
    with own_nats(tmp_path, tls=tls, **LOGIN) as nats:
        wrong = f"tls://aethel:wrong@{nats.address}"
        assert "see NATS_TLS_CA_FILE" in await refused(wrong)
        told = await refused(wrong, tls_ca_file=str(certificate))
        assert "user or password are wrong" in told
        right = NatsSettings(url=wrong.replace("wrong", "right"), tls_ca_file=str(certificate))
        await (await connect(right, name="test", patience_s=10)).close()


async def test_keys_open_and_are_refused(tmp_path: Path) -> None:
    """A seed file of an NKey: the right one, another one."""
    seeds = [nkeys.encode_seed(bytes([n]) * 32, nkeys.PREFIX_BYTE_USER) for n in (1, 2)]
    files = [tmp_path / "right.nk", tmp_path / "other.nk"]
    for file, seed in zip(files, seeds, strict=True):
        file.write_bytes(bytes(seed))
    public = nkeys.from_seed(bytearray(seeds[0])).public_key.decode()
    with own_nats(tmp_path, authorization={"users": [{"nkey": public}]}) as nats:
        url = f"nats://{nats.address}"
        right = NatsSettings(url=url, nkey_seed_file=str(files[0]))
        await (await connect(right, name="test", patience_s=10)).close()
        told = await refused(url, nkey_seed_file=str(files[1]))
        assert "does not accept the key of NATS_NKEY_SEED_FILE" in told


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"creds_file": "missing"}, "NATS_CREDS_FILE"),
        ({"creds_file": "nonsense"}, "NATS_CREDS_FILE"),
        ({"nkey_seed_file": "missing"}, "NATS_NKEY_SEED_FILE"),
        ({"nkey_seed_file": "nonsense"}, "NATS_NKEY_SEED_FILE"),
        ({"tls_ca_file": "missing"}, "NATS_TLS_CA_FILE"),
        ({"tls_ca_file": "nonsense"}, "NATS_TLS_CA_FILE"),
        ({"url": "http://user:secret@127.0.0.1:8222"}, "NATS_URL"),
        ({"url": "nats://user:secret@127.0.0.1:port"}, "NATS_URL"),
        ({"url": "nats://"}, "NATS_URL"),
    ],
)
async def test_a_setting_that_cannot_be_used_is_named(
    tmp_path: Path, settings: dict[str, str], name: str
) -> None:
    """At once, whether or not a server is there; no password is shown."""
    (tmp_path / "nonsense").write_text("SUAnonsense")
    placed: dict[str, Any] = {
        key: str(tmp_path / value) if key.endswith("_file") else value
        for key, value in settings.items()
    }
    with pytest.raises(ConfigurationError, match=name) as caught:
        await connect(NatsSettings(**placed), name="test", patience_s=10)
    assert "secret" not in str(caught.value)


async def test_certificates_open_and_are_refused(tmp_path: Path) -> None:
    """The right one; none, one that has expired, a stranger's, one of another authority."""
    ours, other = Authority("ours"), Authority("other")
    authority = tmp_path / "ca.pem"
    authority.write_bytes(ours.certificate)
    cert_file, key_file = ours.issue(tmp_path, "server")
    tls = {
        "cert_file": str(cert_file),
        "key_file": str(key_file),
        "ca_file": str(authority),
        "verify_and_map": True,
    }
    issued = {
        "right": ours.issue(tmp_path, "worker"),
        "expired": ours.issue(tmp_path, "expired", days=-1),
        "stranger": ours.issue(tmp_path, "stranger"),
        "foreign": other.issue(tmp_path, "foreign"),
    }
    files: dict[str, dict[str, Any]] = {
        name: {"tls_cert_file": str(certificate), "tls_key_file": str(key)}
        for name, (certificate, key) in issued.items()
    }
    users = [{"user": "CN=worker"}]
    with own_nats(tmp_path / "nats", tls=tls, authorization={"users": users}) as nats:
        place: dict[str, Any] = {"url": f"tls://{nats.address}", "tls_ca_file": str(authority)}
        right = NatsSettings(**place, **files["right"])
        await (await connect(right, name="test", patience_s=10)).close()
        assert "set NATS_TLS_CERT_FILE" in await refused(**place)
        for name in ("expired", "foreign"):
            told = await refused(**place, **files[name])
            assert "does not accept the certificate of NATS_TLS_CERT_FILE" in told
        told = await refused(**place, **files["stranger"])
        assert "knows no user of the certificate of NATS_TLS_CERT_FILE" in told
