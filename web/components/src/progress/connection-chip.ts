import { html, nothing, type TemplateResult } from "lit";
import type { Connection } from "../export-feed.js";
import type { Format } from "../format.js";
import type { Messages } from "../messages/index.js";

/** How news comes at the moment; nothing while there is no connection to speak of. */
export function connectionChip(
  connection: Connection | null,
  text: Messages,
  format: Format,
  now: number,
): TemplateResult | typeof nothing {
  if (connection === null) return nothing;
  return html`<span class="connection" data-via=${connection.via} title=${hint(connection, text, format, now)}>
    <span class="dot"></span>${text.connection[connection.via]}
  </span>`;
}

function hint({ via, retryAt }: Connection, text: Messages, format: Format, now: number): string {
  const { connection } = text;
  if (via === "socket") return connection.socketHint;
  if (via === "polling") return connection.pollingHint;
  const waitS = retryAt === null ? 0 : (retryAt.getTime() - now) / 1_000;
  return waitS > 0 ? connection.waitingHint(format.countdown(waitS)) : connection.waitingSoonHint;
}
