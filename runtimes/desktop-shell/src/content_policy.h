/* The policies that a page gives itself: <meta http-equiv="Content-Security-Policy" content="…">. */
#ifndef CONTENT_POLICY_H
#define CONTENT_POLICY_H

#include "bytes.h"

/* Copies page to out, with source among the media sources of each of its policies that lets media come from anywhere.
 * Returns the size of the copy; with out NULL it only counts. Source: Content Security Policy Level 3, 2.2 and 6.1.8. */
size_t content_policy_allow_media(struct bytes page, const char *source, uint8_t *out);

#endif
