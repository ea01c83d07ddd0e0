/* What each system answers in its own way. */
#ifndef SYSTEM_H
#define SYSTEM_H

#include "bytes.h"

#if defined _WIN32
#define SYSTEM_OS "windows"
#elif defined __APPLE__
#define SYSTEM_OS "macos"
#else
#define SYSTEM_OS "linux"
#endif

#if defined __aarch64__ || defined _M_ARM64
#define SYSTEM_ARCH "arm64"
#else
#define SYSTEM_ARCH "x64"
#endif

/* What to say when neither a web view nor a browser is there. */
extern const char *const SYSTEM_VIEW_ADVICE;

/* Unpredictable bytes. */
bool system_random(uint8_t *out, size_t size);

/* Where this program's file is. */
bool system_executable(char *path, size_t capacity);

/* The bytes of the game's archive: appended to the program, or beside it in a macOS bundle. NULL, or what is wrong. */
const char *system_payload(struct bytes *payload);

/* The folder for this user's data of the application called name (it need not exist). */
bool system_data_folder(const char *name, char *path, size_t capacity);

/* Tells the person at the screen, with a window where that is possible, and on stderr. */
void system_message(const char *title, const char *text);

/* From now on the system's report of a crash goes to the log as well. */
void system_watch_for_crashes(const char *log_path);

#endif
