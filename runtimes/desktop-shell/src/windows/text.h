/* Windows speaks UTF-16, everything else here UTF-8. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

/* False, and an empty string, when it does not fit or is malformed. */
bool text_widen(const char *text, wchar_t *wide, size_t capacity);
bool text_narrow(const wchar_t *wide, char *text, size_t capacity);

#endif
