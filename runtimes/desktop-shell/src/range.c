#include "range.h"

static const struct range ALL = {RANGE_ALL, 0, 0};

/* Reads digits; a number beyond 2^63 becomes the largest. False when there are none. */
static bool read_number(const char **at, uint64_t *number) {
    const char *start = *at;
    *number = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++) {
        uint64_t digit = (uint64_t)(**at - '0');
        *number = *number > (INT64_MAX - 9) / 10 ? INT64_MAX : *number * 10 + digit;
    }
    return *at > start;
}

static struct range part(uint64_t first, uint64_t last, uint64_t size) {
    if (first >= size) {
        return (struct range){RANGE_NONE, 0, 0};
    }
    return (struct range){RANGE_PART, first, last < size ? last : size - 1};
}

struct range range_read(const char *header, uint64_t size) {
    static const char UNIT[] = "bytes=";
    uint64_t first, last;
    if (header == NULL || strncmp(header, UNIT, strlen(UNIT)) != 0) {
        return ALL;
    }
    const char *at = header + strlen(UNIT);
    if (*at == '-') { /* the last so many bytes */
        at++;
        if (!read_number(&at, &last) || *at != 0) {
            return ALL;
        }
        return last == 0 ? (struct range){RANGE_NONE, 0, 0} : part(last < size ? size - last : 0, size, size);
    }
    if (!read_number(&at, &first) || *at != '-') {
        return ALL;
    }
    at++;
    if (*at == 0) {
        return part(first, size, size);
    }
    return read_number(&at, &last) && *at == 0 && first <= last ? part(first, last, size) : ALL;
}
