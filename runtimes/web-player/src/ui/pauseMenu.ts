/** The player's own menu: resume, volumes, quality, full screen. */

import type { Preset } from "../core/manifest";
import type { Volumes } from "../audio/types";
import { Panel, buttons } from "./panel";

const PRESETS: Preset[] = ["low", "medium", "high", "ultra"];
const SLIDERS: [keyof Volumes, string][] = [
  ["master", "Volume"],
  ["music", "Music"],
  ["sfx", "Effects"],
  ["voice", "Voices"],
];

export interface MenuHost {
  resume(): void;
  volumes(): Volumes;
  setVolume(bus: keyof Volumes, volume: number): void;
  preset(): Preset;
  setPreset(preset: Preset): void;
  fullscreen: { on(): boolean; set(on: boolean): void; possible: boolean };
}

export class PauseMenu {
  private readonly panel = new Panel("pause");

  constructor(private readonly host: MenuHost) {}

  get root(): HTMLElement {
    return this.panel.root;
  }

  get open(): boolean {
    return this.panel.open;
  }

  show(): void {
    const { host } = this;
    const actions = [{ label: "Resume", run: () => host.resume() }];
    if (host.fullscreen.possible) {
      actions.push({
        label: host.fullscreen.on() ? "Leave full screen" : "Full screen",
        run: () => {
          host.fullscreen.set(!host.fullscreen.on());
          host.resume();
        },
      });
    }
    this.panel.show(
      "Paused",
      ...SLIDERS.map(([bus, label]) => this.slider(bus, label)),
      this.presets(),
      buttons(actions),
    );
    (this.root.querySelector(".buttons button") as HTMLElement).focus();
  }

  hide(): void {
    this.panel.hide();
  }

  private slider(bus: keyof Volumes, label: string): HTMLElement {
    const input = document.createElement("input");
    Object.assign(input, { type: "range", min: "0", max: "1", step: "0.05", value: String(this.host.volumes()[bus]) });
    input.addEventListener("input", () => this.host.setVolume(bus, Number(input.value)));
    return labelled(label, input);
  }

  private presets(): HTMLElement {
    const select = document.createElement("select");
    for (const preset of PRESETS) select.append(new Option(preset, preset, false, preset === this.host.preset()));
    select.addEventListener("change", () => this.host.setPreset(select.value as Preset));
    return labelled("Quality", select);
  }
}

function labelled(text: string, control: HTMLElement): HTMLElement {
  const label = document.createElement("label");
  const name = document.createElement("span");
  name.textContent = text;
  label.append(name, control);
  return label;
}
