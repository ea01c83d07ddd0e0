// Which paths a project may hold: those that Windows, macOS, Linux and every web host can. The gateway checks the same, but stops at the first one.

const MAX_PATH_BYTES = 512;
const MAX_NAME_BYTES = 255;
const MAX_FOLDERS = 32;
const FORBIDDEN = /[<>:"|?*\\]/u;
const HIDDEN =
  /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0]/u;
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?$/iu;

// Names that are no part of a game, or secrets; `.aethelignore` may take the latter along when it is pushed with them.
const STAYS_AT_HOME = new RegExp(
  "^(" +
    [
      String.raw`\.git|\.svn|\.hg|\.bzr|__macosx|\.ds_store|thumbs\.db|ehthumbs\.db|desktop\.ini|\._.*`,
      String.raw`node_modules|\.env(rc)?([._-].*)?|\.npmrc|\.netrc|_netrc|\.pypirc|\.htpasswd|\.git-credentials`,
      String.raw`\.vault[-_]?token|\.aws|\.ssh|\.gnupg|\.kube|\.azure|\.dockercfg`,
      String.raw`id_(rsa|dsa|ecdsa|ed25519)([._-].*)?(?<!\.pub)|.*\.(p12|pfx|jks|keystore|mobileprovision|ppk|kdbx)`,
      String.raw`(.*[._-])?service[._-]?account([._-].*)?\.json|(.*[._-])?(client_secret|credentials)([._-].*)?\.json`,
    ].join("|") +
    ")$",
  "iu",
);

/** Whether a file stays at home, as with `aethel-export push`: for its name or that of a folder around it. */
export function staysAtHome(path) {
  return path.split("/").some((name) => STAYS_AT_HOME.test(name)) || /(^|\/)\.docker\/config\.json(\/|$)/iu.test(path);
}

/** What is wrong with a relative path, or null. */
export function objectionTo(path) {
  if (path === "") return "empty";
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `longer than ${MAX_PATH_BYTES} bytes`;
  const names = path.split("/");
  if (names.length - 1 > MAX_FOLDERS) return `in more than ${MAX_FOLDERS} folders`;
  const found = FORBIDDEN.exec(path) ?? HIDDEN.exec(path);
  if (found) return `contains ${shown(found[0])}, which not every system allows`;
  if (path !== path.normalize("NFC")) return "not in Unicode form NFC: normalise the file name";
  for (const name of names) {
    const said = objectionToName(name);
    if (said) return said;
  }
  return null;
}

function objectionToName(name) {
  if (name === "") return "has an empty part";
  if (name === "." || name === "..") return `has a part "${name}"`;
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `has a part longer than ${MAX_NAME_BYTES} bytes`;
  if (/^ |[ .]$/u.test(name)) return "has a part that starts or ends with a space, or ends with a dot";
  return RESERVED.test(name) ? `"${name}" is reserved on Windows` : null;
}

function shown(letter) {
  const code = letter.codePointAt(0);
  return code > 0x20 && code < 0x7f ? letter : `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** The paths of one project: no two may be the same where case does not count, no file may be a folder too. */
export class TakenPaths {
  #spelled = new Map(); // of every file and folder: folded to {path, isFile}

  /** Take a path, or say why it cannot be had. */
  take(path) {
    const names = path.split("/");
    const steps = names.map((_, at) => names.slice(0, at + 1).join("/"));
    for (const step of steps) {
      const said = this.#collision(step, step === path);
      if (said) return said;
    }
    for (const step of steps) this.#spelled.set(fold(step), { path: step, isFile: step === path });
    return null;
  }

  #collision(step, isFile) {
    const other = this.#spelled.get(fold(step));
    if (other === undefined) return null;
    if (other.path !== step) return `"${step}" differs from "${other.path}" only in case`;
    if (other.isFile !== isFile) return `"${step}" is a file and also a folder`;
    return isFile ? "named twice" : null;
  }
}

function fold(path) {
  return path.toUpperCase().toLowerCase().normalize("NFC");
}
