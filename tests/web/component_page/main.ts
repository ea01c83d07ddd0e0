/** A page as a customer's would be, on an origin of its own; tests say which elements it shows. */
import { AethelExportClient } from "@aethel/export-client";
import { messages } from "@aethel/export-components";

interface Shown {
  tag: string;
  properties: Record<string, unknown>;
}

const EVENTS = ["export-created", "export-ended", "export-retried", "export-selected", "export-error"];
const told: { type: string; exportId: string | null }[] = [];
for (const type of EVENTS) {
  document.addEventListener(type, (event) => {
    const { detail } = event as CustomEvent<{ exportId?: string }>;
    told.push({ type, exportId: detail.exportId ?? null });
  });
}

/** What a progress shows and says while it goes on. */
const recorded = { percents: [] as number[], said: [] as string[] };

/** Note every percent and announcement of the progress from now on. */
function record(): void {
  const root = document.querySelector("aethel-export-progress")!.shadowRoot!;
  const note = (): void => {
    const bar = root.querySelector("[role=progressbar]");
    if (bar) recorded.percents.push(Number(bar.ariaValueNow));
    const said = root.querySelector("section > [role=status]")!.textContent!;
    if (said !== "" && said !== recorded.said.at(-1)) recorded.said.push(said);
  };
  note();
  new MutationObserver(note).observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
}

/** The keys of a catalogue, and of each text whether it is empty, or how many values it takes. */
function shape(tag: string): Record<string, string | number> {
  const found: Record<string, string | number> = {};
  const walk = (texts: object, path: string): void => {
    for (const [key, text] of Object.entries(texts)) {
      if (typeof text === "object") walk(text, `${path}.${key}`);
      else found[`${path}.${key}`] = typeof text === "function" ? text.length : text === "" ? "" : "text";
    }
  };
  walk(messages(tag), "");
  return found;
}

const page = {
  /** What the elements have told, in order. */
  told,
  recorded,
  record,
  shape,
  client: null as AethelExportClient | null,
  connect(baseUrl: string, token: string): void {
    page.client = new AethelExportClient({ baseUrl, token });
  },
  /** Put these elements on the page, instead of what was there. */
  async show(elements: Shown[]): Promise<void> {
    document.querySelectorAll("main > :not(h1)").forEach((element) => element.remove());
    for (const { tag, properties } of elements) {
      const element = Object.assign(document.createElement(tag), { client: page.client }, properties);
      document.querySelector("main")!.append(element);
    }
  },
};

Object.assign(globalThis, { components: page });
