#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PRIVATE_FILE = 0600, PRIVATE_FOLDER = 0700 };

bool file_map(const char *path, struct bytes *content) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return false;
    }
    struct stat status;
    void *mapped = MAP_FAILED;
    if (fstat(file, &status) == 0 && status.st_size > 0) {
        mapped = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    }
    close(file);
    if (mapped == MAP_FAILED) {
        return false;
    }
    *content = (struct bytes){mapped, (size_t)status.st_size};
    return true;
}

bool file_read_text(const char *path, char *text, size_t capacity) {
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return false;
    }
    text[fread(text, 1, capacity - 1, file)] = 0;
    fclose(file);
    return true;
}

static FILE *open_private(const char *path, int flags, const char *mode) {
    int file = open(path, flags | O_WRONLY | O_CREAT | O_CLOEXEC, PRIVATE_FILE);
    return file < 0 ? NULL : fdopen(file, mode);
}

bool file_write_text(const char *path, const char *text) {
    char fresh[FILE_MAX_PATH];
    snprintf(fresh, sizeof fresh, "%s.new", path);
    FILE *file = open_private(fresh, O_TRUNC, "w");
    if (file == NULL) {
        return false;
    }
    bool written = fputs(text, file) >= 0;
    return fclose(file) == 0 && written && rename(fresh, path) == 0;
}

FILE *file_append(const char *path) { return open_private(path, O_APPEND, "a"); }

size_t file_size(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 ? (size_t)status.st_size : 0;
}

void file_rename(const char *from, const char *to) { (void)rename(from, to); }

void file_remove(const char *path) { (void)unlink(path); }

bool folder_make(const char *path) {
    char partial[FILE_MAX_PATH];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof partial) {
        return false;
    }
    memcpy(partial, path, length + 1);
    for (size_t i = 1; i <= length; i++) {
        if (partial[i] != '/' && partial[i] != 0) {
            continue;
        }
        partial[i] = 0;
        if (mkdir(partial, PRIVATE_FOLDER) != 0 && errno != EEXIST) {
            return false;
        }
        partial[i] = path[i];
    }
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}
