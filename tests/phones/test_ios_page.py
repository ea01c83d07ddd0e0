"""``phone.js``: what pages get that WebKit on a phone lacks, in a page that is made of little."""

from __future__ import annotations

import json
import subprocess
from typing import Any, Final

from services.packager.runtimes.build import source_of

SCRIPT: Final = source_of("ios-app") / "Resources" / "phone.js"
PAGE: Final = """
const listeners = new Map();
const listen = (name, act) => listeners.set(name, [...(listeners.get(name) ?? []), act]);
const fire = (name, event = {}) => (listeners.get(name) ?? []).forEach((act) => act(event));
const asked = [];
class Navigator {}
const navigator = new Navigator();
navigator.audioSession = { type: "auto" };
const style = {};
const document = {
  documentElement: { style: { setProperty: (name, value) => { style[name] = value; } } },
  addEventListener: listen,
  visibilityState: "visible",
};
const fetch = async (address, options) => void asked.push([address, options]);
class AudioContext {
  constructor(options) { this.options = options; this.state = "running"; }
  async resume() { this.state = "running"; }
}
const window = { AudioContext, addEventListener: listen };
"""


def run(steps: str) -> Any:
    """What the steps, which are JavaScript, return."""
    program = f"{PAGE}\n({SCRIPT.read_text()})();\nconst told = (() => {{ {steps} }})();"
    command = ["node", "-e", f"{program}\nconsole.log(JSON.stringify(told));"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_vibrating_goes_through_the_application() -> None:
    """As the W3C has it: one number or a pattern, and false for what is neither."""
    told = run(
        """const took = [navigator.vibrate(200), navigator.vibrate([100, 50, 100.4]),
        navigator.vibrate([]), navigator.vibrate(-1), navigator.vibrate("x"),
        navigator.vibrate(Infinity)];
        document.visibilityState = "hidden";
        return [[...took, navigator.vibrate(1)], asked];"""
    )
    assert told[0] == [True, True, True, False, False, False, False]
    addresses = [address for address, _ in told[1]]
    assert addresses == [f"/.aethel/vibrate?pattern={n}" for n in ("200", "100%2C50%2C100", "0")]
    assert all(
        options == {"method": "POST", "headers": {"Aethel-Page": "1"}} for _, options in told[1]
    )


def test_sound_comes_back_after_a_call() -> None:
    """What was interrupted goes on; what the game has paused stays so."""
    told = run(
        """const [a, b] = [new window.AudioContext({ sampleRate: 1 }), new window.AudioContext()];
        a.state = "interrupted"; b.state = "suspended";
        fire("aethel-resume");
        return [a.state, b.state, a.options, a instanceof AudioContext, navigator.audioSession];"""
    )
    assert told == ["running", "suspended", {"sampleRate": 1}, True, {"type": "ambient"}]


def test_a_page_is_for_playing() -> None:
    """No selection, no menus, no zooming by two fingers."""
    told = run(
        """let prevented = 0;
        fire("gesturestart", { preventDefault: () => { prevented += 1; } });
        return [style, prevented];"""
    )
    assert told[0]["-webkit-user-select"] == told[0]["-webkit-touch-callout"] == "none"
    assert told[0]["touch-action"] == "manipulation"
    assert told[1] == 1
