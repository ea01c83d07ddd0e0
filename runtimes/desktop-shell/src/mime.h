/* The media type of a file, by its name. */
#ifndef MIME_H
#define MIME_H

#include "bytes.h"

/* Returns the value of Content-Type, application/octet-stream when the suffix is unknown. Pages, styles and scripts go
 * without a charset: a page may name its own, and what it loads is read in the same one. Other text is UTF-8. */
const char *mime_type(struct bytes name);

#endif
