#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "files.h"
#include "thread.h"

enum { MAX_LINE = 4096, MAX_OLD_LOG = 1 << 20, MAX_RUN_LOG = 4 << 20 };

static struct {
    struct lock lock;
    FILE *file;
    size_t written;
    bool verbose;
} the_log = {.lock = LOCK_INITIALIZER};

void log_open(const char *path, bool verbose) {
    the_log.verbose = verbose;
    if (path == NULL) {
        return;
    }
    if (file_size(path) > MAX_OLD_LOG) {
        char old[FILE_MAX_PATH];
        snprintf(old, sizeof old, "%s.old", path);
        file_rename(path, old);
    }
    the_log.file = file_append(path);
}

static void write_line(const char *line) {
    if (the_log.verbose) {
        fputs(line, stderr);
    }
    if (the_log.file == NULL || the_log.written > MAX_RUN_LOG) {
        return;
    }
    the_log.written += strlen(line);
    fputs(the_log.written > MAX_RUN_LOG ? "(the log is full)\n" : line, the_log.file);
    fflush(the_log.file);
}

void log_line(const char *format, ...) {
    char line[MAX_LINE];
    time_t now = time(NULL);
    struct tm utc;
    time_to_utc(&now, &utc);
    size_t used = strftime(line, sizeof line, "%Y-%m-%dT%H:%M:%SZ ", &utc);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line + used, sizeof line - used - 1, format, arguments);
    va_end(arguments);
    for (char *at = line; *at != 0; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7F) {
            *at = '?';
        }
    }
    strcat(line, "\n");
    lock_acquire(&the_log.lock);
    write_line(line);
    lock_release(&the_log.lock);
}
