"""What a container finds in its environment and in the files of its secrets."""

from __future__ import annotations

import importlib
import re
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.deployment.rendering import Manifest, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shared.settings import ServiceSettings

SERVICES: Final = ("gateway", "packager", "status", "uploader")
FOLDER: Final = "/run/secrets/aethel-export/"
VALUES: Final = {
    "NATS_URL": "nats://user:word@nats:4222",
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "JWT_SECRET": "0123456789abcdef0123456789abcdef",
    "JWT_SECRET_PREVIOUS": "",
    "PACKAGER_NPM_TOKEN": "token",
}
CHOSEN: Final = {"BUILD_MINUTES_DEFAULT_PLAN": "pro"}  # what overlays leave to operators


def settings(service: str) -> type[ServiceSettings]:
    """The struct that a service reads."""
    module = importlib.import_module(f"services.{service}.settings")
    found: type[ServiceSettings] = getattr(module, f"{service.title()}Settings")
    return found


def environment(template: Manifest, manifests: tuple[Manifest, ...]) -> dict[str, str]:
    """The variables of a pod's only container."""
    (container,) = template["spec"]["containers"]
    environ: dict[str, str] = {}
    for source in container["envFrom"]:
        environ |= named(manifests, "ConfigMap", source["configMapRef"]["name"])["data"]
    for entry in container["env"]:
        match entry:
            case {"value": value}:
                environ[entry["name"]] = value
            case {"valueFrom": {"fieldRef": {"fieldPath": path}}}:
                label = path.removeprefix("metadata.labels['").removesuffix("']")
                environ[entry["name"]] = template["metadata"]["labels"][label]
            case other:
                raise AssertionError(other)
    return environ


@contextmanager
def readable(environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The same variables, as an operator completes them: secrets in files, choices made."""
    with tempfile.TemporaryDirectory() as folder:
        for name, value in VALUES.items():
            (Path(folder) / name).write_text(value)
        found = {name: value.replace(FOLDER, f"{folder}/") for name, value in environ.items()}
        yield {**found, **{name: CHOSEN[name] for name in found.keys() & CHOSEN.keys()}}


def secret_files(environ: Mapping[str, str]) -> set[str]:
    """The secrets that a container is told to read; each file is called like its variable."""
    found = {name.removesuffix("_FILE") for name, value in environ.items() if FOLDER in value}
    assert all(environ[f"{name}_FILE"] == f"{FOLDER}{name}" for name in found)
    return found


def mounted_secrets(pod: Manifest) -> set[str]:
    """The secrets whose files a pod's only container finds in ``FOLDER``."""
    (container,) = pod["containers"]
    (mount,) = (m for m in container["volumeMounts"] if f"{m['mountPath']}/" == FOLDER)
    (volume,) = (v for v in pod["volumes"] if v["name"] == mount["name"])
    return {unhashed(source["secret"]["name"]) for source in volume["projected"]["sources"]}


def unhashed(name: str) -> str:
    """Without what kustomize appends to a name so that new content gets a new one."""
    return re.sub(r"-(?=[a-z0-9]*\d)[a-z0-9]{10}$", "", name)
