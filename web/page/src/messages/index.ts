import { createMessages, type Translation } from "@aethel/export-components";
import { en } from "./en.ts";
import { ptBR } from "./pt-BR.ts";

export type Messages = Translation<typeof en>;

/** The texts of the page for a language tag. */
export const pageMessages = createMessages({ en, "pt-BR": ptBR });
