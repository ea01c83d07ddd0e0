"""What each of ``options.video`` does, in words: the API and ``docs/video.md`` say the same."""

from __future__ import annotations

from typing import Final

EFFECTS: Final[dict[str, str]] = {
    "preset": "a shape by name, which other options change: size, rate, length, sound, quality; "
    "its container and codec stay",
    "scene": "engine projects: the scene that is filmed; without it, the game's first one",
    "cameraPath": "engine projects: a JSON file of the project with the camera's keys, in place "
    "of the game's camera",
    "input": "what the player does: a JSON file of the project with timed actions, or up to 100 "
    "of them as a list",
    "seed": "of everything random, 0 without it: the same seed films the same game",
    "startS": "game time of the first frame, s, at most 3,600: until there the game is played "
    "unseen, which costs, too",
    "durationS": "length, s, at most 600: 10 of films, 4 of GIF and WebP, 1 of sheets; stills "
    "are one picture without it",
    "frames": "length in frames, in place of durationS",
    "fps": "24 to 120 of films, 1 to 60 of pictures, 50 of GIF: a number, 29.97 and its like "
    "(30000/1001, exactly), or a fraction as text",
    "frameRate": "another name of fps",
    "useInOutPoints": "true: inPoint and outPoint say what is filmed; false: they are not there",
    "inPoint": "game time of the first frame, s, as startS",
    "outPoint": "game time of the end, s, in place of durationS",
    "width": "px, 64 to 3,840 of films, even where colours are halved; with width or height "
    "alone the other follows",
    "height": "px, likewise; 3,840 × 2,160 or 2,160 × 3,840 at most",
    "resolution": "width and height together",
    "supersample": "1 to 4: each picture is drawn so many times wider and higher, then averaged",
    "motionBlur": "each picture is the mean of subframes (2 to 32, 8 without it), taken while the "
    "shutter is open: a share of the frame's time, 0.5 without it",
    "transparent": "the background is left out: VP9 in WebM, ProRes 4444, WebP and PNG",
    "stills": "pictures in place of a film, in a ZIP if there are several: format png, webp or "
    "jpeg, quality 1 to 100",
    "sheet": "all pictures in one, with a JSON of their places, in a ZIP: format, quality, columns "
    "(about a square without it)",
    "quality": "of an animated WebP, 1 to 100, 90 without it; 100 is lossless",
    "container": "mp4 (the default), mov, webm, gif or webp",
    "videoCodec": "h264, hevc (h265), vp9, av1 or prores, as the container holds it; null is a GIF "
    "or a WebP",
    "pixelFormat": "yuv420p, yuv422p, yuv444p of h264; yuv422p, yuv444p of prores (10 bits); rgb24 "
    "of PNG",
    "profile": "of h264: baseline, main, high, high10 (10 bits), high422, high444",
    "bitrateMode": "crf aims at a quality, vbr at bitrate on average, cbr at bitrate always; crf "
    "without it, vbr where a bitrate is there",
    "crf": "quality, lower is better: 1 to 51 of h264 (20) and hevc (22), 0 to 63 of vp9 (30) and "
    "av1 (32)",
    "bitrate": "kbit/s; beside crf the ceiling; of prores it chooses the profile; 0: none",
    "maxBitrate": "kbit/s, the ceiling beside bitrate or crf",
    "twoPass": "true: bitrate is met by two passes; h264, hevc and vp9 have them",
    "keyframeInterval": "frames from one key frame to the next, at most 10 s; 2 s without it",
    "hardwareAcceleration": "true: quicker, with less effort, as hardware encodes; the processor "
    "does it all the same",
    "deinterlace": "false: a game's pictures are whole",
    "audioCodec": "aac (mp4, mov), pcm (mov) or opus (webm); null or none: no sound, whatever else "
    "is said of it",
    "audioBitrate": "kbit/s: 192 of aac, 128 of opus without it",
    "sampleRate": "Hz: 48000 (the default), or 44100 of aac and pcm",
    "channels": "2 (the default), or 1 for mono",
    "loudnessLufs": "makes the film that loud (EBU R128, integrated, LUFS): -14 for most sites; "
    "without it, as loud as the game is",
    "fastStart": "mp4, mov: true (the default) lets a film begin before all of it is there",
    "includeMetadata": "true (the default): appName is the film's title, customMetadata beside it",
    "customMetadata": "title, artist, album, comment, copyright, description, genre, date",
}
