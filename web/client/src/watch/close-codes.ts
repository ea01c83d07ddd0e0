import { clientError, type ExportError } from "../http/export-error.js";
import type { Closed } from "./socket.js";

/** What follows from the end of a connection that came before the end of the export. */
export type Next =
  | { next: "again"; atOnce: boolean; reason: string }
  /** There is no place for it now: poll, and come back later. */
  | { next: "later"; reason: string }
  | { next: "refused"; error: ExportError };

/** The decision for each close code of the contract; every other one means that the connection was lost. */
export function afterClose({ code, error }: Closed): Next {
  const said = error?.message;
  switch (code) {
    case 4000:
      return { next: "again", atOnce: true, reason: "The connection had fallen silent." };
    case 4001:
      return { next: "again", atOnce: true, reason: said ?? "The status service is being restarted." };
    case 4002:
      return { next: "again", atOnce: true, reason: said ?? "Messages were taken too slowly." };
    case 4003:
      return { next: "again", atOnce: true, reason: said ?? "The ticket had expired." };
    case 4501:
      return refused(403, error, "This export may not be watched with this token.");
    case 4502:
      return refused(400, error, "The status service cannot read the request.");
    case 4504:
      return refused(404, error, "There is no such export.");
    case 4529:
      return { next: "later", reason: said ?? "Too many connections are open." };
    default:
      return { next: "again", atOnce: false, reason: said ?? "The connection was lost." };
  }
}

function refused(status: number, error: Closed["error"], otherwise: string): Next {
  const detail = error?.message ?? otherwise;
  return {
    next: "refused",
    error: clientError(error?.code ?? "forbidden", "The export cannot be watched", detail, { status }),
  };
}
