import { css } from "lit";

export const styles = css`
  :host {
    container-type: inline-size;
  }
  section {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: calc(var(--_space) * 3);
    padding: calc(var(--_space) * 4);
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: calc(var(--_space) * 1.5) calc(var(--_space) * 2.5);
  }
  .what {
    display: inline-flex;
    gap: calc(var(--_space) * 1.5);
    margin-inline-end: auto;
  }
  b {
    font-weight: 600;
  }
  .connection {
    display: inline-flex;
    align-items: center;
    gap: 0.4em;
    color: var(--_muted);
    font-size: 0.85em;
  }
  .dot {
    width: 0.5em;
    height: 0.5em;
    border-radius: 50%;
    background: var(--_success);
  }
  [data-via="polling"] .dot {
    border: 2px solid var(--_muted);
    background: none;
  }
  [data-via="waiting"] .dot {
    background: var(--_warning);
  }
  figure {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--_space);
    margin: 0;
  }
  figure img {
    justify-self: center;
    max-width: 100%;
    max-height: 15rem;
    border-radius: calc(var(--_radius) * 0.75);
    background: repeating-conic-gradient(var(--_raised) 0% 25%, var(--_surface) 0% 50%) 50% / 1rem 1rem;
  }
  .step {
    min-height: 1.45em;
  }
  .bar {
    height: 0.5rem;
    overflow: hidden;
    border-radius: 1rem;
    background: color-mix(in oklab, var(--_text) 11%, var(--_surface));
  }
  .fill {
    width: 100%;
    height: 100%;
    border-radius: inherit;
    background: var(--_accent);
    translate: calc((var(--_done) - 1) * 100%);
    transition: translate 0.4s ease-out;
  }
  .fill:dir(rtl) {
    translate: calc((1 - var(--_done)) * 100%);
  }
  [data-waits] .fill {
    background: var(--_muted);
  }
  .facts,
  figcaption {
    display: flex;
    flex-wrap: wrap;
    gap: 0 calc(var(--_space) * 4);
    color: var(--_muted);
  }
  .percent {
    min-width: 2.6em;
    color: var(--_text);
    font-weight: 600;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: calc(var(--_space) * 2);
  }
  [role="alert"]:empty {
    display: none;
  }
  .small {
    font-size: 0.92em;
  }
  dl {
    display: grid;
    gap: calc(var(--_space) * 1);
  }
  dl > div {
    display: grid;
    grid-template-columns: clamp(6.5rem, 22%, 9rem) minmax(0, 1fr);
    gap: 0 calc(var(--_space) * 3);
    align-items: baseline;
  }
  dt {
    color: var(--_muted);
  }
  .hash {
    display: flex;
    align-items: center;
    gap: var(--_space);
    min-width: 0;
    margin-block: -0.35rem;
  }
  .hash .mono {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .place {
    padding: 0.1em 0.45em;
    border-radius: 0.3em;
    background: color-mix(in oklab, var(--_text) 8%, var(--_surface));
  }
  ol {
    display: grid;
    gap: calc(var(--_space) * 2.5);
    margin: 0;
    padding: 0;
    list-style: none;
  }
  pre {
    margin-block-start: var(--_space);
    padding: calc(var(--_space) * 2);
    overflow-x: auto;
    border-radius: calc(var(--_radius) * 0.75);
    background: var(--_raised);
    font: 0.92em/1.5 var(--_mono);
  }
  .reference button {
    margin-block: -0.4rem;
  }
  .reference {
    color: var(--_muted);
  }
  summary {
    display: flex;
    align-items: center;
    gap: calc(var(--_space) * 1.5);
    width: fit-content;
    color: var(--_warning);
    cursor: pointer;
  }
  details ul {
    display: grid;
    gap: calc(var(--_space) * 1.5);
    margin-block-start: calc(var(--_space) * 2);
    list-style: none;
  }
  details li {
    overflow-wrap: anywhere;
  }
  @container (max-width: 16rem) {
    dl > div {
      grid-template-columns: minmax(0, 1fr);
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .fill {
      transition: none;
    }
  }
  @media (forced-colors: active) {
    .bar {
      border: 1px solid CanvasText;
    }
    .fill {
      background: Highlight;
      forced-color-adjust: none;
    }
    .dot {
      background: CanvasText;
    }
  }
`;
