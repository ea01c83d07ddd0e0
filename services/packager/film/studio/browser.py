"""The browser is Debian's Chromium without windows, which draws with Mesa's llvmpipe.

``chromium-headless-shell`` needs neither sockets of its own nor a session of its own, so that it
runs where the whole ``chromium`` would not: it can leave neither its process group nor its page.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from services.packager.film.studio.cdp import CdpConnection

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.packager.film.studio.cdp import OnEvent

ORIGIN: Final = "http://film.localhost"  # a secure context, by its name
LOG: Final = "browser.log"  # beside the profile: what it writes, for operators
_ABOVE: Final = 10  # descriptors that are moved to 3 and 4 must not be these
_FLAGS: Final = (
    "--headless",
    "--no-sandbox",  # it is in ours, where no namespaces can be made
    "--no-zygote",
    "--no-first-run",
    "--no-default-browser-check",
    "--remote-debugging-pipe",
    "--use-gl=angle",
    "--use-angle=gl-egl",
    "--ignore-gpu-blocklist",
    "--disable-gpu-watchdog",  # a heavy frame takes its time
    "--disable-gpu-shader-disk-cache",
    "--disable-gpu-vsync",
    "--disable-frame-rate-limit",
    "--disable-hang-monitor",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-lcd-text",
    "--disable-features=Translate,MediaRouter,OptimizationHints,AcceptCHFrame",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--autoplay-policy=no-user-gesture-required",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--force-device-scale-factor=1",
    "--hide-scrollbars",
    "--lang=en-US",
    "--mute-audio",
    "--disk-cache-size=1",
    "--proxy-bypass-list=<-loopback>",
)


class Browser:
    """A running browser; it ends with its pipes, or with its process group.

    Args:
        program: Chromium's.
        profile: A folder for it, which need not be there.
        port: Of the one server that it may reach, which is its proxy for everything.
        threads: That draw.
        on_event: Told of each event of the protocol.
        on_dropped: Told of each that was too long.
    """

    def __init__(
        self,
        program: Path,
        profile: Path,
        *,
        port: int,
        threads: int,
        on_event: OnEvent,
        on_dropped: Callable[[], object],
    ) -> None:
        self.profile = profile
        scratch = profile.parent
        from_us, to_browser = _pipe()
        from_browser, to_us = _pipe()
        log = os.open(scratch / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        arguments = (
            *_FLAGS,
            f"--user-data-dir={profile}",
            f"--proxy-server=http://127.0.0.1:{port}",
        )
        try:
            self.pid = os.posix_spawn(
                program,
                [str(program), *arguments, "about:blank"],
                _environment(scratch, threads),
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, from_us, 3),
                    (os.POSIX_SPAWN_DUP2, to_us, 4),
                    (os.POSIX_SPAWN_DUP2, log, 1),
                    (os.POSIX_SPAWN_DUP2, log, 2),
                ],
            )
        except BaseException:
            os.close(to_browser)
            os.close(from_browser)
            raise
        finally:
            for descriptor in (from_us, to_us, log):
                os.close(descriptor)
        self.cdp = CdpConnection(from_browser, to_browser, on_event, on_dropped)


def find_browser(program: str = "") -> Path | None:
    """The program of the browser; None where there is none.

    Args:
        program: A path or a name of it; empty: Debian's.
    """
    names = (program,) if program else ("/usr/lib/chromium/chromium-headless-shell",)
    for name in names:
        found = shutil.which(name)
        if found:
            return Path(found).resolve()
    return None


def _environment(scratch: Path, threads: int) -> dict[str, str]:
    return {
        "PATH": os.defpath,
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "EGL_PLATFORM": "surfaceless",
        "LIBGL_ALWAYS_SOFTWARE": "1",
        "LP_NUM_THREADS": str(threads),
        "MESA_SHADER_CACHE_DISABLE": "true",
    }


def _pipe() -> tuple[int, int]:
    ends = os.pipe()
    moved = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _ABOVE) for end in ends)
    for end in ends:
        os.close(end)
    return moved[0], moved[1]
