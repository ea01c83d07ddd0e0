/* What a file is, by its name. */
#ifndef MIME_H
#define MIME_H

#include "bytes.h"

/* The media type for Content-Type; application/octet-stream when unknown. Pages name their own encoding, and what they
 * load is taken to have the same; other text is UTF-8. */
const char *mime_type(struct bytes name);

#endif
