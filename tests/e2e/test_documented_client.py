from __future__ import annotations

import base64
import json
import re
import socket
import struct
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import websockets.sync.client

from tests.e2e.conftest import AETHEL_EXPORT

if TYPE_CHECKING:
    from tests.e2e.conftest import Up

PAGE = Path(__file__).parents[2] / "docs/integration.md"


def documented(up: Up) -> list[str]:
    """The commands of the page, as they stand there, against this stack."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
    here = {
        "http://127.0.0.1:8080": up.ready().gateway_url,
        ".venv/bin/aethel-export": AETHEL_EXPORT,
    }
    for there, mine in here.items():
        blocks = [block.replace(there, mine) for block in blocks]
    return blocks


def test_the_documentation_leads_from_nothing_to_a_download(up: Up, tmp_path: Path) -> None:
    """Nothing but curl, a WebSocket library, and what ``docs/integration.md`` says."""
    (tmp_path / "index.html").write_text("<!doctype html><title>Mine</title>Mine")
    set_up, propose, send, ask = documented(up)

    def sh(*blocks: str) -> Any:
        script = "\n".join(["set -eu", f"export AETHEL_EXPORT_DATA={up.data}", set_up, *blocks])
        done = subprocess.run(
            ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout[done.stdout.index('{"') :].strip() or "null")

    missing = sh(propose.replace("curl", "curl -s"))
    assert missing is not None
    quiet = propose.replace("curl", "curl -s -o /dev/null")
    sent = sh(quiet, send.replace("curl", "curl -s"))
    assert sent["size"] == (tmp_path / "index.html").stat().st_size
    assert "snapshot" in sh(propose.replace("curl", "curl -s"))
    made = sh(ask.replace("curl", "curl -s"))
    with websockets.sync.client.connect(made["websocketUrl"]) as socket:
        states = [m["state"] for m in map(json.loads, socket) if m["type"] == "export-status"]
    assert states[-1]["status"] == "completed"
    artifact = tmp_path / "artifact.zip"
    subprocess.run(["curl", "-sLo", str(artifact), states[-1]["downloadUrl"]], check=True)
    assert artifact.stat().st_size == states[-1]["fileSize"]
    listed = subprocess.run(["unzip", "-l", str(artifact)], check=True, capture_output=True)
    assert b"index.html" in listed.stdout


def test_the_whole_interface_is_described(up: Up) -> None:
    """OpenAPI at /schema, with every route of the API."""
    url = up.ready().gateway_url
    fetched = subprocess.run(
        ["curl", "-sf", f"{url}/schema/openapi.json"], check=True, capture_output=True
    )
    paths = json.loads(fetched.stdout)["paths"]
    assert "/api/projects/{project_id}/export/{export_id}/download" in paths
    assert "/api/platforms" in paths


def test_tickets_and_clients_that_leave_are_not_in_the_log(up: Up) -> None:
    """Whoever reads the log must not be able to watch; browsers that go away are no failure."""
    stack = up.ready()
    log = up.data / "logs/status.log"
    assert "service.listening" in log.read_text()
    others = log.stat().st_size  # of who used the stack before
    host, port = stack.status_url.removeprefix("http://").split(":")
    key = base64.b64encode(bytes(16)).decode()
    shake_hands = (
        "GET /export/01900000-0000-7000-8000-000000000001?ticket=secret HTTP/1.1\r\n"
        f"Host: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    )
    for _ in range(300):
        with socket.create_connection((host, int(port))) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.sendall(shake_hands.encode())
    subprocess.run(["curl", "-sf", f"{stack.status_url}/readyz"], check=True, capture_output=True)
    told = log.read_bytes()[others:]
    assert b"secret" not in told
    assert b'"level": "error"' not in told
