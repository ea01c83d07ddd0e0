import { css, html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import { icon } from "../icons.ts";
import { pickedFromDrop, type Picked } from "./picked.ts";

const SILENT_MS = 5_000; // browsers tell every third of a second that something hovers

/** Takes files that are dropped anywhere on the page while its element is shown, and says so while they hover. */
export class DropTarget implements ReactiveController {
  #isHovering = false;
  #silence: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly invitation: () => string,
    private readonly take: (picked: Picked) => void,
    private readonly isOpen: () => boolean = () => true,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    for (const [type, listener] of this.#listeners) addEventListener(type, listener);
  }

  hostDisconnected(): void {
    for (const [type, listener] of this.#listeners) removeEventListener(type, listener);
  }

  /** What covers the page while files hover over it. */
  overlay(): TemplateResult | typeof nothing {
    if (!this.#isHovering) return nothing;
    return html`<div class="drop-overlay">
      <div>${icon("upload")}<strong>${this.invitation()}</strong></div>
    </div>`;
  }

  #hover(isHovering: boolean): void {
    if (this.#silence) clearTimeout(this.#silence);
    this.#silence = isHovering ? setTimeout(() => this.#hover(false), SILENT_MS) : null;
    if (isHovering === this.#isHovering) return;
    this.#isHovering = isHovering;
    this.host.requestUpdate();
  }

  readonly #listeners: [string, (event: Event) => void][] = [
    [
      "dragover",
      (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault(); // else it cannot be dropped
        this.#hover(this.isOpen());
      },
    ],
    // Nothing is entered instead: the pointer has left the window, or the reader thinks better of it.
    ["dragleave", (event) => (event as DragEvent).relatedTarget === null && this.#hover(false)],
    [
      "drop",
      (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault(); // else the browser opens the file in place of the page
        this.#hover(false);
        const picked = this.isOpen() ? pickedFromDrop(event.dataTransfer) : null;
        if (picked) this.take(picked);
      },
    ],
  ];
}

function hasFiles(event: Event): event is DragEvent & { dataTransfer: DataTransfer } {
  return event instanceof DragEvent && event.dataTransfer !== null && event.dataTransfer.types.includes("Files");
}

export const dropStyles = css`
  .drop-overlay {
    position: fixed;
    z-index: 25;
    inset: 0;
    display: grid;
    place-content: center;
    padding: 1.5rem;
    background: color-mix(in oklab, var(--_accent) 16%, color-mix(in oklab, var(--_surface) 70%, transparent));
    backdrop-filter: blur(3px);
    pointer-events: none;
    animation: rise 0.12s ease-out;
  }
  .drop-overlay::after {
    content: "";
    position: absolute;
    inset: 1rem;
    border: 2px dashed var(--_accent);
    border-radius: calc(var(--_radius) * 2.5);
  }
  .drop-overlay > div {
    display: grid;
    justify-items: center;
    gap: 0.75rem;
    font-size: 1.375rem;
    text-align: center;
    overflow-wrap: anywhere;
  }
  .drop-overlay .icon-drawing {
    width: 3rem;
    height: 3rem;
    color: var(--_accent);
  }
`;
