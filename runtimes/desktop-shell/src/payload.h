/* The game's files: a ZIP that lies in memory (a mapped file), read without copying.
 *
 * Sizes, offsets and names are hostile until checked. Once opened, every file is within the archive.
 * Source: PKWARE APPNOTE.TXT 4.3.6 to 4.3.16. All entries are stored; no ZIP64, no encryption. */
#ifndef PAYLOAD_H
#define PAYLOAD_H

#include "bytes.h"

struct payload_file {
    struct bytes name; /* UTF-8, relative, '/' between plain segments */
    struct bytes content;
};

struct payload {
    struct payload_file *files; /* by name */
    size_t count;
};

/* Reads the table of contents. Returns NULL, or what is wrong with the archive, which must outlive payload. */
const char *payload_open(struct payload *payload, struct bytes archive);

/* Finds the file of exactly that name. */
bool payload_find(const struct payload *payload, struct bytes name, struct bytes *content);

void payload_close(struct payload *payload);

#endif
