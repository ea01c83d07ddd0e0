import { css } from "lit";

export const styles = css`
  :host {
    container-type: inline-size;
  }
  .filters {
    display: flex;
    flex-wrap: wrap;
    gap: calc(var(--_space) * 3);
    margin-block-end: calc(var(--_space) * 3);
  }
  label {
    display: inline-flex;
    align-items: center;
    gap: calc(var(--_space) * 2);
  }
  .rows {
    max-height: var(--aethel-list-height, none);
    overflow: auto;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    overscroll-behavior: contain;
  }
  .row {
    display: grid;
    grid-template-columns: 8.5rem minmax(7rem, 1.4fr) minmax(6rem, 1fr) minmax(6.5rem, auto);
    align-items: center;
    gap: 0 calc(var(--_space) * 3);
    min-height: 2.75rem;
    padding: var(--_space) calc(var(--_space) * 3);
    border-inline-start: 3px solid transparent;
    cursor: pointer;
  }
  .row + .row {
    border-block-start: 1px solid var(--_border);
  }
  .row:hover {
    background: var(--_raised);
  }
  .row[aria-selected="true"] {
    border-inline-start-color: var(--_accent);
    background: color-mix(in oklab, var(--_accent) 7%, var(--_surface));
  }
  .rows:focus-visible .row[data-active] {
    outline: 2px solid var(--_accent);
    outline-offset: -2px;
  }
  .badge {
    justify-self: start;
  }
  b {
    font-weight: 600;
  }
  .middle {
    display: flex;
    align-items: center;
    gap: calc(var(--_space) * 2.5);
    min-width: 0;
  }
  .bar {
    flex: 1;
    height: 0.3rem;
    overflow: hidden;
    border-radius: 1rem;
    background: color-mix(in oklab, var(--_text) 11%, var(--_surface));
  }
  .fill {
    display: block;
    width: 100%;
    height: 100%;
    background: var(--_accent);
    translate: calc((var(--_done) - 1) * 100%);
    transition: translate 0.4s ease-out;
  }
  .percent {
    min-width: 2.6em;
    text-align: end;
  }
  .warned {
    display: inline-flex;
    align-items: center;
    gap: 0.3em;
    color: var(--_warning);
  }
  time {
    text-align: end;
    white-space: nowrap;
  }
  .empty {
    display: grid;
    justify-items: center;
    gap: calc(var(--_space) * 1.5);
    padding: calc(var(--_space) * 10) calc(var(--_space) * 4);
    border: 1px dashed var(--_border);
    border-radius: var(--_radius);
    text-align: center;
  }
  .empty > svg {
    width: 1.75rem;
    height: 1.75rem;
    color: var(--_muted);
    stroke-width: 1;
  }
  .trouble {
    display: grid;
    justify-items: start;
    gap: calc(var(--_space) * 2);
    margin-block-end: calc(var(--_space) * 3);
  }
  footer {
    display: grid;
    justify-items: center;
    padding-block: calc(var(--_space) * 3);
  }
  footer:empty {
    display: none;
  }
  @container (max-width: 34rem) {
    .filters {
      display: grid;
      grid-template-columns: 1fr 1fr;
    }
    label {
      display: grid;
      gap: var(--_space);
    }
    .row {
      grid-template-columns: minmax(0, 1fr) auto;
      gap: calc(var(--_space) * 1.5) calc(var(--_space) * 3);
      padding-block: calc(var(--_space) * 2.5);
    }
    .name {
      order: -1;
    }
    time {
      order: -1;
    }
    .middle {
      justify-content: end;
      min-width: 8rem;
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
    .row[aria-selected="true"] {
      border-inline-start-color: Highlight;
    }
  }
`;
