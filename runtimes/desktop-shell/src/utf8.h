/* UTF-8, as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef UTF8_H
#define UTF8_H

#include "bytes.h"

/* Whether all of text is well-formed and free of control characters (C0, DEL). */
bool utf8_is_plain(struct bytes text);

#endif
