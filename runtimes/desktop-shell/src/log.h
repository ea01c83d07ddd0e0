/* The log in the user's data folder, with --verbose on stderr as well. Lines of several threads do not mix. */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>

/* Starts the log at path. One of more than 1 MB is renamed to <path>.old first; a run writes at most 4 MB.
 * Without a path (NULL), or when it cannot be written, only stderr is used. */
void log_open(const char *path, bool verbose);

/* Writes one line with the time (UTC). Control characters in it become '?': a page cannot forge lines. */
__attribute__((format(printf, 1, 2))) void log_line(const char *format, ...);

#endif
