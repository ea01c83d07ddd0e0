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
  "COOP and COEP headers inside; Android's web view gives a page no SharedArrayBuffer all the same, so the game needs a way without threads":
    "cabeçalhos COOP e COEP embutidos; o navegador interno do Android não dá SharedArrayBuffer mesmo assim, então o jogo precisa funcionar sem threads",
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
  "An APK for Android 7 and later, or an app bundle for Google Play":
    "Um APK para Android 7 ou mais novo, ou um app bundle para o Google Play",
  "names the game below its icon, in the system's lists and in file names":
    "dá nome ao jogo sob o ícone, nas listas do sistema e nos arquivos",
  "stands in the application, the artifact and its file name; the version code is made of it: 1.2.3 is 10,020,030":
    "consta no aplicativo, no artefato e no nome do arquivo; dela se faz o version code: 1.2.3 é 10.020.030",
  "PNG, at least 192 x 192, better 512: the icon in every size, in layers that launchers cut and tint":
    "PNG de pelo menos 192 x 192, de preferência 512: o ícone em todos os tamanhos, em camadas que o sistema recorta e tinge",
  "identifies the application and its saves, for ever; letters, digits and _, each part begins with a letter; made of the project's id without it":
    "identifica o aplicativo e os jogos salvos, para sempre; letras, dígitos e _, cada parte começa com letra; sem ele, é feito do id do projeto",
  "of all but media, which are stored; none: nothing is compressed": "de tudo menos mídia; none: nada é comprimido",
  "apk (the default): what phones install; aab: what Google Play takes":
    "apk (o padrão): o que telefones instalam; aab: o que o Google Play aceita",
  "the oldest Android that installs it, by its API level: 24 (the default, Android 7) or later":
    "o Android mais antigo que o instala, pelo nível de API: 24 (o padrão, Android 7) ou mais novo",
  "any, landscape or portrait, within what the player has locked; what game.json says without it":
    "any, landscape ou portrait, respeitando o bloqueio do jogador; sem ela, vale o game.json",
  "names a key of the operator's; without it, the key called default signs, or a debug key of the project's own":
    "o nome de uma chave do operador; sem ele, assina a chave default ou uma chave de debug do próprio projeto",
  "the Android whose rules it follows: 36 (the default, which Google Play asks for)":
    "o Android cujas regras segue: 36 (o padrão, que o Google Play pede)",
  "it runs on every processor: there is no native code": "roda em qualquer processador: não há código nativo",
  "An Xcode project for iPhones and iPads with iOS 15 and later, the game inside":
    "Um projeto do Xcode para iPhones e iPads com iOS 15 ou mais novo, com o jogo dentro",
  "names the game on the home screen and in file names": "dá nome ao jogo na tela de início e nos arquivos",
  "stands in the application, the artifact and its file name; Apple takes the first three numbers of it":
    "consta no aplicativo, no artefato e no nome do arquivo; a Apple aceita os três primeiros números",
  "PNG, at least 192 x 192, better 1024: the icon in every size, without transparent parts":
    "PNG de pelo menos 192 x 192, de preferência 1024: o ícone em todos os tamanhos, sem transparência",
  "of the zip; an IPA is compressed by Xcode": "do zip; um IPA é comprimido pelo Xcode",
  "zip (the default): an Xcode project, which you build and sign; ipa: the application, built and signed on an operator's Mac":
    "zip (o padrão): um projeto do Xcode, que você compila e assina; ipa: o aplicativo, compilado e assinado no Mac de um operador",
  "landscape or portrait: the screen stays so; any: it turns with the device; without it, as game.json says":
    "landscape ou portrait: a tela fica assim; any: gira com o aparelho; sem ela, vale o game.json",
  "names a key of the operator's that builds the ipa; without it, the key called default":
    "o nome de uma chave do operador que compila o ipa; sem ele, a chave chamada default",
  "Apple's phones and tablets are all arm64": "telefones e tablets da Apple são todos arm64",
  "only android has it; this runs on iOS 15 and later": "só existe no android; aqui vale iOS 15 ou mais novo",
  "only android has it; Xcode says which SDK it builds with": "só existe no android; o Xcode diz com qual SDK compila",
  "A film of the game, frame by frame: MP4, MOV, WebM, GIF, WebP, stills, sheets":
    "Um filme do jogo, quadro a quadro: MP4, MOV, WebM, GIF, WebP, imagens, folhas",
  "a film has none": "um filme não tem",
  "a film shows the game as it is": "um filme mostra o jogo como ele é",
  "its codec compresses a film: see video.crf and video.bitrate":
    "quem comprime um filme é o codec: veja video.crf e video.bitrate",
  "mp4, mov, webm, gif or webp, as video.container; without either, the preset's, or mp4":
    "mp4, mov, webm, gif ou webp, como video.container; sem nenhum dos dois, o do preset, ou mp4",
  "names the game in the film's title and its file": "dá nome ao jogo no título do filme e no arquivo",
  "nothing of the game's code is in a film": "um filme não contém nada do código do jogo",
  "stands in the file name": "consta no nome do arquivo",
  "the film may not be larger: two passes meet it, or it is refused with what would fit":
    "o filme não pode ser maior: duas passagens garantem isso, ou ele é recusado com o que caberia",
  "threads run differently each time, and a film is made in parts: the game needs a way without them":
    "threads correm diferente a cada vez, e um filme é feito em partes: o jogo precisa funcionar sem elas",
  "video.width and video.height say it": "quem diz isso são video.width e video.height",
  "what is filmed, when, how large, and how it is encoded: docs/video.md":
    "o que é filmado, quando, em que tamanho e como é codificado: docs/video.md",
  "This version has no exporter for it.": "Esta versão não tem exportador para ela.",
};

/** A text of the service in a language; what no translation is known of stays as it came. */
export function serverText(text: string, language: string): string {
  if (language !== "pt-BR") return text;
  if (Object.hasOwn(PORTUGUESE, text)) return PORTUGUESE[text]!;
  const [, platform, why] = REFUSED.exec(text) ?? [];
  return why ? `não para ${platform}: ${serverText(why, language)}` : detailText(text, language);
}
