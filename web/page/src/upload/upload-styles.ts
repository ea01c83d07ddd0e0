import { css } from "lit";

/** Progress bars, lists of files and warnings. */
export const uploadStyles = css`
  progress {
    display: block;
    width: 100%;
    height: 0.5rem;
    border: 0;
    border-radius: 99px;
    background: color-mix(in oklab, var(--_muted) 20%, var(--_surface));
    overflow: hidden;
    appearance: none;
  }
  progress::-webkit-progress-bar {
    background: none;
  }
  progress::-webkit-progress-value {
    border-radius: 99px;
    background: var(--_accent);
    transition: inline-size 0.15s linear;
  }
  progress::-moz-progress-bar {
    border-radius: 99px;
    background: var(--_accent);
  }
  progress:indeterminate {
    background: linear-gradient(90deg, transparent 25%, var(--_accent) 50%, transparent 75%) 0 0 / 50% 100% repeat-x
      color-mix(in oklab, var(--_muted) 20%, var(--_surface));
    animation: pass 1.4s linear infinite;
  }
  @keyframes pass {
    to {
      background-position-x: 100%;
    }
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    gap: 0.1rem 0.9rem;
  }
  .files {
    display: grid;
    gap: 0.4rem;
    min-height: 11rem;
    align-content: start;
    list-style: none;
  }
  .files li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0.1rem 0.75rem;
  }
  .files progress {
    grid-column: 1 / -1;
    height: 0.2rem;
  }
  .path {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .notice.success {
    --_tone: var(--_success);
  }
  summary {
    min-height: 2rem;
    font-weight: 550;
    cursor: pointer;
  }
  .reason {
    margin-block-start: 0.6rem;
    font-weight: 550;
  }
  .paths,
  .warnings {
    max-height: 16rem;
    margin-block-start: 0.3rem;
    padding-inline-start: 1.1rem;
    overflow: auto;
  }
  .warnings li + li {
    margin-block-start: 0.5rem;
  }
  @media (forced-colors: active) {
    progress {
      border: 1px solid CanvasText;
      forced-color-adjust: none;
      background: Canvas;
    }
    progress::-webkit-progress-value {
      background: Highlight;
    }
    progress::-moz-progress-bar {
      background: Highlight;
    }
  }
`;
