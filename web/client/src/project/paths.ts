import { hiddenIn, shown } from "./visible-text.js";

/** Which paths a project may hold: those that every system can (`shared/domain/paths.py` holds the same rules). */

const MAX_PATH_BYTES = 512;
const MAX_NAME_BYTES = 255;
export const MAX_FOLDERS = 32; // around one file
const LONGEST_COMPOSED = 4 * MAX_PATH_BYTES; // letters
const FORBIDDEN = /[<>:"|?*\\\x00-\x1f\x7f]/u;
const DRIVE = /^[A-Za-z]:/;
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?$/is;
const encoder = new TextEncoder();

/** A name in Unicode form NFC, as pages name files: macOS writes letters and marks apart. */
export function composed(name: string): string {
  return name.length <= LONGEST_COMPOSED ? name.normalize("NFC") : name;
}

/** What is wrong with a path, or null: it may stand in a project. */
export function objectionTo(path: string): string | null {
  return objectionToSize(path) ?? objectionToLetters(path) ?? objectionToNames(path);
}

/** Paths that may not stand in one project, each with the reason; none where all may. */
export function objectionsTo(paths: Iterable<string>): { path: string; message: string }[] {
  const objections: { path: string; message: string }[] = [];
  const taken = new TakenPaths();
  for (const path of paths) {
    const message = objectionTo(path) ?? taken.take(path);
    if (message !== null) objections.push({ path, message });
  }
  return objections;
}

function objectionToSize(path: string): string | null {
  if (path === "") return "empty";
  if (/\p{Surrogate}/u.test(path)) return "not valid Unicode";
  if (byteLength(path) > MAX_PATH_BYTES) return `longer than ${MAX_PATH_BYTES} bytes`;
  if (path.split("/").length - 1 > MAX_FOLDERS) return `in more than ${MAX_FOLDERS} folders`;
  return null;
}

function objectionToLetters(path: string): string | null {
  if (path.startsWith("/")) return "absolute; paths are relative to the project";
  if (DRIVE.test(path)) return "starts with a drive letter";
  const found = FORBIDDEN.exec(path);
  if (found) return `contains ${JSON.stringify(found[0])}, which not every system allows`;
  const hidden = hiddenIn(path);
  if (hidden !== null) return hidden;
  return path === path.normalize("NFC") ? null : "not in Unicode form NFC; normalise the file name";
}

function objectionToNames(path: string): string | null {
  for (const name of path.split("/")) {
    if (name === "") return "has an empty part";
    if (name === "." || name === "..") return `has a part "${name}"`;
    if (byteLength(name) > MAX_NAME_BYTES) return `has a part longer than ${MAX_NAME_BYTES} bytes`;
    if (/^ |[ .]$/.test(name)) return "has a part that starts or ends with a space, or ends with a dot";
    if (RESERVED.test(name)) return `"${name}" is reserved on Windows`;
  }
  return null;
}

/** The paths of one project: no two may be the same where case does not count, no file may be a folder too. */
class TakenPaths {
  readonly #spelled = new Map<string, { path: string; isFile: boolean }>(); // every file and folder, by its folded path

  /** Take a path, or say why it cannot be had beside those that are taken. */
  take(path: string): string | null {
    const steps: string[] = [];
    for (let end = path.indexOf("/"); end !== -1; end = path.indexOf("/", end + 1)) steps.push(path.slice(0, end));
    steps.push(path);
    for (const step of steps) {
      const said = this.#collision(step, step === path);
      if (said !== null) return said;
    }
    for (const step of steps) this.#spelled.set(fold(step), { path: step, isFile: step === path });
    return null;
  }

  #collision(step: string, isFile: boolean): string | null {
    const other = this.#spelled.get(fold(step));
    if (other === undefined) return null;
    if (other.path !== step) return `"${shown(step)}" differs from "${shown(other.path)}" only in case`;
    if (other.isFile !== isFile) return `"${shown(step)}" is a file and also a folder`;
    return isFile ? "the name of two files, that may only look alike (Unicode NFC and NFD)" : null;
  }
}

/** A text in which case does not count: the same for what Unicode's case folding makes the same. */
export function fold(text: string): string {
  if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase();
  return Array.from(text, foldLetter).join("").normalize("NFC");
}

/** Letter by letter, as a sigma at the end of a word is no other letter; twice, as a large ß is "ss", too. A dotless i is no i. */
function foldLetter(letter: string): string {
  return letter === "ı" ? letter : letter.toLowerCase().toUpperCase().toLowerCase();
}

function byteLength(text: string): number {
  return encoder.encode(text).length;
}
