"""Build scripts that attack: whatever they do ends with their export, and harms no other."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from services.packager.sandbox import build_server
from services.packager.storage.disk_cache import DiskCache
from services.packager.storage.scratch import scratch_folder
from shared.errors import ExportError, ProjectError
from tests import own_builds
from tests.own_builds import PAGE, OwnBuilds, scripted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nats.js import JetStreamContext

    from services.packager.sandbox.build_server import BuildServer
    from shared.settings import NatsSettings
    from shared.storage.bucket import Storage

CANARY = "another tenant's secret"
MAKE = "mkdir -p dist && cp page.html dist/index.html"
MIB = 1 << 20


@pytest.fixture(scope="module")
def builds() -> Iterator[BuildServer]:
    """Starts builds that may run scripts, and may use little."""
    server = own_builds.server(memory_bytes=700 * MIB, cpu_s=20, file_bytes=64 * MIB)
    yield server
    server.close()


@pytest.fixture
def cache(tmp_path: Path) -> DiskCache:
    """Shared by all tenants of a packager."""
    return DiskCache(tmp_path / "cache", 1 << 30)


@pytest.fixture
def own(storage: Storage, cache: DiskCache, builds: BuildServer, js: JetStreamContext) -> OwnBuilds:
    """The packager under attack."""
    return OwnBuilds(storage, cache, builds, js)


def _attack(build: str, tool: str = "") -> dict[str, bytes]:
    return scripted(build, tool, **{"page.html": PAGE})


async def _is_well(own: OwnBuilds) -> None:
    """Others' exports go on, and nothing is left on the disk."""
    made = await own.export(_attack(MAKE))
    assert b"<p>1</p>" in made["index.html"]


def _left(cache: DiskCache) -> list[Path]:
    """What lies in work folders of exports that have ended."""
    return [*cache._work.iterdir()]


async def _told(own: OwnBuilds, build: str, tool: str = "") -> str:
    """All that a script has seen, as its output tells; its export fails for its maker."""
    with pytest.raises(ProjectError) as caught:
        await own.export(_attack(build, tool))
    return "\n".join([*own.lines, str(caught.value)])


async def _code(own: OwnBuilds, build: str, tool: str) -> str:
    """The code of the error that an export fails with; "" where it does not."""
    try:
        await own.export(_attack(build, tool))
    except ExportError as error:
        return error.code
    return ""


async def test_it_sees_no_files_but_its_own(
    own: OwnBuilds, cache: DiskCache, tmp_path: Path
) -> None:
    """Neither others', nor the system's, nor the packager's, nor what lies beside it."""
    secret = tmp_path / "secret"
    secret.write_text(CANARY)
    with cache.writing("objects/others", len(CANARY)) as descriptor:
        os.write(descriptor, CANARY.encode())
    others = cache.path("objects/others")
    files = [secret, others, Path("/etc/passwd"), Path("pyproject.toml"), Path("/proc/self/maps")]
    files += [Path(f"/proc/{pid}/environ") for pid in ("self", 1, os.getpid())]
    folders = [tmp_path, cache.path(""), Path("/proc"), Path("/sys"), Path("/home"), Path("../..")]
    told = await _told(
        own,
        f"D=done; for f in {_quoted(files)}; do cat $f && echo read-$D $f; done; "
        f"for f in {_quoted(folders)} ../..; do ls $f && echo listed-$D $f; done; "
        f"echo bad > {secret} && echo wrote-$D; echo bad > ../../x && echo wrote-$D; "
        f"ln {secret} a && echo linked-$D; cp /bin/sh {tmp_path}/sh; env; exit 3",
    )
    for word in (CANARY, "-done", "root:", "S3_", "NATS", "SECRET"):
        assert word not in told, told
    assert "status 3" in told
    assert secret.read_text() == CANARY
    assert not (tmp_path / "sh").exists()
    await _is_well(own)


def _quoted(paths: list[Path]) -> str:
    return " ".join(f"'{path.absolute()}'" for path in paths)


