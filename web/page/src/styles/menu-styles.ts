import { css } from "lit";

/** Menus that open below the header, on the popover of the browser: Escape and a press elsewhere close them. */
export const menuStyles = css`
  [popover] {
    position: fixed;
    inset: 3.25rem auto auto;
    max-height: calc(100dvh - 4.5rem);
    margin: 0;
    padding: 1rem;
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) * 1.5);
    background: var(--_surface);
    color: var(--_text);
    box-shadow: 0 16px 48px rgb(8 10 24 / 22%);
    overflow: auto;
  }
  [popover]:not(:popover-open) {
    display: none;
  }
  [popover]:popover-open {
    animation: rise 0.14s ease-out;
  }
`;
