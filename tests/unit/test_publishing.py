"""What CI publishes reaches the compose file and the overlay; their readers accept both."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
COMPOSED = (ROOT / "compose.prod.yaml", ROOT / "compose/observability.yaml")
PARTS = ("cli", "gateway", "packager", "packager-video", "status", "uploader")
JOBS = {"storage-certificate", "bucket", "streams"}
DIGEST = "sha256:" + "0123456789abcdef" * 4
PUBLISHED = {
    f"{part.upper().replace('-', '_')}_IMAGE": f"ghcr.io/o/aethel-export-{part}@{DIGEST}"
    for part in PARTS
}
SERVERS = {"NATS_IMAGE": f"nats:2.15.1-alpine@{DIGEST}"}
ADDRESSES = {
    "EXPORT_PREVIEW_ORIGIN": "https://*.example-games.com",
    "EXPORT_PUBLIC_URL": "https://games.example.com",
    "AETHEL_WS_URL": "wss://status.example.com",
    "S3_PUBLIC_ENDPOINT": "https://files.example.com",
    "BUILD_MINUTES_DEFAULT_PLAN": "pro",
}


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """The file ``images.env`` of a release."""
    file = tmp_path / "images.env"
    file.write_text("".join(f"{name}={image}\n" for name, image in (PUBLISHED | SERVERS).items()))
    return file


def compose(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """What Compose itself says."""
    return subprocess.run(
        [BIN / "docker-compose", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_compose_starts_what_a_release_has_published(images: Path, tmp_path: Path) -> None:
    """By digest; limited, restarted, with logs that end."""
    addresses = tmp_path / "addresses.env"
    addresses.write_text("".join(f"{name}={value}\n" for name, value in ADDRESSES.items()))
    files = ("--env-file", images, "--env-file", addresses, "-f", "compose.prod.yaml")
    read = compose(*files, "--profile=*", "config")
    assert read.returncode == 0, read.stderr
    found = yaml.safe_load(read.stdout)
    services = found["services"]
    assert {services[part]["image"] for part in PARTS} == set(PUBLISHED.values())
    for name, service in services.items():
        assert "build" not in service, name
        assert service["read_only"], name
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}, name
        assert {"cpus", "memory", "pids"} <= set(service["deploy"]["resources"]["limits"]), name
        assert service["restart"] in {"unless-stopped", "on-failure", "no"}, name
        assert (service["restart"] == "unless-stopped") == (
            name not in {"cli", "operator", *JOBS}
        ), name


@pytest.mark.parametrize("name", ["staging", "production"])
def test_an_overlay_takes_the_images_of_a_release(name: str, images: Path, tmp_path: Path) -> None:
    """All of them, by digest; twice is the same as once, and a name without a digest is refused."""
    k8s = tmp_path / "k8s"
    shutil.copytree(ROOT / "k8s", k8s, ignore=shutil.ignore_patterns("secrets"))
    shutil.copytree(ROOT / "monitoring/grafana", tmp_path / "monitoring/grafana")
    overlay = k8s / "overlays" / name / "kustomization.yaml"
    original = overlay.read_text()
    pin = [ROOT / "scripts/pin-images", images]
    environ = {"PATH": os.environ["PATH"], "OVERLAY": str(overlay)}
    texts = []
    for _ in range(2):
        subprocess.run(pin, check=True, env=environ)
        texts.append(overlay.read_text())
    assert texts[0] == texts[1]
    rendered = subprocess.check_output([BIN / "kubectl", "kustomize", overlay.parent], text=True)
    assert set(re.findall(r"image: (.*)", rendered)) == {*PUBLISHED.values(), f"nats@{DIGEST}"}
    before = yaml.safe_load(original)
    after = yaml.safe_load(texts[0])
    assert {f"{image['newName']}@{image['digest']}" for image in after["images"]} == {
        *PUBLISHED.values(),
        f"nats@{DIGEST}",
    }
    assert {image["name"] for image in after["images"]} == {
        *(image["name"] for image in before["images"]),
        "nats",
    }
    assert {**after, "images": None} == {**before, "images": None}
    images.write_text(images.read_text().replace(f"@{DIGEST}", ":0.1.0"))
    refused = subprocess.run(pin, check=False, capture_output=True, text=True, env=environ)
    assert (refused.returncode, "CLI_IMAGE by its digest" in refused.stderr) == (1, True)
    assert overlay.read_text() == texts[0]


def test_an_overlay_without_images_is_refused(images: Path, tmp_path: Path) -> None:
    """It would start what it started before, while its operator believes otherwise."""
    overlay = tmp_path / "kustomization.yaml"
    overlay.write_text("resources: [../production]\n")
    environ = {"PATH": os.environ["PATH"], "OVERLAY": str(overlay)}
    pin = [ROOT / "scripts/pin-images", images]
    refused = subprocess.run(pin, check=False, capture_output=True, text=True, env=environ)
    assert (refused.returncode, "has no images" in refused.stderr) == (1, True)
    assert overlay.read_text() == "resources: [../production]\n"


def test_the_notes_of_a_release_are_those_of_its_version(tmp_path: Path) -> None:
    """Without those of others; a version that the changelog lacks is refused."""
    (tmp_path / "scripts").mkdir()
    notes = shutil.copy(ROOT / "scripts/release-notes", tmp_path / "scripts")
    head = "# Changelog\n\nWhat a user would notice.\n\n"
    changelog = f"{head}## 0.2.10\n\n- c\n\n## 0.2.1\n\n- b\n- bb\n\n## 0.1.0 (unreleased)\n\n- a\n"
    (tmp_path / "CHANGELOG.md").write_text(changelog)
    for version, said in {"0.2.10": "- c", "0.2.1": "- b\n- bb", "0.1.0": "- a"}.items():
        assert subprocess.check_output([notes, version], text=True).strip() == said
    refused = subprocess.run([notes, "0.2"], check=False, capture_output=True, text=True)
    assert (refused.returncode, "does not know 0.2" in refused.stderr) == (1, True)
    shutil.copy(ROOT / "CHANGELOG.md", tmp_path)
    current = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    subprocess.run([notes, current], check=True, capture_output=True)


@pytest.mark.parametrize("overlay", ["local", "staging", "production"])
def test_an_overlay_names_every_image_in_this_version(overlay: str) -> None:
    """Or by a digest, which a release puts there."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    read = (ROOT / f"k8s/overlays/{overlay}/kustomization.yaml").read_text()
    images = {image.pop("name"): image for image in yaml.safe_load(read)["images"]}
    assert set(images) - {"nats"} == {f"aethel-export-{part}" for part in PARTS}
    assert all("digest" in image or image == {"newTag": version} for image in images.values())


