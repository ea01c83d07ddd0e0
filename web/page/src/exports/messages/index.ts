import { createMessages, type Translation } from "@aethel/export-components";

import { en } from "./en.ts";
import { ptBR } from "./pt-BR.ts";

/** The texts of the exports' part of the page in one language. */
export type ExportsMessages = Translation<typeof en>;

/** Those texts for a BCP 47 tag. */
export const exportsMessages = createMessages({ en, "pt-BR": ptBR });
