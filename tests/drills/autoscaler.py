"""What KEDA reads of a consumer, step by step as its own scaler does.

Source:
    github.com/kedacore/keda, ``pkg/scalers/nats_jetstream_scaler.go``.
"""

from __future__ import annotations

import json
import urllib.request
from typing import Any
from urllib.parse import urlencode, urlsplit

ACCOUNT = "$G"


def backlog(endpoint: str, stream: str, consumer: str) -> int:
    """The number that it scales by, from any server's monitoring port (``host:port``).

    The asked server says how large the cluster is. Of more than one, every server is asked under
    its advertised host and the same port, until that which leads the consumer is found.
    """
    answer = _streams(endpoint)
    if answer["meta_cluster"]["cluster_size"] > 1:
        hosts = [url.partition(":")[0] for url in _get(endpoint, "/varz")["connect_urls"]]
        port = urlsplit(f"//{endpoint}").port
        answer = next(
            found
            for node in (f"{host}:{port}" for host in hosts)
            if (found := _streams(node))
            and _consumer(found, stream, consumer)["cluster"]["leader"]
            == _get(node, "/varz")["server_name"]
        )
    found = _consumer(answer, stream, consumer)
    return int(found["num_pending"] + found["num_ack_pending"])


def leader(endpoint: str, stream: str, consumer: str) -> str:
    """The server that leads a consumer, as any of them says."""
    return str(_consumer(_streams(endpoint), stream, consumer)["cluster"]["leader"])


def acknowledged(endpoint: str, stream: str, consumer: str) -> int:
    """Up to which sequence a server, leader or not, knows that everything was acknowledged."""
    return int(_consumer(_streams(endpoint), stream, consumer)["ack_floor"]["stream_seq"])


def _streams(endpoint: str) -> Any:
    return _get(endpoint, "/jsz", acc=ACCOUNT, consumers="true", config="true")


def _consumer(answer: Any, stream: str, consumer: str) -> Any:
    return next(
        found
        for account in answer["account_details"]
        if account["id"] == ACCOUNT
        for details in account["stream_detail"]
        if details["name"] == stream
        for found in details["consumer_detail"]
        if found["name"] == consumer
    )


def _get(endpoint: str, path: str, **query: str) -> Any:
    url = f"http://{endpoint}{path}?{urlencode(query)}"
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)
