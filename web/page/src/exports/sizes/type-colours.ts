import { css } from "lit";

/** A colour for each type of asset; the page's text is readable on all of them, in both themes. */
export const typeColours = css`
  .code {
    --type: light-dark(#b9ccff, #2b438c);
  }
  .models {
    --type: light-dark(#ffd2b0, #7a3f16);
  }
  .textures {
    --type: light-dark(#bfe8c9, #1f5a39);
  }
  .sounds {
    --type: light-dark(#f6c4e4, #742c5d);
  }
  .video {
    --type: light-dark(#ffc4c0, #7c2c2a);
  }
  .fonts {
    --type: light-dark(#ddc9fb, #4f3487);
  }
  .data {
    --type: light-dark(#b6e6ee, #17545f);
  }
  .pages {
    --type: light-dark(#f3e3a1, #5f4e0d);
  }
  .other {
    --type: light-dark(#d8dce4, #414857);
  }
`;
