/** What the service asks of a project's identifier and name, said before anything is sent. */
const ID = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const MOST_LETTERS = 200;

export type NameFault = "nameMissing" | "nameLong";

/** What is wrong with a name, or null. */
export function nameFault(name: string): NameFault | null {
  if (name.trim() === "") return "nameMissing";
  return [...name].length > MOST_LETTERS ? "nameLong" : null;
}

/** Whether an identifier may be asked for; an empty one lets the service choose. */
export function isProjectId(id: string): boolean {
  return id === "" || ID.test(id);
}

/** A name for a project that is made of a folder or a file: without the ending, visible, short enough. */
export function nameFrom(fileName: string): string {
  const stem = fileName.replace(/\.(zip|html?)$/i, "").replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, " ");
  return [...stem.trim()].slice(0, MOST_LETTERS).join("") || "Project";
}
