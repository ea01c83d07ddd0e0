"""``docs/migration.md`` and its script lead from rows of the engine's database to a game."""

from __future__ import annotations

import http.server
import json
import os
import re
import subprocess
import threading
import urllib.error
import urllib.request
import zipfile
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import websockets.sync.client

from services.packager.runtimes.build import node
from shared.domain.paths import check_path, check_paths
from shared.domain.private_files import HomeRule
from shared.errors import PathError
from tests.browser.conftest import served
from tests.e2e.conftest import AETHEL_EXPORT
from tests.unit.shared.domain.test_private_files import CLUTTER_NAMES, ORDINARY, SECRET_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.conftest import Up

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/migration.md"
SCRIPT = ROOT / "docs/examples/push-project.mjs"
PATHS = ROOT / "docs/examples/project-paths.mjs"
INDEX = (
    "<!doctype html>\n<html><head><title>Lantern</title></head>"
    '<body>ä<img src="Content/wall.png"></body></html>\n'
)
PICTURE = bytes(range(256)) * 16
LARGE = os.urandom(3 << 20)
PROJECT = {"id": "clx2ab7", "name": "Lantern Yard", "template": "blank", "settings": None}


def rows(*files: dict[str, Any], url: str = "/uploads/1767225600000_wall.png") -> dict[str, Any]:
    """Rows as the engine's database has them."""
    wall = {"name": "wall.png", "type": "texture", "path": "/Content/wall.png", "url": url}
    song = {"name": "song.mp3", "type": "audio", "path": "/Content/Audio/song.mp3"}
    return {
        "project": PROJECT,
        "files": [
            {"id": "f1", "path": "/index.html", "content": INDEX},
            {"id": "f2", "path": "/notes/empty.txt", "content": None},
            {"id": "f3", "path": "/.env", "content": "SECRET=1"},
            *files,
        ],
        "assets": [
            {"id": "a1", "storagePath": "uploads/1767225600000_wall.png", **wall},
            {"id": "a2", "storagePath": None, "url": "/uploads/1767225600001_song.mp3", **song},
        ],
    }


@pytest.fixture
def engine(tmp_path: Path) -> Path:
    """The engine's server: its uploads; the tests put its rows beside them."""
    uploads = tmp_path / "public/uploads"
    uploads.mkdir(parents=True)
    (uploads / "1767225600000_wall.png").write_bytes(PICTURE)
    (uploads / "1767225600001_song.mp3").write_bytes(LARGE)
    return tmp_path


