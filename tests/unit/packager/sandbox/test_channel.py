"""Open files between two processes: few at a time, and never a failure of somebody else's."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from typing import Final

from services.packager.sandbox import channel

CROWDED: Final = """
import os, resource
from services.packager.sandbox import channel
ours, theirs = channel.pair()
if os.geteuid() == 0:
    os.setuid(65534)  # the system lets root send as many as it likes
resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))
ours.setblocking(False)
try:
    while True:
        channel.send(ours, None, [0, 0, 0, 0])
except channel.FilesInFlightError as error:
    print(error.code, error.retryable)
"""


def test_too_many_files_on_their_way_are_the_worlds_fault() -> None:
    """Another build's files, which it does not take, count against all that are sent."""
    command = [sys.executable, "-c", CROWDED]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.stdout.split(), ran.stderr) == (["unavailable", "True"], "")


def test_what_the_other_end_has_not_read_is_seen() -> None:
    """Until it has read all of it."""
    ours, theirs = channel.pair()
    with closing(ours), closing(theirs):
        assert not channel.unread(ours)
        for _ in range(2):
            channel.send(ours, None, [0])
        for left in (True, False):
            assert channel.unread(ours)
            channel.close(channel.receive(theirs)[1])
            assert channel.unread(ours) is left
