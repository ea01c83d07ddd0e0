/** What the page says in Brazilian Portuguese: it is loaded when somebody reads that. */
export { ptBR as film } from "./exports/film/pt-BR.ts";
export { ptBR as exports } from "./exports/messages/pt-BR.ts";
export { serverText } from "./exports/messages/server-texts.ts";
export { ptBR as page } from "./messages/pt-BR.ts";
