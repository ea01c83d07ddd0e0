"""Ports that are free, for whoever listens there a moment later."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from cli.local import ports

if TYPE_CHECKING:
    import pytest

FEW = range(12_000, 12_200)
ASK = f"""
import random
from cli.local import ports
random.sample = lambda *_: {list(FEW)}
print(*ports.free_ports(20))
"""


def test_two_processes_are_not_given_the_same_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens there yet, and both look in the same order."""
    monkeypatch.setattr("random.sample", lambda *_: list(FEW))
    ours = set(ports.free_ports(20))
    asked = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    theirs = set(map(int, asked.stdout.split()))
    assert len(theirs) == 20
    assert not ours & theirs


def test_what_nobody_has_used_for_long_is_free_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process holds more and more locks."""
    monkeypatch.setattr(ports, "CLAIM_S", -1.0)
    ports.free_ports(1)
    ports.free_ports(1)
    assert len(ports._claims) == 1
