"""Files that direct a film: input tracks and camera paths, good ones and others."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.video.camera_path import read_camera_path
from shared.domain.video.timed_actions import read_track


def test_a_track_is_read_in_order_of_time() -> None:
    """What happens at one time keeps its order."""
    track = read_track(
        b'[{"t": 2, "type": "key", "code": "KeyA"}, {"t": 1, "type": "action", "name": "jump"},'
        b' {"t": 2, "type": "pointer", "phase": "wheel", "dy": 3}]'
    )
    assert [(action.t, action.type) for action in track] == [
        (1, "action"), (2, "key"), (2, "pointer"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("track", "why"),
    [
        ("[", "truncated"),
        ('{"t": 1}', "array"),
        ('[{"t": -1, "type": "key", "code": "KeyA"}]', "`$[0].t`"),
        ('[{"t": 1, "type": "key", "code": "KeyA"}, {"t": 1, "type": "key"}]', "`$[1]`"),
        ('[{"t": 1, "type": "key", "code": "KeyA", "hold": 1}]', "hold"),
        ('[{"t": 1, "type": "key", "code": "KeyA", "phase": "move"}]', "phases down, up"),
        ('[{"t": 1, "type": "action"}]', "name"),
        ('[{"t": 1, "type": "gamepad"}]', "button or an axis"),
        ('[{"t": 1, "type": "gamepad", "button": 1, "axis": 1}]', "button or an axis"),
        ('[{"t": 1, "type": "pointer", "x": 1.5}]', "`$[0].x`"),
    ],
)
def test_a_track_that_is_wrong_is_refused(track: str, why: str) -> None:
    """With its place."""
    with pytest.raises(msgspec.DecodeError) as caught:
        read_track(track.encode())
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ('{"keys": []}', "`$.keys`"),
        ('{"keys": [{"t": 0, "position": [0, 0], "target": [0, 0, 1]}]}', "`$.keys[0].position`"),
        ('{"keys": [{"t": 0, "position": [0, 0, 1], "target": [0, 0, 1]}]}', "its own place"),
        (
            '{"keys": [%s, %s]}' % (2 * ('{"t": 1, "position": [0, 1, 2], "target": [0, 0, 0]}',)),
            "`$.keys[1].t`",
        ),
        ('{"keys": [{"t": 0, "position": [0, 0, 1], "target": [0, 0, 0], "fov": 180}]}', "fov"),
        ('{"keys": [{"t": 0, "position": [0, 0, 1], "target": [0, 0, 0]}], "loop": 1}', "loop"),
    ],
)
def test_a_camera_path_that_is_wrong_is_refused(path: str, why: str) -> None:
    """Likewise."""
    with pytest.raises(msgspec.DecodeError) as caught:
        read_camera_path(path.encode())
    assert why in str(caught.value)


@given(st.lists(st.floats(0, 1_000), min_size=1, max_size=20, unique=True))
def test_a_camera_path_is_read(times: list[float]) -> None:
    """Keys in order of time."""
    keys = [{"t": t, "position": [0, 1, 2], "target": [0, 0, 0]} for t in sorted(times)]
    read = read_camera_path(msgspec.json.encode({"keys": keys, "ease": "linear"}))
    assert [key.t for key in read.keys] == sorted(times)


@given(st.binary(max_size=60))
def test_rubbish_is_refused(data: bytes) -> None:
    """Neither reader raises anything else."""
    for read in (read_track, read_camera_path):
        try:
            read(data)
        except msgspec.DecodeError as error:
            assert str(error)  # noqa: PT017 - either outcome is right
