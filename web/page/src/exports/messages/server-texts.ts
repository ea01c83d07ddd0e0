/** What the service says of platforms and options, in Brazilian Portuguese; it says it in English. */
import { detailText } from "../../messages/detail-texts.ts";

const REFUSED = /^not for (\S+): (.+)$/;
const PORTUGUESE: Readonly<Record<string, string>> = {
  "The project as it is, with a manifest of sizes and SHA-256":
    "O projeto como está, com um manifesto de tamanhos e SHA-256",
  "names the game in the artifact and its file": "dá nome ao jogo no artefato e ao arquivo",
  "stands in the artifact and its file name": "consta no artefato e no nome do arquivo",
  "false leaves out everything below assets/": "desmarcada, deixa de fora tudo o que está em assets/",
  "leaves out files; * stays within a folder, ** crosses folders":
    "deixa arquivos de fora; * fica em uma pasta, ** atravessa pastas",
  "none: stored; lz4: the fastest deflate; zstd: deflate that packs well":
    "none: sem compressão; lz4: o deflate mais rápido; zstd: um deflate que comprime bem",
  "the artifact may not be larger, or the export fails and says what is large":
    "o artefato não pode ser maior; se for, a exportação falha e diz o que é grande",
  "it has no machine code; choose windows, macos or linux for that":
    "não tem código de máquina; para isso, escolha windows, macos ou linux",
  "only installed applications have one": "só aplicativos instalados têm um",
  "only android has it": "só existe no android",
  "there is nothing to sign": "não há o que assinar",
  "only phones turn their screens": "só telefones giram a tela",
  "only the platform video has it": "só existe na plataforma video",
  "the source carries its own files; no icons are made":
    "o código-fonte leva os próprios arquivos; nenhum ícone é gerado",
  "the source is complete already": "o código-fonte já está completo",
  "its files are never changed": "seus arquivos nunca são alterados",
  "nobody looks into its files, so there are no warnings": "ninguém olha dentro dos arquivos, portanto não há avisos",
  "nothing is built; excludePatterns leaves out files": "nada é compilado; excludePatterns deixa arquivos de fora",
  "nothing is rendered": "nada é renderizado",
  "nothing is hosted": "nada é hospedado",
  "A ZIP with one program for Windows 10 and later, the game inside":
    "Um ZIP com um programa para Windows 10 ou mais novo, com o jogo dentro",
  "names the game in window, menus and file names": "dá nome ao jogo na janela, nos menus e nos arquivos",
  "stands in the application, the artifact and its file name": "consta no aplicativo, no artefato e no nome do arquivo",
  "true makes every warning of the build an error": "marcada, faz de cada aviso da compilação um erro",
  "a folder of the project that holds a finished build: shipped as it is, nothing is built":
    "uma pasta do projeto com uma compilação pronta: vai como está, nada é compilado",
  "PNG, at least 192 x 192, better 512: the icon in every size the system asks for":
    "PNG de pelo menos 192 x 192, de preferência 512: o ícone em todos os tamanhos que o sistema pede",
  "keeps source maps in release as debug does": "mantém os source maps em release, como debug faz",
  "engine projects, not in debug: lossless: textures as WebP, sounds as FLAC, models through Meshopt, every bit the same; balanced: WebP of at least 40 dB, Opus, and meshes in steps that nobody sees; only where that is smaller":
    "projetos do motor, exceto em debug: lossless: texturas em WebP, sons em FLAC, modelos com Meshopt, idênticos bit a bit; balanced: WebP de pelo menos 40 dB, Opus e malhas em passos que ninguém vê; só onde fica menor",
  "COOP and COEP headers inside, so that SharedArrayBuffer works":
    "cabeçalhos COOP e COEP embutidos, para que SharedArrayBuffer funcione",
  "identifies the application and its saves; made of the project's id without it":
    "identifica o aplicativo e os jogos salvos; sem ele, é feito do id do projeto",
  "names a key of the operator's; without it, the key called default signs":
    "o nome de uma chave do operador; sem ele, assina a chave chamada default",
  "x64 (the default, which ARM machines run too) or arm64": "x64 (o padrão, que máquinas ARM também executam) ou arm64",
  "the page decides how it renders": "a página decide como renderiza",
  "A ZIP with one application for macOS 11 and later, the game inside":
    "Um ZIP com um aplicativo para macOS 11 ou mais novo, com o jogo dentro",
  "universal (the default), x64 or arm64": "universal (o padrão), x64 ou arm64",
  "A folder or an AppImage with one program for Linux, the game inside":
    "Uma pasta ou um AppImage com um programa para Linux, com o jogo dentro",
  "of the tar.gz; an AppImage is never compressed": "do tar.gz; um AppImage nunca é comprimido",
  "tar.gz (the default): program, icon, desktop entry; appimage: one file, never signed":
    "tar.gz (o padrão): programa, ícone, atalho; appimage: um só arquivo, nunca assinado",
  "x64 (the default) or arm64": "x64 (o padrão) ou arm64",
  "A ZIP that any web host serves and any browser plays":
    "Um ZIP que qualquer hospedagem serve e qualquer navegador joga",
  "zip (the default); single-file: one HTML page with everything inside, which plays from a disk, in sandboxed frames and in messengers":
    "zip (o padrão); single-file: uma página HTML com tudo dentro, que roda do disco, em quadros isolados e em mensageiros",
  "PNG, at least 192 x 192: web manifest icons and favicon":
    "PNG de pelo menos 192 x 192: ícones do manifesto web e favicon",
  "COOP and COEP headers, so that SharedArrayBuffer works":
    "cabeçalhos COOP e COEP, para que SharedArrayBuffer funcione",
  "This version has no exporter for it.": "Esta versão não tem exportador para ela.",
};

/** A text of the service in a language; what no translation is known of stays as it came. */
export function serverText(text: string, language: string): string {
  if (language !== "pt-BR") return text;
  if (Object.hasOwn(PORTUGUESE, text)) return PORTUGUESE[text]!;
  const [, platform, why] = REFUSED.exec(text) ?? [];
  return why ? `não para ${platform}: ${serverText(why, language)}` : detailText(text, language);
}
