/** The service says in English what it is doing (`currentStep`); the sentences it is known to use are shown in the reader's language. */
import type { Format } from "../format.js";
import type { Language } from "./catalogue.js";

const TITLES: Readonly<Record<string, string>> = {
  "Fetching the project": "Buscando o projeto",
  "Checking the project": "Verificando o projeto",
  "Installing packages": "Instalando pacotes",
  "Running the build script": "Executando o script de compilação",
  "Building with Vite": "Compilando com o Vite",
  "Bundling scripts": "Agrupando scripts",
  "Optimising assets": "Otimizando recursos",
  "Baking navigation meshes": "Gerando malhas de navegação",
  "Putting everything into one file": "Juntando tudo em um arquivo",
  "Assembling the game": "Montando o jogo",
  Filming: "Filmando",
  "Finishing the film": "Finalizando o filme",
  Signing: "Assinando",
  "Signing the program": "Assinando o programa",
  "Signing the application": "Assinando o aplicativo",
  Packing: "Empacotando",
  "Packing the application": "Empacotando o aplicativo",
  "Waiting for a browser that films": "Aguardando um navegador para filmar",
  "Checking the parts": "Verificando as partes",
  "Making the artifact visible": "Publicando o artefato",
  "Recording the expiry": "Registrando a validade",
  "Waiting for a worker": "Aguardando um executor",
  "Waiting for the uploader": "Aguardando o envio",
  "Waiting for the next attempt": "Aguardando a próxima tentativa",
  "Ready to download": "Pronta para baixar",
  "Ready to download: nothing has changed since an earlier export, whose artifact it is":
    "Pronta para baixar: nada mudou desde uma exportação anterior, cujo artefato é este",
  "It would fail again: change what the error says, push, and export the project anew.":
    "Falharia de novo: corrija o que o erro indica, envie o projeto e exporte outra vez.",
};

/** A step for people, and the language that it is in: what no title is known of stays as it came. */
export function readableStep(step: string, language: Language, format: Format): { text: string; language: Language } {
  if (language === "en") return { text: step, language };
  const [title = "", detail] = Object.hasOwn(TITLES, step) ? [step] : step.split(/: (.*)/s);
  const known = Object.hasOwn(TITLES, title) ? TITLES[title]! : null;
  if (known === null) return { text: step, language: "en" };
  return { text: detail ? `${known}: ${inPortuguese(detail, format)}` : known, language };
}

function inPortuguese(detail: string, format: Format): string {
  return detail
    .replace(/\d+(,\d{3})*(\.\d+)?/g, (digits) => format.number(Number(digits.replaceAll(",", ""))))
    .replace(/ of /g, " de ")
    .replace(/ files\b/g, " arquivos")
    .replace(/\bframe(s?)\b/g, "quadro$1");
}