def test_the_compose_file_makes_its_own_secrets(tmp_path: Path) -> None:
    """Every file that it mounts; what is there stays as it is."""
    subprocess.run([ROOT / "scripts/compose-secrets", tmp_path / "secrets"], check=True)
    made = {file.name: file.read_bytes() for file in (tmp_path / "secrets").iterdir()}
    wanted = set().union(*(yaml.safe_load(file.read_text())["secrets"] for file in COMPOSED))
    assert set(made) - {"s3_key_backup", "s3_secret_backup"} == wanted
    empty = {"jwt_secret_previous", "npm_token"}
    assert {name for name, secret in made.items() if not secret} == empty
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0
    subprocess.run([ROOT / "scripts/compose-secrets", tmp_path / "secrets"], check=True)
    assert {file.name: file.read_bytes() for file in (tmp_path / "secrets").iterdir()} == made


def test_a_release_pins_the_images_of_servers_too() -> None:
    """Its workflow finds each where the compose files name it."""
    workflow = (ROOT / ".github/workflows/publish.yml").read_text()
    (loop,) = re.findall(r"( +for variable in .*?image=[^\n]*\n)", workflow, re.DOTALL)
    told = subprocess.run(
        ["bash", "-c", f'{loop} echo "$variable=$image"; done'],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = set(re.findall(r"\w+_IMAGE(?= |;)", loop))
    found = dict(line.split("=") for line in told.stdout.splitlines())
    assert set(found) == names
    assert all(re.fullmatch(r"[\w/.-]+:[\w.-]+", image) for image in found.values()), found
    asked = set(re.findall(r"\$\{(\w+_IMAGE):-", "".join(map(Path.read_text, COMPOSED))))
    assert names == asked


def test_every_action_is_pinned_by_its_commit() -> None:
    """A tag can be moved to other code; the comment beside it says which release it was."""
    for workflow in (ROOT / ".github/workflows").glob("*.yml"):
        for used in re.findall(r"uses: (.*)", workflow.read_text()):
            assert re.fullmatch(r"\$/\S+|[\w./-]+@[0-9a-f]{40} # v[\d.]+", used), used
