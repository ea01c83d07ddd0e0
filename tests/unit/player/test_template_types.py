"""Scripts of the engine's templates are typed by the declarations that makers get."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from services.packager.runtimes.build import node, source_of
from shared.templates import BUILT

if TYPE_CHECKING:
    from pathlib import Path

COMPILER = source_of("player") / "node_modules" / "typescript" / "bin" / "tsc"
PUBLISHED = [str(BUILT / "player" / name) for name in ("aethel.d.ts", "core.d.ts", "ui.d.ts")]
SETTINGS = {
    "target": "ES2022",
    "module": "ESNext",
    "moduleResolution": "Bundler",
    "types": [],
    "strict": True,
    "strictPropertyInitialization": False,
    "noEmit": True,
    "lib": ["ES2022", "DOM"],
    "jsx": "react-jsx",
    "jsxImportSource": "@aethel/ui",
}
WALKER = """
import { Animator, AudioSource, Camera, Component, Input } from "@aethel/core";
import { RigidBody, RigidBody2D } from "@aethel/core";

export abstract class Weapon extends Component {
  rounds = 30;
  protected abstract fire(): void;
  async reload(): Promise<void> { await Time.delay(2); this.rounds = 30; }
}

export class Walker extends Component {
  walkSpeed = 8;
  private body: RigidBody;
  private flat: RigidBody2D;
  private view: Camera;
  private weapon: Weapon;
  private pitch = 0;

  onStart() {
    this.body = this.getComponent(RigidBody);
    this.flat = this.getComponent(RigidBody2D);
    this.weapon = this.getComponentInChildren(Weapon);
    this.view = Camera.main;
    Input.lockCursor(true);
  }

  onUpdate(delta: number) {
    this.pitch = Math.clamp(this.pitch - Input.getAxis("MouseY") * delta, -85, 85);
    this.view.transform.rotation.x = this.pitch;
    this.transform.position = { x: 0, y: 1, z: 2 };
    this.transform.scale.x *= -1;
    const go = this.transform.forward.multiply(2).add(this.transform.right).normalize();
    this.body.velocity.x = go.x;
    this.body.velocity = go;
    this.flat.velocity.y *= 0.5;
    if (Input.getButtonDown("Jump")) this.body.addForce({ x: 0, y: 10, z: 0 }, "impulse");
    if (Time.time > 3 && this.weapon) void this.weapon.reload();
    this.getComponent(Animator).play("run");
    this.getComponent(AudioSource)?.play();
  }

  onCollisionEnter(hit: Collision) { if (hit.normal.y > 0.7) console.log(hit.name); }
  onCollisionExit(hit: Collision2D) { console.log(hit.point.x); }
}
"""
HUD = """
import { UIComponent, useEffect, useRef, useState } from "@aethel/ui";

export class Badge extends UIComponent<{ label: string }, { on: boolean }> {
  state = { on: false };
  componentDidMount() { this.setState({ on: true }); }
  render() { return <b className={this.state.on ? "on" : ""}>{this.props.label}</b>; }
}

export function HUD({ start = 100 }: { start?: number }) {
  const [health, setHealth] = useState(start);
  const bar = useRef<HTMLElement | null>(null);
  useEffect(() => {
    setHealth((before) => before - 1);
    return () => undefined;
  }, []);
  return (
    <>
      <div className="fill" ref={bar} style={{ width: `${health}%` }} />
      {health > 0 && <Badge key={1} label="alive" />}
    </>
  );
}
"""


def _complaints(folder: Path, scripts: dict[str, str]) -> str:
    """What TypeScript says of them."""
    for name, text in scripts.items():
        (folder / name).write_text(text)
    settings = {"compilerOptions": SETTINGS, "include": [*scripts, *PUBLISHED]}
    (folder / "tsconfig.json").write_text(json.dumps(settings))
    command = [node(), str(COMPILER), "--project", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_what_templates_do_is_typed(tmp_path: Path) -> None:
    """Strictly, but for fields that a start fills in."""
    assert _complaints(tmp_path, {"Walker.ts": WALKER, "HUD.tsx": HUD}) == ""


def test_wrong_calls_are_found(tmp_path: Path) -> None:
    """So it is the declarations that are looked at."""
    wrong = {
        "a.ts": 'import { Input } from "@aethel/core";\nInput.getButton(3);\n',
        "b.tsx": 'import { useState } from "@aethel/ui";\nconst [n] = useState(1);\nn.trim();\n',
    }
    found = _complaints(tmp_path, wrong)
    assert "a.ts(2,17): error TS2345" in found
    assert "b.tsx(3,3): error TS2339" in found
