/* The Range header, RFC 9110 section 14. */
#ifndef RANGE_H
#define RANGE_H

#include "bytes.h"

enum range_kind {
    RANGE_ALL,  /* no header, several ranges, or not understood: the whole file */
    RANGE_PART, /* bytes first to last, both included */
    RANGE_NONE, /* starts after the end: 416 */
};

struct range {
    enum range_kind kind;
    uint64_t first, last;
};

/* header may be NULL. */
struct range range_read(const char *header, uint64_t size);

#endif
