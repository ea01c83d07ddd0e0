import { css } from "lit";

export const playLinkStyles = css`
  section,
  form {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.6rem;
    align-content: start;
  }
  form {
    gap: 0.8rem;
    padding-block-start: 0.25rem;
  }
  .options {
    display: grid;
    gap: 0.8rem;
    padding-block: 0.6rem 0.25rem;
  }
  summary {
    width: fit-content;
    color: var(--_accent);
    font-weight: 550;
    cursor: pointer;
  }
  form > button {
    justify-self: start;
  }
  .url {
    width: 100%;
    font-family: var(--_mono);
    font-size: 0.8125rem;
    text-overflow: ellipsis;
  }
  .flag {
    display: flex;
    gap: 0.6rem;
  }
  .flag input {
    flex: none;
    width: 1rem;
    height: 1rem;
    min-height: 0;
    margin: 0.25rem 0 0;
    accent-color: var(--_accent);
  }
  .flag small {
    display: block;
    font-size: 0.8125rem;
  }
  .qr {
    width: min(100%, 15rem);
    height: auto;
    border-radius: var(--_radius);
  }
  .qr-ground {
    fill: #fff;
  }
  .qr-modules {
    fill: #000;
  }
`;
