/** The texts of films, which are loaded with their form. */
import type { Translation } from "@aethel/export-components";

import { textsIn } from "../../languages.ts";
import type { Language } from "../../preferences.ts";

const en = {
  what: "What to make",
  choices: {
    "youtube-1080p": "YouTube 1080p",
    "youtube-4k": "YouTube 4K",
    tiktok: "TikTok",
    "instagram-reel": "Instagram Reel",
    twitter: "Twitter / X",
    "discord-10mb": "Discord, 10 MB",
    "prores-422": "ProRes 422",
    "webm-alpha": "Transparent WebM",
    gif: "GIF",
    movie: "Film of your own",
    webp: "Moving WebP",
    stills: "Stills",
    sheet: "Sprite sheet",
  } as Record<string, string>,
  /** Label, and what helps. */
  fields: {
    container: ["File", ""],
    videoCodec: ["Codec", ""],
    "stills.format": ["Format", ""],
    "sheet.format": ["Format", ""],
    "sheet.columns": ["Columns", "Without it, about a square."],
    durationS: ["Length, seconds", ""],
    fps: ["Frames a second", "24, 29.97, 30000/1001"],
    width: ["Width, pixels", ""],
    height: ["Height, pixels", ""],
    audioCodec: ["Sound", ""],
    transparent: ["Transparent background", ""],
    startS: ["Starts at, seconds", "Time of the game."],
    scene: ["Scene", "Without it, the game's start scene."],
    cameraPath: ["Camera path", "A JSON file of the project."],
    input: ["Input", "A JSON file of the project, or the list of actions itself."],
    seed: ["Seed", "Of the game's chance: the same seed gives the same film."],
    supersample: ["Supersampling", "Drawn so many times wider and higher: smoother edges."],
    "motionBlur.subframes": ["Motion blur, pictures a frame", "2 to 32; each one is drawn."],
    "motionBlur.shutter": ["Shutter", "How much of a frame it is open, up to 1."],
    crf: ["Quality (CRF)", "Lower is better and larger."],
    bitrate: ["Bit rate, kbit/s", ""],
    loudnessLufs: ["Loudness, LUFS", "−14 is usual; without it, as the game sounds."],
    "stills.quality": ["Quality, 1 to 100", ""],
    "sheet.quality": ["Quality, 1 to 100", ""],
    quality: ["Quality, 1 to 100", ""],
  } as Record<string, readonly [string, string]>,
  usual: "Usual",
  none: "None",
  more: "More of the film",
  rest: "Further settings, as JSON",
  restHelp: "Whatever else options.video has.",
  badRest: "This is no JSON object.",
  pricing: "Working out what it costs…",
  refused: "What it costs is known once the values above that are marked have been changed.",
  unpriced: "What it costs is not known at the moment.",
  moving: (fps: string, length: string) => `${fps} fps, ${length}`,
  frames: (count: number, shown: string) => (count === 1 ? "1 frame" : `${shown} frames`),
  actions: (count: number) => (count === 1 ? "1 action" : `${count} actions`),
  play: "The film",
  cannotPlay: "This browser cannot play the film. Download it, and open it in a player.",
  picture: "What was made",
};

export type FilmMessages = Translation<typeof en>;

/** Those texts in a language. */
export function filmMessages(language: Language): FilmMessages {
  return textsIn(language)?.film ?? en;
}
