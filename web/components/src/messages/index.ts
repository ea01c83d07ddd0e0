import { createMessages, type Translation } from "./catalogue.js";
import { en } from "./en.js";
import { ptBR } from "./pt-BR.js";

/** The texts of the elements in one language. */
export type Messages = Translation<typeof en>;

/** The texts of the elements for a BCP 47 tag. */
export const messages = createMessages({ en, "pt-BR": ptBR });
