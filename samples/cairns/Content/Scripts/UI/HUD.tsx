import { useEffect, useState } from "@aethel/ui";

import { climb, touch } from "../Systems";

const STYLE = `
  canvas { filter: grayscale(0.9) contrast(1.12) brightness(1.75); }
  .dawn, .haze, .bells, .words, .keys { position: fixed; font-family: "Trebuchet MS", Verdana, sans-serif; }
  .dawn { inset: 0; mix-blend-mode: multiply; background: linear-gradient(#8d9df2, #f2b6cf 46%, #ffd6a6 70%, #f0a08c); }
  .haze { inset: 0; mix-blend-mode: screen; background: radial-gradient(circle at 74% 26%, #ffe6b0aa, #ff9d7a3d 24vmin, transparent 56vmin), linear-gradient(#2a1a5a66, #4a1f5a44 50%, #c4607066 84%, #e07a6a99); }
  .bells { left: 0; right: 0; top: max(16px, env(safe-area-inset-top)); display: flex; gap: 9px; justify-content: center; }
  .bell { width: 13px; height: 13px; border: 2px solid #fff6e6cc; border-radius: 50%; transition: all 0.4s; }
  .bell.rung { background: #ffe08a; border-color: #ffe08a; box-shadow: 0 0 14px #ffd36c; }
  .words { left: 24px; right: 24px; top: 44px; max-width: 36ch; margin: 0 auto; text-align: center; text-wrap: balance; color: #fff6e6; font-size: 17px; text-shadow: 0 1px 8px #3a1d3fcc; }
  .words strong { display: block; font-size: 34px; letter-spacing: 0.06em; }
  .words button { margin-top: 12px; padding: 9px 22px; border: 0; border-radius: 99px; color: #4a2140; font: inherit; background: #ffe6b0; cursor: pointer; }
  .keys { left: 18px; right: 18px; bottom: max(18px, env(safe-area-inset-bottom)); display: none; gap: 14px; }
  .keys button { width: 72px; height: 72px; border: 0; border-radius: 50%; color: #fff6e6; font-size: 26px; background: #3a1d3f66; touch-action: none; }
  .keys button:last-child { margin-left: auto; }
  @media (pointer: coarse) { .keys { display: flex; } }
`;

const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLE);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

function Key({ name, sign }: { name: keyof typeof touch; sign: string }) {
  const hold = (isHeld: boolean) => () => {
    touch[name] = isHeld;
  };
  return (
    <button
      aria-label={name}
      onPointerDown={hold(true)}
      onPointerUp={hold(false)}
      onPointerLeave={hold(false)}
      onPointerCancel={hold(false)}
    >
      {sign}
    </button>
  );
}

function Words() {
  const seconds = Math.floor(climb.seconds);
  if (climb.isDone) {
    return (
      <p className="words">
        <strong>All bells rung</strong>
        {`${seconds} seconds`}
        <br />
        <button onClick={() => climb.restart()}>Climb again</button>
      </p>
    );
  }
  if (climb.hasBegun) return null;
  return (
    <p className="words">
      <strong>Cairns</strong>
      Arrow keys or A and D, Space to leap. Ring every bell on the way up.
    </p>
  );
}

export function HUD() {
  const [, redraw] = useState(0);
  useEffect(() => climb.onChange(() => redraw((count) => count + 1)), []);
  useEffect(() => redraw((count) => count + 1), []);
  return (
    <>
      <div className="dawn" />
      <div className="haze" />
      <div className="bells" role="status" aria-label={`${climb.bells} of ${climb.total} bells`}>
        {Array.from({ length: climb.total }, (_, n) => (
          <span className={n < climb.bells ? "bell rung" : "bell"} key={n} />
        ))}
      </div>
      <Words />
      <div className="keys">
        <Key name="left" sign="‹" />
        <Key name="right" sign="›" />
        <Key name="jump" sign="⌃" />
      </div>
    </>
  );
}
