import { problemOf } from "@aethel/export-components";

/** What went wrong, in the words of the service where it has any. */
export function errorText(error: unknown): string {
  const { title, detail } = problemOf(error);
  return detail || title;
}
