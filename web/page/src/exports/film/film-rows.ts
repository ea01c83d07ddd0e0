/** What was asked of a film, a line for each of its settings. */
import { preferences } from "../../preferences.ts";
import { filmMessages } from "./messages.ts";

type Row = readonly [name: string, value: string];

/** Names and values for people of all that `options.video` has; those without a name have the service's. */
export function filmRows(video: object): Row[] {
  const texts = filmMessages(preferences.language);
  return leaves(video, "").map(([path, value]): Row => {
    if (path === "preset") return [texts.what, texts.choices[String(value)] ?? String(value)];
    const shown = Array.isArray(value) ? texts.actions(value.length) : String(value);
    return [texts.fields[path]?.[0] ?? `video.${path}`, shown];
  });
}

/** The settings within each other, by their paths; a list is one of them. */
function leaves(from: object, before: string): [string, unknown][] {
  return Object.entries(from).flatMap(([name, value]: [string, unknown]) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? leaves(value, `${before}${name}.`)
      : [[`${before}${name}`, value] as [string, unknown]],
  );
}
