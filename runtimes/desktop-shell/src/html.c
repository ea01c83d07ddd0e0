#include "html.h"

enum { ENCODING_SCAN_SIZE = 1024 }; /* bytes in which a browser looks for the encoding */

static bool starts_with(struct bytes page, size_t at, const char *lowered) {
    size_t length = strlen(lowered);
    if (page.size - at < length) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = page.data[at + i];
        if ((byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte) != (uint8_t)lowered[i]) {
            return false;
        }
    }
    return true;
}

/* Returns the offset after the next occurrence of mark, or the end of the page. */
static size_t offset_after(struct bytes page, size_t at, const char *mark) {
    while (at < page.size && !starts_with(page, at, mark)) {
        at++;
    }
    return at < page.size ? at + strlen(mark) : page.size;
}

size_t html_script_offset(struct bytes page) {
    size_t start = starts_with(page, 0, "\xEF\xBB\xBF") ? 3 : 0;
    size_t at = start;
    while (at < page.size) {
        if (memchr(" \t\r\n\f", page.data[at], 5) != NULL) {
            at++;
        } else if (starts_with(page, at, "<!--")) {
            at = offset_after(page, at + 4, "-->");
        } else {
            return starts_with(page, at, "<!doctype") ? offset_after(page, at, ">") : start;
        }
    }
    return start;
}

bool html_names_encoding(struct bytes page) {
    struct bytes start = {page.data, page.size < ENCODING_SCAN_SIZE ? page.size : ENCODING_SCAN_SIZE};
    return offset_after(start, 0, "charset") < start.size;
}

bool html_is_utf16(struct bytes page) { return starts_with(page, 0, "\xFF\xFE") || starts_with(page, 0, "\xFE\xFF"); }