def documented(up: Up) -> list[str]:
    """The commands of the page, against this stack."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
    here = {
        "http://127.0.0.1:8080": up.ready().gateway_url,
        ".venv/bin/aethel-export": AETHEL_EXPORT,
        "node docs/examples/push-project.mjs": f"{node()} {SCRIPT}",
    }
    for there, mine in here.items():
        blocks = [block.replace(there, mine) for block in blocks]
    return blocks


def run(up: Up, script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A shell script on the engine's server."""
    script = f"set -eu\nexport AETHEL_EXPORT_DATA={up.data}\n{script}"
    return subprocess.run(
        ["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )


def pushed(up: Up, folder: Path, given: dict[str, Any], *arguments: str) -> dict[str, Any]:
    """What the documented command prints for some rows."""
    done = push(up, folder, given, *arguments)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def push(
    up: Up, folder: Path, given: dict[str, Any], *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run the documented command, with more arguments."""
    (folder / "rows.json").write_text(json.dumps(given))
    command, _ = documented(up)
    return run(up, f"{command.rstrip()} {' '.join(arguments)}", folder)


def test_rows_become_a_game_whose_bytes_are_theirs(up: Up, engine: Path) -> None:
    """Pushed, exported as documented, downloaded: every file as the rows had it."""
    first = pushed(up, engine, rows())
    assert (first["files"], first["sent"], first["refused"]) == (4, 4, [])
    assert first["leftOut"] == [".env"]
    again = pushed(up, engine, rows())
    assert (again["snapshot"], again["sent"]) == (first["snapshot"], 0)
    here = f"{up.ready().gateway_url}/api/projects/clx2ab7"
    assert fetched(f"{here}/files/index.html", up, engine) == INDEX.encode()
    shown = json.loads(fetched(here, up, engine))
    assert (shown["name"], shown["settings"]) == ("Lantern Yard", {"template": "blank"})
    set_up, ask = documented(up)
    environment = "\n".join(line for line in set_up.splitlines() if line.startswith("export"))
    made = json.loads(run(up, f"{environment}\n{ask}", engine).stdout)
    with websockets.sync.client.connect(made["websocketUrl"]) as socket:
        states = [m["state"] for m in map(json.loads, socket) if m["type"] == "export-status"]
    assert states[-1]["status"] == "completed", states[-1]["error"]
    assert states[-1]["fileName"].startswith("lantern-yard")
    artifact = engine / "artifact.zip"
    subprocess.run(["curl", "-sLo", str(artifact), states[-1]["downloadUrl"]], check=True)
    with zipfile.ZipFile(artifact) as archive:
        assert archive.read("Content/wall.png") == PICTURE
        assert archive.read("Content/Audio/song.mp3") == LARGE
        assert archive.read("notes/empty.txt") == b""
        page = archive.read("index.html").decode()
    assert "<body>ä" in page


def fetched(url: str, up: Up, folder: Path) -> bytes:
    """What the gateway answers to the project's owner."""
    token = access(up, folder)["AETHEL_EXPORT_TOKEN"]
    headers = ("-H", f"Authorization: Bearer {token}", "-H", "X-Aethel-User: ann")
    return subprocess.run(["curl", "-sf", *headers, url], capture_output=True, check=True).stdout


def test_rows_that_cannot_be_files_are_told_before_anything_is_sent(up: Up, engine: Path) -> None:
    """Each with its table and id; --leave-out goes on without them."""
    given = rows(
        {"id": "bad1", "path": "/con.txt", "content": "x"},
        {"id": "bad2", "path": "/Index.html", "content": "x"},
        {"id": "bad3", "path": "/index.html/x", "content": "x"},
        {"id": "bad4", "path": "//", "content": "x"},
        {"id": "bad5", "path": "/Content/wall.png", "content": "x"},
    )
    given["assets"].append(
        {"id": "bad6", "path": "/Content/gone.png", "url": "/uploads/1_gone.png"}
    )
    given["assets"].append(
        {"id": "bad7", "path": "/Content/out.png", "url": "/uploads/..%2F..%2Frows.json"}
    )
    given["assets"].append({"id": "bad8", "path": "/Content/far.png", "url": up.ready().status_url})
    given["assets"].append({"id": "bad9", "path": None, "url": "/uploads/2_x.png"})
    given["project"] = {**PROJECT, "id": "clx2ab8"}
    refused = push(up, engine, given)
    assert refused.returncode == 2
    said = refused.stderr.splitlines()
    assert [line.split(":")[0] for line in said] == [
        *("File bad1", "File bad2", "File bad3", "File bad4"),
        # The row of a file comes first, so the upload of the same path is the second one.
        *("Asset a1", "Asset bad6", "Asset bad7", "Asset bad8", "Asset bad9"),
    ]
    assert "reserved on Windows" in said[0]
    assert "only in case" in said[1]
    left = pushed(up, engine, given, "--leave-out")
    assert [row["row"] for row in left["refused"]] == [
        line.split(":")[0].split()[1] for line in said
    ]
    assert left["files"] == 4


NAMES = [
    *(
        "a.txt",
        "ä/ö.txt",
        "con",
        "COM1.tar.gz",
        "lpt¹",
        "conin$",
        "constant",
        "a:b",
        "a?b",
        "a\\b",
        "C:x",
    ),
    *("a//b", "/", "./a", "a/..", "a.", " a", "a ", "a /b", "x" * 256, "x/" * 33 + "x", "y" * 513),
    *(
        "a\u0301",
        "a\u202eb",
        "a\u200bb",
        "\U0001f469\u200d\U0001f680.png",
        "a\tb",
        "a\x85b",
        "a\ufffeb",
    ),
    *("\u115f", "\u3164", "\ufeffa", "한.png", ".hidden", "a'b", "a%20b", "a#b"),
]


def test_the_script_refuses_the_names_that_the_gateway_refuses() -> None:
    """No more and no fewer, and the same collisions."""

    def refused(path: str) -> bool:
        try:
            check_path(path)
        except PathError:
            return True
        return False

    def collides(*paths: str) -> bool:
        try:
            check_paths(paths)
        except PathError:
            return True
        return False

    pairs = [
        *(("a", "A"), ("a/b", "a"), ("a", "a/b"), ("a/b", "A/c"), ("a/b", "a/c"), ("a", "a")),
        *(("straße", "STRASSE"), ("ab/c", "a/bc"), ("Ä/x", "ä"), ("a/b/c", "a/B/d")),
    ]
    program = f"""
      import {{ objectionTo, TakenPaths }} from {json.dumps(str(PATHS))};
      const names = {json.dumps(NAMES)}.map((name) => objectionTo(name) !== null);
      const pairs = {json.dumps(pairs)}.map(([a, b]) => {{
        const taken = new TakenPaths();
        taken.take(a);
        return taken.take(b) !== null;
      }});
      console.log(JSON.stringify({{ names, pairs }}));
    """
    found = json.loads(printed_by(program))
    assert dict(zip(NAMES, found["names"], strict=True)) == {name: refused(name) for name in NAMES}
    assert found["pairs"] == [collides(*pair) for pair in pairs]


def test_the_script_leaves_at_home_what_push_does() -> None:
    """By names, in any case and folder; what a file holds, the export looks at."""
    names = [*SECRET_NAMES, *CLUTTER_NAMES, *ORDINARY, "node_modules/a.js", "a/node_modules.js"]
    paths = [path for name in names for path in (name, name.upper(), f"a/{name}", f"{name}/b")]
    paths = [path for path in paths if ".aethelignore" not in path.lower()]
    program = f"""
      import {{ staysAtHome }} from {json.dumps(str(PATHS))};
      console.log(JSON.stringify({json.dumps(paths)}.map(staysAtHome)));
    """
    found = dict(zip(paths, json.loads(printed_by(program)), strict=True))
    assert found == {path: HomeRule().stays_home(path) is not None for path in paths}


def printed_by(program: str, **environ: str) -> str:
    """What a module prints."""
    command = [node(), "--input-type=module", "-e", program]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environ}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_engines_server_calls_it_with_pages_of_rows(up: Up, engine: Path) -> None:
    """The documented module, on tables that answer as its database client does; bytes from S3."""
    (module,) = re.findall(r"```js\n(.*?)```", PAGE.read_text(), re.DOTALL)
    with served(engine / "public") as url:
        here = {
            "./push-project.mjs": str(SCRIPT),
            "https://bucket.example.com": url.rstrip("/"),
            "public/uploads": str(engine / "public/uploads"),
        }
        for there, mine in here.items():
            module = module.replace(there, mine)
        given = rows(
            *({"id": f"g{n:04}", "path": f"/src/{n}.txt", "content": f"{n}"} for n in range(450)),
            url=f"{url}uploads/1767225600000_wall.png",
        )
        given["project"] = {**PROJECT, "id": "clx2ab9", "userId": "ann"}
        program = f"""
          {module}
          const given = {json.dumps(given)};
          const table = (rows) => ({{
            findMany: async ({{ take, cursor, skip = 0 }}) => {{
              const from = cursor ? rows.findIndex((row) => row.id === cursor.id) + skip : 0;
              return rows.slice(from, from + take);
            }},
          }});
          const database = {{
            project: {{ findUniqueOrThrow: async () => given.project }},
            file: table(given.files),
            asset: table(given.assets),
          }};
          console.log(JSON.stringify(await pushFromDatabase(database, given.project.id)));
        """
        first = json.loads(printed_by(program, **access(up, engine)))
        assert (first["files"], first["sent"]) == (454, 454)
        assert json.loads(printed_by(program, **access(up, engine)))["sent"] == 0


def access(up: Up, folder: Path) -> dict[str, str]:
    """Where the gateway is, and a token of the engine's server."""
    token = run(up, f"{AETHEL_EXPORT} token --user engine --role service", folder).stdout.strip()
    return {"AETHEL_EXPORT_URL": up.ready().gateway_url, "AETHEL_EXPORT_TOKEN": token}


@contextmanager
def busy_at_first(gateway: str) -> Iterator[tuple[str, Counter[str]]]:
    """A proxy that answers every request once with 503 or 429, and then as the gateway does."""
    seen: Counter[str] = Counter()

    class Proxy(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_arguments: object) -> None:
            """The test's own output is enough."""

        def do_PUT(self) -> None:
            body = self._body()
            request = f"{self.command} {self.path}"
            seen[request] += 1
            if seen[request] == 1:
                self._answer(503 if self.command == "PUT" else 429, b"{}", ("Retry-After", "0"))
                return
            headers = {name: self.headers[name] for name in ("Authorization", "Content-Type")}
            headers["X-Aethel-User"] = self.headers["X-Aethel-User"]
            there = urllib.request.Request(  # noqa: S310 - the gateway's own address
                gateway + self.path, body, headers=headers, method=self.command
            )
            try:
                with urllib.request.urlopen(there) as answer:  # noqa: S310 - likewise
                    self._answer(answer.status, answer.read())
            except urllib.error.HTTPError as error:
                with error:
                    self._answer(error.code, error.read())

        do_POST = do_PUT  # noqa: N815 - the name that http.server looks for

        def _body(self) -> bytes:
            if "Content-Length" in self.headers:
                return self.rfile.read(int(self.headers["Content-Length"]))
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

        def _answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
            self.send_response(status)
            for name, value in (*headers, ("Content-Length", str(len(body)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()
        thread.join()


def test_a_busy_gateway_is_asked_again(up: Up, engine: Path) -> None:
    """Each refused request is repeated with its whole body, streams too."""
    given = {**rows(), "project": {**PROJECT, "id": "clx2aba"}}
    (engine / "rows.json").write_text(json.dumps(given))
    with busy_at_first(up.ready().gateway_url) as (url, seen):
        done = subprocess.run(
            [node(), str(SCRIPT), "rows.json", "--uploads", "public/uploads", "--user", "ann"],
            cwd=engine,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **access(up, engine), "AETHEL_EXPORT_URL": url},
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sent"] == 4
    assert {request.split("/")[0] for request in seen} == {"POST ", "PUT "}
    assert min(seen.values()) == 2, seen
