/* UTF-8, as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef UTF8_H
#define UTF8_H

#include "bytes.h"

/* How many bytes the well-formed character at the start of text has; 0 when there is none. */
size_t utf8_length(struct bytes text);

/* Is all of text well-formed, and without control characters (C0, DEL)? */
bool utf8_is_plain(struct bytes text);

/* Writes code_point, at most 4 bytes; returns how many. */
size_t utf8_write(uint32_t code_point, char *out);

#endif
