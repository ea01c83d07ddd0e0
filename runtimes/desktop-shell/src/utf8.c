#include "utf8.h"

static bool is_continuation(uint8_t byte) { return (byte & 0xC0) == 0x80; }

/* How many bytes the well-formed character at the start of text has; 0 when there is none. */
static size_t character_size(struct bytes text) {
    if (text.size == 0) {
        return 0;
    }
    const uint8_t *at = text.data;
    if (at[0] < 0x80) {
        return 1;
    }
    size_t length = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;
    if (at[0] < 0xC2 || at[0] > 0xF4 || text.size < length) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if (!is_continuation(at[i])) {
            return 0;
        }
    }
    bool overlong = (at[0] == 0xE0 && at[1] < 0xA0) || (at[0] == 0xF0 && at[1] < 0x90);
    bool surrogate = at[0] == 0xED && at[1] >= 0xA0;
    bool too_large = at[0] == 0xF4 && at[1] >= 0x90;
    return overlong || surrogate || too_large ? 0 : length;
}

bool utf8_is_plain(struct bytes text) {
    while (text.size > 0) {
        size_t length = character_size(text);
        if (length == 0 || text.data[0] < 0x20 || text.data[0] == 0x7F) {
            return false;
        }
        text.data += length;
        text.size -= length;
    }
    return true;
}
