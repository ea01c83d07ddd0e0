/** What the service says of one wrong value, in Brazilian Portuguese; it says it in English. */
import { FILM_PHRASES } from "./film-texts.ts";

export type Phrase = readonly [said: RegExp, portuguese: string]; // $1, $2: what it names, which stays as it is

/** What follows a reason. */
const ENDINGS: Readonly<Record<string, string>> = {
  ": leave it out": ": deixe isto de fora",
  ": leave out one of them": ": deixe um dos dois de fora",
};

const PHRASES: readonly Phrase[] = [
  [/^(\S+) offers: (.+)$/, "$1 oferece: $2"],
  [
    /^(\S+) has no place for the signature that signingKey and distribution ask for; choose (.+)$/,
    "$1 não tem lugar para a assinatura que signingKey e distribution pedem; escolha $2",
  ],
  [
    /^all options together may have (\d+) bytes as JSON, these have (\d+): write fewer, wider patterns$/,
    "todas as opções juntas podem ter $1 bytes em JSON, e estas têm $2: escreva menos padrões, mais amplos",
  ],
  [/^contains (U\+[0-9A-F]+) \((.+)\), which cannot be seen$/, "contém $1 ($2), que não se vê"],
  [/^Android takes at most (\d+) letters$/, "o Android aceita no máximo $1 letras"],
  [
    /^Android takes letters, digits and _, and each part begins with a letter; write (.+), say$/,
    "o Android aceita letras, dígitos e _, e cada parte começa com letra; escreva, por exemplo, $1",
  ],
  [
    /^(.+) is a word of Java, which no part may be; write (.+), say$/,
    "$1 é uma palavra do Java, e nenhuma parte pode ser; escreva, por exemplo, $2",
  ],
  [
    /^(.+) makes no version code, which stores count up to (\S+): (\S+) is the highest; a year is written with two digits, as in 26.12.1$/,
    "$1 não dá um version code, que as lojas contam até $2: $3 é a mais alta; escreva anos com dois dígitos, como em 26.12.1",
  ],
  [
    /^(.+) makes version code 0, which stores refuse: begin at 0.0.1$/,
    "$1 dá o version code 0, que as lojas recusam: comece em 0.0.1",
  ],
  [
    /^the runtime needs Android 7, which is (\d+), or a later one$/,
    "o runtime precisa do Android 7, que é $1, ou de um mais novo",
  ],
  [/^(\d+) is older than minSdkVersion, (\d+)$/, "$1 é mais antigo que minSdkVersion, $2"],
  [/^name a targetSdkVersion, too: (\d+) is older$/, "indique também targetSdkVersion: $1 é mais antigo"],
  [/^name a time that is to come$/, "indique um momento que ainda virá"],
  [/^Expected `str` of length >= (\d+)$/, "precisa ter pelo menos $1 caracteres"],
  [/^Expected `str` of length <= (\d+)$/, "pode ter no máximo $1 caracteres"],
  [/^Expected `array` of length <= (\d+)$/, "pode ter no máximo $1 itens"],
  [/^Expected `(?:int|float)` >= (\S+)$/, "precisa ser pelo menos $1"],
  [/^Expected `(?:int|float)` <= (\S+)$/, "pode ser no máximo $1"],
  [/^Expected `str` matching regex .+$/, "tem uma forma que não é aceita"],
  [/^Expected `(.+)`, got `(.+)`$/, "precisa ser do tipo $1, e é $2"],
  [/^Invalid enum value (.+)$/, "$1 não é um dos valores possíveis"],
  [/^Object missing required field `(.+)`$/, "falta o campo $1"],
  [/^Object contains unknown field `(.+)`$/, "o campo $1 não existe"],
];

/** The text in a language; what is none of those phrases stays as it came. */
export function detailText(text: string, language: string): string {
  if (language !== "pt-BR") return text;
  const ending = Object.keys(ENDINGS).find((one) => text.endsWith(one)) ?? "";
  const reason = text.slice(0, text.length - ending.length);
  const phrase = [...PHRASES, ...FILM_PHRASES].find(([said]) => said.test(reason));
  return phrase ? reason.replace(...phrase) + (ENDINGS[ending] ?? "") : text;
}
