import { css } from "lit";

export const gamePlayerStyles = css`
  :host {
    display: contents;
  }
  dialog {
    width: min(90rem, calc(100vw - 1rem));
    height: calc(100dvh - 1rem);
    max-width: none;
    max-height: none;
    padding: 0;
    overflow: hidden;
  }
  dialog[open] {
    display: grid;
    grid-template-rows: auto minmax(0, 1fr);
  }
  header {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    padding: 0.5rem 0.5rem 0.5rem 1rem;
    border-block-end: 1px solid var(--_border);
  }
  header strong {
    flex: 1;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  header .icon {
    flex: none;
    width: 2.25rem;
    padding: 0;
  }
  .stage {
    position: relative;
    display: grid;
    background: #0b0d12;
    color: #e7e9ef;
  }
  iframe {
    width: 100%;
    height: 100%;
    border: 0;
  }
  .message {
    position: absolute;
    inset: 0;
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: 0.75rem;
    padding: 1.5rem;
    text-align: center;
  }
  .message[role="status"] {
    pointer-events: none; /* a click that comes early is the game's */
  }
`;