async def test_it_reaches_nobody(own: OwnBuilds, nats_settings: NatsSettings) -> None:
    """No network, no process but its own, no way out of its group or its rights."""
    port = nats_settings.url.rpartition(":")[2]
    tool = f"""
        import net from "node:net";
        import dgram from "node:dgram";
        import {{ lookup }} from "node:dns/promises";
        import {{ execSync }} from "node:child_process";
        const heard = (begin) => new Promise((yes, no) => begin(yes).on("error", no));
        const tries = {{
          tcp: () => heard((yes) => net.connect({port}, "127.0.0.1", yes)),
          server: () => heard((yes) => net.createServer().listen(0, yes)),
          unix: () => heard((yes) => net.createServer().listen("s", yes)),
          udp: () => new Promise((yes, no) => {{
            const socket = dgram.createSocket("udp4").on("error", no);
            socket.bind(0, yes);
          }}),
          dns: () => lookup("example.com"),
          kill1: () => process.kill(1, "SIGKILL"),
          killPackager: () => process.kill({os.getpid()}, "SIGKILL"),
          session: () => execSync("setsid true", {{ stdio: "pipe" }}),
          root: () => execSync("su -c true < /dev/null", {{ stdio: "pipe" }}),
          space: () => execSync("unshare -rn true", {{ stdio: "pipe" }}),
          mount: () => execSync("mount -t tmpfs none /tmp", {{ stdio: "pipe" }}),
        }};
        for (const [name, attempt] of Object.entries(tries)) {{
          let word = "DID";
          try {{ await attempt() }} catch {{ word = "failed" }}
          console.log(word, name);
        }}
        process.exit(3);
    """
    told = await _told(own, "node tool.mjs", tool)
    for name in ("tcp", "server", "unix", "udp", "dns", "kill1", "killPackager"):
        assert f"failed {name}" in told, told
    for name in ("session", "root", "space", "mount"):
        assert f"failed {name}" in told, told
    told = await _told(own, "node tool.mjs", "process.kill(-1, 'SIGKILL')")
    assert "signal 9" in told  # its own processes, not the build around them
    await _is_well(own)


async def test_what_it_leaves_behind_ends_with_its_export(
    own: OwnBuilds, cache: DiskCache, builds: BuildServer
) -> None:
    """Children that nobody waits for, and that would go on writing into what is shipped.

    They only append to the page: it is whole at whatever instant they are ended.
    """
    grandchild = (
        "while :; do echo changed >> dist/index.html; echo x >> dist/more; "
        "ln -s /etc dist/etc; mkdir dist/$$; done"
    )
    build = f"{MAKE}; (nohup sh -c '{grandchild}' > /dev/null 2>&1 &) ; (setsid sleep 1003 &); true"
    made = await own.export(_attack(build))
    assert made["index.html"].count(b"</html>") <= 1
    server = builds._process
    assert server is not None
    assert _children(server.pid) == []
    assert not _is_running("sleep", "1003")
    assert _left(cache) == []


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def _is_running(*argv: str) -> bool:
    """Whether any process on this machine was started like this."""
    wanted = "\0".join(argv).encode()
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            if process.name.isdecimal() and wanted in (process / "cmdline").read_bytes():
                return True
    return False


@pytest.mark.parametrize(
    ("build", "tool", "limit"),
    [
        ("node tool.mjs", "const a = []; for (;;) a.push(Buffer.alloc(16 << 20, 1))", "memory"),
        (
            "for n in 1 2 3 4 5 6; do node tool.mjs & done; wait",
            "globalThis.a = Buffer.alloc(200 << 20, 1); setTimeout(() => {}, 1e6)",
            "memory",
        ),
        (
            "for n in 1 2 3 4 5 6; do (node tool.mjs > /dev/null 2>&1 &) ; done; sleep 1000",
            "globalThis.a = Buffer.alloc(200 << 20, 1); setTimeout(() => {}, 1e6)",
            "memory",
        ),
        ("for n in $(seq 700); do sleep 1000 & done; sleep 1000", "", "memory"),
        (f"{MAKE}; for i in $(seq 25000); do : > dist/$i; done", "", "files"),
    ],
)
async def test_it_may_use_no_more_than_an_export_may(
    own: OwnBuilds, cache: DiskCache, build: str, tool: str, limit: str
) -> None:
    """Alone or with children, also with those that it has disowned."""
    with pytest.raises(ExportError) as caught:
        await own.export(_attack(build, tool))
    assert caught.value.code in {"project-too-heavy", "project-invalid"}
    assert limit in str(caught.value) or "status" in str(caught.value)
    assert _left(cache) == []
    await _is_well(own)


