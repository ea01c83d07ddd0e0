/** What a key of a US keyboard says beside its code. */

interface Key {
  key: string;
  /** The number that older games look at. */
  keyCode: number;
}

const NAMED: Record<string, [key: string, keyCode: number]> = {
  Space: [" ", 32],
  Enter: ["Enter", 13],
  NumpadEnter: ["Enter", 13],
  Escape: ["Escape", 27],
  Tab: ["Tab", 9],
  Backspace: ["Backspace", 8],
  Delete: ["Delete", 46],
  Insert: ["Insert", 45],
  Home: ["Home", 36],
  End: ["End", 35],
  PageUp: ["PageUp", 33],
  PageDown: ["PageDown", 34],
  ArrowLeft: ["ArrowLeft", 37],
  ArrowUp: ["ArrowUp", 38],
  ArrowRight: ["ArrowRight", 39],
  ArrowDown: ["ArrowDown", 40],
  ShiftLeft: ["Shift", 16],
  ShiftRight: ["Shift", 16],
  ControlLeft: ["Control", 17],
  ControlRight: ["Control", 17],
  AltLeft: ["Alt", 18],
  AltRight: ["Alt", 18],
  MetaLeft: ["Meta", 91],
  MetaRight: ["Meta", 92],
  CapsLock: ["CapsLock", 20],
  Minus: ["-", 189],
  Equal: ["=", 187],
  BracketLeft: ["[", 219],
  BracketRight: ["]", 221],
  Backslash: ["\\", 220],
  Semicolon: [";", 186],
  Quote: ["'", 222],
  Backquote: ["`", 192],
  Comma: [",", 188],
  Period: [".", 190],
  Slash: ["/", 191],
  NumpadAdd: ["+", 107],
  NumpadSubtract: ["-", 109],
  NumpadMultiply: ["*", 106],
  NumpadDivide: ["/", 111],
  NumpadDecimal: [".", 110],
};

/** Null for a code that no keyboard has. */
export function keyOf(code: string): Key | null {
  const named = Object.hasOwn(NAMED, code) ? NAMED[code] : undefined;
  if (named) return { key: named[0], keyCode: named[1] };
  const [, letter] = /^Key([A-Z])$/.exec(code) ?? [];
  if (letter) return { key: letter.toLowerCase(), keyCode: letter.charCodeAt(0) };
  const [, digit] = /^Digit(\d)$/.exec(code) ?? [];
  if (digit) return { key: digit, keyCode: 48 + Number(digit) };
  const [, pad] = /^Numpad(\d)$/.exec(code) ?? [];
  if (pad) return { key: pad, keyCode: 96 + Number(pad) };
  const [, f] = /^F(\d{1,2})$/.exec(code) ?? [];
  if (f && Number(f) >= 1 && Number(f) <= 24) return { key: code, keyCode: 111 + Number(f) };
  return null;
}
