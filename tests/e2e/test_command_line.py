from __future__ import annotations

import hashlib
import json
import random
import re
import subprocess
import time
import tomllib
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from cli.commands.options import project_id_of
from cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from tests.e2e.conftest import Up


def test_the_page_comes_first(up: Up) -> None:
    """Its address is what `up` tells first, and it is there."""
    url = f"{up.ready().gateway_url}/"
    while "ready" not in (told := up.log.read_text()):
        time.sleep(0.05)
    assert told.startswith(f"page     {url}\n")
    with urlopen(url) as answer:  # noqa: S310 - our own stack
        assert answer.headers["Content-Type"].startswith("text/html")


def test_a_folder_becomes_a_download(up: Up, game: Path, tmp_path: Path) -> None:
    """Push, export, follow, download: what arrives is what the folder holds."""
    project = project_id_of(game)
    assert up.cli("push", str(game)).returncode == 0
    done = up.cli("export", project, "--platform", "web", "-o", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    (artifact,) = (tmp_path / "out").iterdir()
    assert hashlib.sha256(artifact.read_bytes()).hexdigest() in done.stdout
    with zipfile.ZipFile(artifact) as archive:
        for file in game.iterdir():
            if file.name != "index.html":
                assert archive.read(file.name) == file.read_bytes()
    for tester in (["unzip", "-tq"], ["7z", "t"]):
        subprocess.run([*tester, str(artifact)], check=True, capture_output=True)


def test_a_game_is_played_on_its_link(up: Up, game: Path) -> None:
    """Of one export and of the project; a revoked link ends."""
    project = project_id_of(game)
    up.cli("push", str(game))
    made = up.cli("export", project, "--platform", "web", "--json")
    export = json.loads(made.stdout)["export"]["id"]
    assert up.cli("watch", export).returncode == 0
    links = [up.cli("play", target).stdout.strip() for target in (export, project)]
    assert json.loads(up.cli("play", project, "--json").stdout)["url"] == links[1]
    for link in links:
        status, page = opened(link)
        assert (status, b"Tiny" in page) == (200, True)
    assert up.cli("play", project, "--revoke").returncode == 0
    assert [opened(link)[0] for link in links] == [200, 404]


def opened(link: str) -> tuple[int, bytes]:
    """A link's page, from wherever names below localhost lead."""
    parts = urlsplit(link)
    with closing(HTTPConnection("127.0.0.1", parts.port or 80)) as connection:
        connection.request("GET", "/", headers={"Host": parts.netloc})
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_every_place_names_the_version_of_the_project(up: Up) -> None:
    """The command, the metrics and the workers say what ``pyproject.toml`` says."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    wanted = project["version"]
    assert up.cli("--version").stdout == f"aethel-export, version {wanted}\n"
    stack = up.ready()
    for service, url in (("gateway", stack.gateway_url), ("status", stack.status_url)):
        metrics = read(f"{url.replace('ws:', 'http:')}/metrics")
        assert f'aethel_build_info{{service="{service}",version="{wanted}"}} 1.0' in metrics
    workers = json.loads(read(f"{stack.gateway_url}/api/admin/workers", stack.token))["workers"]
    assert {worker["version"] for worker in workers} == {wanted}


def read(url: str, token: str = "") -> str:
    """What a server of the stack answers."""
    request = Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})  # noqa: S310 - our own
    with urlopen(request) as answer:  # noqa: S310
        text: str = answer.read().decode()
    return text


def test_warnings_are_told_once_more_at_the_end(up: Up, game: Path) -> None:
    """With file and line; strict makes them errors."""
    page = game / "index.html"
    page.write_text(page.read_text() + '<img src="/gone.png">\n')
    project = project_id_of(game)
    up.cli("push", str(game))
    done = up.cli("export", project, "--platform", "web", "--wait")
    assert done.returncode == 0, done.stderr
    end = done.stderr.partition("1 warning:\n")[2]
    assert end.startswith("  index.html:3: ")
    strict = up.cli("export", project, "--platform", "web", "--wait", "--option", "strict=true")
    assert strict.returncode == ExitCode.EXPORT_FAILED
    assert "index.html:3: " in strict.stderr


def test_the_same_project_gives_the_same_bytes(up: Up, game: Path, tmp_path: Path) -> None:
    """Twice, and the second time as another export."""
    project = project_id_of(game)
    up.cli("push", str(game))
    hashes = []
    for out in ("one", "two"):
        up.cli("export", project, "--platform", "source", "-o", str(tmp_path / out))
        (artifact,) = (tmp_path / out).iterdir()
        hashes.append(hashlib.sha256(artifact.read_bytes()).hexdigest())
    assert hashes[0] == hashes[1]


def test_pushing_again_sends_nothing(up: Up, game: Path) -> None:
    """And after a change only what changed."""
    first = up.json("push", str(game))
    again = up.json("push", str(game))
    assert (first["sentFiles"], again["sentFiles"]) == (3, 0)
    (game / "a.png").write_bytes(b"changed")
    changed = up.json("push", str(game))
    assert (changed["sentFiles"], changed["sentBytes"]) == (1, 7)
    assert changed["snapshot"] != first["snapshot"]


CA = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
MARK = "MARKED0"
SECRETS = [
    *(".env", ".env.local", ".git/config", ".npmrc", ".aws/credentials", "id_rsa", "keys/a.p12"),
    *("release.keystore", ".DS_Store", "art/._hero.png", "__MACOSX/x", "desktop.ini", ".svn/x"),
]
PRIVATE_KEY = f"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg{MARK}\n"


@pytest.mark.timeout(600)  # many commands, each a process
def test_no_way_in_publishes_a_secret(up: Up, tmp_path: Path) -> None:
    """Pushed, in a ZIP, file by file: other programs look for it in what players would get."""
    rng = random.Random(4)
    game = tmp_path / "secretive"
    hidden = {
        rng.choice(["", "a/", "b/c/"]) + "".join(rng.choice([c, c.upper()]) for c in path)
        for path in SECRETS
    }
    named = dict.fromkeys(hidden, MARK) | {"js/config.js": PRIVATE_KEY, "server.pem": PRIVATE_KEY}
    public = {"index.html": "<!doctype html><title>x</title><p>x", "keys.json": "{}", "ca.pem": CA}
    for path, text in (named | public).items():
        (game / path).parent.mkdir(parents=True, exist_ok=True)
        (game / path).write_text(text)
    packed = tmp_path / "game.zip"
    subprocess.run(["7z", "a", "-tzip", packed, "."], cwd=game, check=True, capture_output=True)
    state = up.ready()
    base = f"{state.gateway_url}/api/projects"
    curl = ["curl", "-sS", "-f", "-H", f"Authorization: Bearer {state.token}"]
    told = up.cli("push", str(game), "--project", "secret-pushed").stderr
    assert all(f"{path} " in told for path in ("js/config.js", "server.pem"))
    answer = subprocess.run(
        [*curl, "--data-binary", f"@{packed}", f"{base}/secret-packed/import"],
        check=True,
        capture_output=True,
    )
    left_out = {warning["file"] for warning in json.loads(answer.stdout)["warnings"]}
    assert {"js/config.js", "server.pem"} <= left_out
    for path in named | public:
        url = f"{base}/secret-single/files/{path}"
        subprocess.run([*curl, "-T", game / path, url], check=True, capture_output=True)
    for way in ("pushed", "packed", "single"):
        out = tmp_path / way
        done = up.cli("export", f"secret-{way}", "--platform", "web", "-o", str(out))
        assert done.returncode == 0, done.stderr
        (artifact,) = out.iterdir()
        subprocess.run(["unzip", "-q", artifact, "-d", out], check=True, capture_output=True)
        found = subprocess.run(["grep", "-rl", MARK, out], capture_output=True, check=False)
        assert (found.returncode, found.stdout) == (1, b""), way
        assert all((out / path).is_file() for path in public), way


def test_a_dry_run_lists_and_warns(up: Up, game: Path) -> None:
    """What is ignored stays at home, what looks like a key does and is named; nothing is sent."""
    (game / ".aethelignore").write_text("*.bin\n!keep.bin\n")
    (game / "keep.bin").write_text("x")
    (game / ".env.local").write_text("SECRET=1")
    (game / "server.key").write_text("x")
    (game / "node_modules").mkdir()
    (game / "node_modules/x.js").write_text("x")
    done = up.cli("push", str(game), "--dry-run", "--json")
    assert sorted(json.loads(done.stdout)["files"]) == [
        ".aethelignore",
        "a.png",
        "index.html",
        "keep.bin",
    ]
    assert "server.key looks like a secret by its name and was left out" in done.stderr
    assert "!node_modules/ into .aethelignore): node_modules/" in done.stderr


@pytest.mark.timeout(600)  # many commands, each a process
def test_exit_codes_of_an_export(up: Up, game: Path, tmp_path: Path) -> None:
    """2 wrong usage, a refused option too; 3 the export failed; 4 nobody answers."""
    project = project_id_of(game)
    up.cli("push", str(game))
    for wrong in (
        ("export", project),
        ("push", str(tmp_path / "nothing")),
        ("export", project, "--platform", "web", "--option", "x"),
        ("export", project, "--platform", "web", "--option", "nope=1"),
        ("export", project, "--platform", "amiga"),
    ):
        done = up.cli(*wrong)
        assert done.returncode == 2, done.stderr
    icon = ("--option", "appIcon=nowhere.png")  # only the packager sees that it is not there
    failed = up.cli("export", project, "--platform", "web", *icon, "--wait")
    assert failed.returncode == 3
    assert "nowhere.png" in failed.stderr
    (game / "index.html").unlink()
    up.cli("push", str(game))
    refused = up.cli("export", project, "--platform", "web", "--wait")
    assert refused.returncode == 2
    assert "index.html" in refused.stderr
    nobody = up.cli("status", "x", AETHEL_EXPORT_DATA=str(tmp_path / "elsewhere"))
    assert nobody.returncode == 4


@pytest.mark.timeout(600)  # many commands, each a process
def test_exit_codes_of_what_is_not_there_or_not_allowed(up: Up, game: Path) -> None:
    """6 not found; 7 a token that is not valid, or a role that is too small."""
    nothing = "01900000-0000-7000-8000-000000000001"
    ann = {
        "AETHEL_EXPORT_URL": up.ready().gateway_url,
        "AETHEL_EXPORT_TOKEN": up.cli("token", "--user", "ann").stdout.strip(),
    }
    up.cli("push", str(game))
    for code, arguments, changes in (
        (6, ("export", "no-such-project", "--platform", "web"), {}),
        (6, ("status", nothing), {}),
        (6, ("watch", f"{project_id_of(game)}/{nothing}"), {}),
        (6, ("dead-letters", "show", "999999"), {}),
        (6, ("push", str(game)), ann),  # somebody else's project
        (7, ("dead-letters", "ls"), ann),
        (7, ("push", str(game)), {**ann, "AETHEL_EXPORT_TOKEN": "nonsense"}),
        (7, ("status", nothing, "--as", "bob"), ann),
    ):
        done = up.cli(*arguments, **changes)
        assert done.returncode == code, (arguments, done.stderr)
        assert "Traceback" not in done.stderr


def test_the_exit_codes_are_documented(up: Up) -> None:
    """By ``--help`` and in ``docs/integration.md``, the same words."""
    told = up.cli("--help").stdout
    page = (Path(__file__).parents[2] / "docs/integration.md").read_text()
    for code in ExitCode:
        assert f"{code}  {code.meaning}" in told
        assert f"| {code} | {code.meaning} |" in page


@pytest.mark.timeout(600)  # many commands, each a process
def test_an_operator_looks_at_a_users_export(up: Up, game: Path, tmp_path: Path) -> None:
    """``--as`` names the user: on the local stack, or with a token of the role ``service``."""
    project, url = project_id_of(game), up.ready().gateway_url

    def token(*role: str) -> dict[str, str]:
        made = up.cli("token", *role).stdout.strip()
        return {"AETHEL_EXPORT_URL": url, "AETHEL_EXPORT_TOKEN": made}

    ann, service = token("--user", "ann"), token("--user", "support", "--role", "service")
    up.cli("push", str(game), **ann)
    made = up.cli("export", project, "--platform", "source", "--json", **ann)
    export = json.loads(made.stdout)["export"]["id"]
    hidden = up.cli("status", export)
    assert (hidden.returncode, "--as USER" in hidden.stderr) == (6, True)
    for who in ({}, service):
        for command in ("watch", "status", "logs"):
            shown = up.cli(command, export, "--as", "ann", **who)
            assert shown.returncode == 0, shown.stderr
    out = tmp_path / "out"
    assert up.cli("download", export, "--as", "ann", "-o", str(out), **service).returncode == 0
    assert len(list(out.iterdir())) == 1
    with up.frozen("packager"):
        made = up.cli("export", project, "--platform", "web", "--json", **ann)
        waiting = json.loads(made.stdout)["export"]["id"]
        assert up.cli("cancel", waiting, "--as", "ann").returncode == 0
    again = up.cli("retry", waiting, "--as", "ann", "--wait", **service)
    assert again.returncode == 0, again.stderr


def test_failures_are_told_in_a_line(up: Up, game: Path) -> None:
    """What is wrong and with what, never a stack of ours."""
    somewhere = {"AETHEL_EXPORT_TOKEN": "x", "AETHEL_EXPORT_URL": "http://127.0.0.1:1"}
    cases: list[tuple[tuple[str, ...], dict[str, str], int, str]] = [
        (("push", str(game), "--project", "My Game"), {}, 2, "project_id"),
        (("status", "game/nope"), {}, 2, "'nope' is not the id of an export"),
        (("push", str(game)), {**somewhere, "AETHEL_EXPORT_URL": "here"}, 2, "is no URL"),
        (
            ("push", str(game)),
            somewhere,
            4,
            "no answer from http://127.0.0.1:1: [Errno 111] Connection refused",
        ),
        (("streams", "apply"), {"NATS_URL": wrong_password(up)}, 4, "Authorization Violation"),
    ]
    with ThreadPoolExecutor() as pool:  # what tries again waits
        told = [pool.submit(up.cli, *arguments, **changes) for arguments, changes, _, _ in cases]
    for done, (_, _, code, words) in zip((one.result() for one in told), cases, strict=True):
        assert done.returncode == code, done.stderr
        assert words in done.stderr
        assert "Traceback" not in done.stderr


def wrong_password(up: Up) -> str:
    """The stack's NATS, with another password."""
    return re.sub(":[^:]*@", ":wrong@", up.ready().env["NATS_URL"])


def test_an_export_can_be_looked_at_afterwards(up: Up, game: Path, tmp_path: Path) -> None:
    """Status, log and download by its id, with or without its project."""
    project = project_id_of(game)
    up.cli("push", str(game))
    made = up.json("export", project, "--platform", "source")
    export = made["export"]["id"]
    assert up.cli("watch", f"{project}/{export}").returncode == 0
    state = up.json("status", export)
    assert (state["status"], state["progress"]) == ("completed", 100)
    assert "Packed" in up.cli("logs", export).stdout
    assert up.cli("download", export, "-o", str(tmp_path / "out")).returncode == 0
    (artifact,) = (tmp_path / "out").iterdir()
    assert hashlib.sha256(artifact.read_bytes()).hexdigest() == state["sha256"]


def test_a_queued_export_is_canceled_and_started_again(up: Up, game: Path) -> None:
    """The receipt does not wait for a worker; afterwards the same export can be made."""
    project = project_id_of(game)
    up.cli("push", str(game))
    with up.frozen("packager"):
        export = up.json("export", project, "--platform", "web")["export"]["id"]
        canceled = up.json("cancel", export)
        assert (canceled["status"], canceled["canCancel"]) == ("canceled", False)
        assert canceled["cancelReceipt"]["stoppedAt"] is not None
        assert "its parts are gone" in up.cli("cancel", export).stdout
        assert up.cli("watch", export).returncode == 5
    assert up.cli("retry", export, "--wait").returncode == 0
    state = up.json("status", export)
    assert (state["status"], state["generation"]) == ("completed", 2)
    for act in ("retry", "cancel"):
        refused = up.cli(act, export)
        assert (refused.returncode, "completed" in refused.stderr) == (2, True)


def test_operators_commands(up: Up) -> None:
    """Streams and bucket can be applied again, a sweep tells what went, the doctor is content."""
    assert "stream EXPORTS" in up.cli("streams", "apply").stdout
    steps = [json.loads(line) for line in up.cli("storage", "apply", "--json").stdout.splitlines()]
    assert {step["outcome"] for step in steps} == {"there already", "not supported"}
    assert set(up.json("sweep", "--now")) >= {"artifact", "upload"}
    assert up.cli("doctor").returncode == 0
    assert up.cli("token", "--user", "ann").stdout.count(".") == 2


@pytest.mark.timeout(600)  # many commands, each a process
def test_an_operator_finds_who_fills_what_and_makes_room(up: Up, game: Path) -> None:
    """Streams, users, their projects; what is deleted is gone from the lists at once."""
    for project in ("heavy-1", "heavy-2"):
        assert up.cli("push", str(game), "--project", project).returncode == 0
    mine = up.json("projects", "ls", "--limit", "1")
    assert (len(mine["projects"]), mine["nextPageToken"] is None) == (1, False)
    listed = up.json("projects", "ls")
    (owner,) = {p["owner"] for p in listed["projects"]}
    size_bytes = sum(file.stat().st_size for file in game.iterdir())
    assert {p["sizeBytes"] for p in listed["projects"] if p["id"] == "heavy-1"} == {size_bytes}

    shown = up.json("admin", "usage", "--by", "projects")
    assert 0 < shown["streams"]["KV_projects"] < 1
    assert (shown["users"][0]["userId"], shown["users"][0]["projects"]) == (
        owner,
        len(listed["projects"]),
    )
    assert "KV_projects" in up.cli("admin", "usage").stdout
    held = up.json("admin", "usage", "--user", owner)["projects"]
    assert {"id": "heavy-1", "files": 3, "sizeBytes": size_bytes} in held
    assert up.cli("admin", "delete-projects", "heavy-1").returncode == 2  # it asks why
    done = up.cli("admin", "delete-projects", "heavy-1", "--why", "abuse")
    assert (done.returncode, "heavy-1" in done.stdout) == (0, True)
    assert up.cli("projects", "delete", "heavy-2").returncode == 0
    left = {p["id"] for p in up.json("admin", "usage", "--user", owner)["projects"]}
    assert not left & {"heavy-1", "heavy-2"}
    assert up.cli("projects", "leave", "heavy-1").returncode == 6