async def test_it_may_not_run_for_ever(
    storage: Storage, cache: DiskCache, js: JetStreamContext
) -> None:
    """Whether it computes or sleeps."""
    server = own_builds.server(cpu_s=2)
    try:
        own = OwnBuilds(storage, cache, server, js)
        told = await _told(own, "node tool.mjs", "for (;;);")
        assert "status 152" in told or "computing time" in told  # SIGXCPU
        await _is_well(own)
    finally:
        server.close()


async def test_one_large_file_is_the_end_of_it(own: OwnBuilds) -> None:
    """Even where it is all holes; and its output too."""
    for build in ("truncate -s 1T dist.bin", "yes > big", "yes"):
        told = await _told(own, f"{build} && exit 0")
        assert "status 153" in told, told[-300:]  # SIGXFSZ
    await _is_well(own)


async def test_nothing_but_plain_files_is_shipped(own: OwnBuilds, cache: DiskCache) -> None:
    """Links and devices cannot even be made; what is deep or shut goes with the export."""
    tool = """
        import fs from "node:fs";
        fs.mkdirSync("dist/shut", { recursive: true });
        for (const attempt of [
          () => fs.symlinkSync("/etc/passwd", "dist/passwd"),
          () => fs.symlinkSync("../../..", "dist/up"),
          () => fs.linkSync("/etc/hostname", "dist/hostname"),
        ]) { try { attempt(); console.log("DID", attempt); } catch {} }
        fs.copyFileSync("page.html", "dist/index.html");
        fs.writeFileSync("dist/shut/file", "1");
        fs.chmodSync("dist/shut", 0);
        for (let n = 0; n < 3000; n++) { fs.mkdirSync("d"); process.chdir("d"); }
    """
    build = "mkdir dist; mknod dist/null c 1 3; mkfifo dist/pipe; node tool.mjs"
    made = await own.export(_attack(build, tool))
    assert not any("DID" in line for line in own.lines)
    assert not {"passwd", "hostname", "null", "pipe", "up"} & {p.split("/")[0] for p in made}
    assert _left(cache) == []


@pytest.mark.parametrize(
    "name", ["CON", "a\\b", "a:b", "\\xff", "a\nb", "i\u0307ndex.html.", "x" * 255]
)
async def test_odd_names_are_their_makers_fault(own: OwnBuilds, name: str) -> None:
    """They are told, or shipped; none is an internal error."""
    tool = f"""
        import fs from "node:fs";
        fs.mkdirSync("dist"); fs.copyFileSync("page.html", "dist/index.html");
        fs.writeFileSync(Buffer.from("dist/" + {name!r}, "latin1"), "1");
    """
    assert await _code(own, "node tool.mjs", tool) in {"", "project-invalid"}


def test_scratch_folders_go_however_deep_they_are(tmp_path: Path) -> None:
    """Also where somebody has shut them, and with the links in them alone."""
    (tmp_path / "kept").write_text("1")
    (tmp_path / "work").mkdir()
    with scratch_folder(tmp_path / "work") as folder:
        (folder / "link").symlink_to(tmp_path)
        (folder / "shut").mkdir()
        (folder / "shut" / "file").touch()
        (folder / "shut").chmod(0)
        before = Path.cwd()
        try:
            os.chdir(folder)
            for _ in range(3_000):
                Path("d").mkdir()
                os.chdir("d")
        finally:
            os.chdir(before)
    assert [*(tmp_path / "work").iterdir()] == []
    assert (tmp_path / "kept").exists()


def test_the_server_asks_for_what_confines_scripts(builds: BuildServer) -> None:
    """Here it is there; that it is asked for at the start is told by its name."""
    assert isinstance(builds, build_server.BuildServer)
    builds.require_for_programs()
