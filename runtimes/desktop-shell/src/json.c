#include "json.h"

#include <stdlib.h>

#include "utf8.h"

enum { DEEPEST = 32 };

struct reader {
    const uint8_t *at, *end;
    int depth;
};

static bool is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

static int hex_digit(uint8_t byte) {
    if (is_digit(byte)) {
        return byte - '0';
    }
    uint8_t lower = byte | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The byte that comes next; 0 at the end, which no rule of the grammar accepts. */
static uint8_t peek(const struct reader *reader) { return reader->at < reader->end ? *reader->at : 0; }

static bool take(struct reader *reader, uint8_t byte) {
    if (reader->at == reader->end || *reader->at != byte) {
        return false;
    }
    reader->at++;
    return true;
}

static void skip_space(struct reader *reader) {
    while (peek(reader) == ' ' || peek(reader) == '\t' || peek(reader) == '\n' || peek(reader) == '\r') {
        reader->at++;
    }
}

static bool read_escape(struct reader *reader) {
    uint8_t kind = peek(reader);
    if (kind == 0 || strchr("\"\\/bfnrtu", kind) == NULL) {
        return false;
    }
    reader->at++;
    for (int i = 0; kind == 'u' && i < 4; i++, reader->at++) {
        if (reader->at == reader->end || hex_digit(*reader->at) < 0) {
            return false;
        }
    }
    return true;
}

static bool read_string(struct reader *reader) {
    if (!take(reader, '"')) {
        return false;
    }
    while (reader->at < reader->end && *reader->at != '"') {
        if (take(reader, '\\')) {
            if (!read_escape(reader)) {
                return false;
            }
            continue;
        }
        size_t length = utf8_length((struct bytes){reader->at, (size_t)(reader->end - reader->at)});
        if (length == 0 || *reader->at < 0x20) {
            return false;
        }
        reader->at += length;
    }
    return take(reader, '"');
}

static bool read_digits(struct reader *reader) {
    const uint8_t *start = reader->at;
    while (is_digit(peek(reader))) {
        reader->at++;
    }
    return reader->at > start;
}

static bool read_number(struct reader *reader) {
    take(reader, '-');
    if (!take(reader, '0') && !read_digits(reader)) {
        return false;
    }
    if (take(reader, '.') && !read_digits(reader)) {
        return false;
    }
    if (take(reader, 'e') || take(reader, 'E')) {
        if (!take(reader, '+')) {
            take(reader, '-');
        }
        return read_digits(reader);
    }
    return true;
}

static bool read_word(struct reader *reader, const char *word) {
    for (; *word != 0; word++) {
        if (!take(reader, (uint8_t)*word)) {
            return false;
        }
    }
    return true;
}

static bool read_value(struct reader *reader, struct json_value *value);

static bool read_array(struct reader *reader) {
    take(reader, '[');
    skip_space(reader);
    if (take(reader, ']')) {
        return true;
    }
    do {
        struct json_value element;
        if (!read_value(reader, &element)) {
            return false;
        }
    } while (take(reader, ','));
    return take(reader, ']');
}

static bool read_object(struct reader *reader, json_visitor *visit, void *context) {
    if (!take(reader, '{')) {
        return false;
    }
    skip_space(reader);
    if (take(reader, '}')) {
        return true;
    }
    do {
        struct json_value name, value;
        if (!read_value(reader, &name) || name.type != JSON_STRING || !take(reader, ':') ||
            !read_value(reader, &value) || (visit != NULL && !visit(context, name, value))) {
            return false;
        }
    } while (take(reader, ','));
    return take(reader, '}');
}

/* Reads what the next byte announces. */
static bool read_bare(struct reader *reader, enum json_type *type) {
    switch (peek(reader)) {
    case '"':
        *type = JSON_STRING;
        return read_string(reader);
    case '{':
        *type = JSON_OBJECT;
        return read_object(reader, NULL, NULL);
    case '[':
        *type = JSON_ARRAY;
        return read_array(reader);
    case 't':
        *type = JSON_TRUE;
        return read_word(reader, "true");
    case 'f':
        *type = JSON_FALSE;
        return read_word(reader, "false");
    case 'n':
        *type = JSON_NULL;
        return read_word(reader, "null");
    default:
        *type = JSON_NUMBER;
        return read_number(reader);
    }
}

/* A value with the space around it. */
static bool read_value(struct reader *reader, struct json_value *value) {
    if (reader->depth == DEEPEST) {
        return false;
    }
    skip_space(reader);
    const uint8_t *start = reader->at;
    reader->depth++;
    bool valid = read_bare(reader, &value->type);
    reader->depth--;
    value->text = (struct bytes){start, (size_t)(reader->at - start)};
    skip_space(reader);
    return valid;
}

bool json_read_object(struct bytes text, json_visitor *visit, void *context) {
    struct reader reader = {.at = text.data, .end = text.data + text.size};
    skip_space(&reader);
    if (!read_object(&reader, visit, context)) {
        return false;
    }
    skip_space(&reader);
    return reader.at == reader.end;
}

/* The four digits of a \u escape that read_string has checked. */
static uint32_t hex4(const uint8_t *at) {
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        value = value << 4 | (uint32_t)hex_digit(at[i]);
    }
    return value;
}

/* Decodes the escape after a backslash; *at moves behind it. 0 for what cannot be decoded. */
static uint32_t unescape(const uint8_t **at, const uint8_t *end) {
    static const char KINDS[] = "\"\\/bfnrt", MEANINGS[] = "\"\\/\b\f\n\r\t";
    uint8_t kind = *(*at)++;
    if (kind != 'u') {
        return (uint8_t)MEANINGS[strchr(KINDS, kind) - KINDS];
    }
    uint32_t unit = hex4(*at);
    *at += 4;
    if (unit < 0xD800 || unit > 0xDFFF) {
        return unit;
    }
    if (unit > 0xDBFF || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u') {
        return 0;
    }
    uint32_t low = hex4(*at + 2);
    *at += 6;
    return low >= 0xDC00 && low <= 0xDFFF ? 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00) : 0;
}

bool json_to_string(struct json_value value, char *out, size_t capacity) {
    if (value.type != JSON_STRING || capacity == 0) {
        return false;
    }
    const uint8_t *at = value.text.data + 1;
    const uint8_t *end = value.text.data + value.text.size - 1;
    size_t used = 0;
    while (at < end) {
        char character[4];
        size_t length = 1;
        if (*at == '\\') {
            at++;
            uint32_t code_point = unescape(&at, end);
            if (code_point == 0) {
                return false;
            }
            length = utf8_write(code_point, character);
        } else {
            character[0] = (char)*at++;
        }
        if (length >= capacity - used) {
            return false;
        }
        memcpy(out + used, character, length);
        used += length;
    }
    out[used] = 0;
    return true;
}

bool json_to_integer(struct json_value value, int low, int high, int *out) {
    char digits[12];
    if (value.type != JSON_NUMBER || value.text.size >= sizeof digits) {
        return false;
    }
    memcpy(digits, value.text.data, value.text.size);
    digits[value.text.size] = 0;
    char *end;
    long number = strtol(digits, &end, 10);
    if (*end != 0 || number < low || number > high) {
        return false;
    }
    *out = (int)number;
    return true;
}

bool json_equals(struct json_value value, const char *text) {
    char decoded[64];
    return json_to_string(value, decoded, sizeof decoded) && strcmp(decoded, text) == 0;
}
