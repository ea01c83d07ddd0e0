import { css } from "lit";

import { typeColours } from "./type-colours.ts";

export const sizeMapStyles = [
  typeColours,
  css`
    .map {
      display: block;
      width: 100%;
      height: auto;
      user-select: none;
    }
    .type {
      cursor: pointer;
    }
    .ground {
      fill: color-mix(in oklab, var(--type) 55%, var(--_surface));
      stroke: var(--type);
    }
    .file {
      fill: var(--type);
      transition: fill 0.12s;
    }
    .ground:focus-visible {
      outline: none;
    }
    .type:hover .ground,
    .ground:focus-visible {
      stroke: var(--_accent);
      stroke-width: 2;
    }
    g:hover > .file {
      fill: color-mix(in oklab, var(--type) 78%, var(--_text));
    }
    .ground:focus-visible {
      stroke-width: 5;
    }
    text {
      fill: var(--_text);
      font: 0.75rem var(--_font);
      pointer-events: none;
    }
    .label {
      font-weight: 650;
      white-space: pre;
    }
    .pointed {
      min-height: 1.5em;
      padding-block-start: 0.35rem;
      color: var(--_muted);
      white-space: nowrap;
      overflow: hidden;
      text-overflow: ellipsis;
    }
    @media (forced-colors: active) {
      .ground,
      .file {
        fill: Canvas;
        stroke: CanvasText;
      }
    }
  `,
];
