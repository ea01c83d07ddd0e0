/* Files and folders; paths are UTF-8 everywhere. */
#ifndef FILES_H
#define FILES_H

#include <stdio.h>

#include "bytes.h"

enum { FILE_MAX_PATH = 4096 };

/* Maps a whole file for reading, for as long as the program runs. */
bool file_map(const char *path, struct bytes *content);

/* Reads at most capacity - 1 bytes and ends them with NUL. */
bool file_read_text(const char *path, char *text, size_t capacity);

/* Writes a file that only this user may read, replacing an older one as a whole. */
bool file_write_text(const char *path, const char *text);

FILE *file_append(const char *path);

/* Returns 0 when there is no such file. */
size_t file_size(const char *path);

void file_rename(const char *from, const char *to);
void file_remove(const char *path);

/* Makes a folder that only this user may read, and its parents. True as well when it is there already. */
bool folder_make(const char *path);

#endif
