/* What each system does in its own way. */
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

/* The message for a user who has neither a web view nor a browser. */
extern const char *const SYSTEM_VIEW_ADVICE;

/* Fills out with unpredictable bytes. */
bool system_random(uint8_t *out, size_t size);

/* Finds this program's file. */
bool system_executable(char *path, size_t capacity);

/* Finds the game's archive: appended to the program, or beside it in a macOS bundle. Returns NULL, or what is wrong. */
const char *system_payload(struct bytes *payload);

/* Names the folder for this user's data of the application called name (it need not exist). */
bool system_data_folder(const char *name, char *path, size_t capacity);

/* Shows a message to the user, in a window where that is possible, and on stderr. */
void system_message(const char *title, const char *text);

/* Sees to it that a crash from now on is written to the log as well. */
void system_watch_for_crashes(const char *log_path);

#endif
