/* ZIP archives for tests, well-formed until a test damages them. */
#ifndef ARCHIVE_H
#define ARCHIVE_H

#include "bytes.h"

struct member {
    const char *name, *content;
};

enum { ARCHIVE_CAPACITY = 1 << 16 };

struct archive {
    uint8_t data[ARCHIVE_CAPACITY];
    size_t size;
    size_t directory;    /* where the table of contents starts */
    size_t entries[16];  /* where the entries of the table of contents start */
    size_t end;          /* where the end record starts */
};

/* Stores the members, at most 16, in the order given. */
void archive_make(struct archive *archive, const struct member *members, size_t count);

/* An exact copy on the heap, so that a read beyond its end is noticed. To be freed. */
struct bytes archive_copy(const struct archive *archive);

void archive_put16(struct archive *archive, size_t at, uint32_t value);
void archive_put32(struct archive *archive, size_t at, uint32_t value);

#endif
