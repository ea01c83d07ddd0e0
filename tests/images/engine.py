"""Docker or podman, as far as these tests need one."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any

# As compose and Kubernetes start them. Health is asked for by the tests themselves.
CONFINED = (
    *("--rm", "--read-only", "--tmpfs", "/tmp", "--network", "host", "--no-healthcheck"),  # noqa: S108
    *("--cap-drop", "all", "--security-opt", "no-new-privileges"),
)


@dataclass(frozen=True)
class Engine:
    """A program that holds the images of one version."""

    program: str
    version: str

    def image(self, part: str) -> str:
        """The name of an image."""
        return f"aethel-export-{part}:{self.version}"

    def inspect(self, part: str) -> dict[str, Any]:
        """What the engine knows of an image; nothing where it does not have it."""
        done = self._run("image", "inspect", self.image(part))
        return dict(json.loads(done.stdout)[0]) if done.returncode == 0 else {}

    def label(self, part: str, name: str) -> str | None:
        """A label of an image, None without it."""
        labels = self.inspect(part).get("Config", {}).get("Labels") or {}
        value: str | None = labels.get(f"org.opencontainers.image.{name}")
        return value

    def python(self, part: str, code: str) -> str:
        """What a line of Python prints within an image."""
        done = self._run("run", *CONFINED, "--entrypoint", "python", self.image(part), "-c", code)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def command(self, part: str, environ: dict[str, str], *more: str) -> list[str]:
        """The command that starts an image in the foreground."""
        variables = (f"--env={name}={value}" for name, value in environ.items())
        return [self.program, "run", *CONFINED, *variables, *more, self.image(part)]

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.program, *arguments], capture_output=True, text=True, check=False
        )
