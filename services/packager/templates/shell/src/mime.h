/* What a file is, by its name. */
#ifndef MIME_H
#define MIME_H

#include "bytes.h"

/* The media type for Content-Type, with the charset where it is text; application/octet-stream when unknown. */
const char *mime_type(struct bytes name);

#endif
