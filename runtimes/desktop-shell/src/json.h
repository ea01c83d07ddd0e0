/* A strict reader (RFC 8259) for one JSON object: calls back for each member, copies nothing.
 *
 * The whole text is checked, so it may be handed on as JSON once this has accepted it. */
#ifndef JSON_H
#define JSON_H

#include "bytes.h"

enum json_type { JSON_STRING, JSON_NUMBER, JSON_TRUE, JSON_FALSE, JSON_NULL, JSON_OBJECT, JSON_ARRAY };

struct json_value {
    enum json_type type;
    struct bytes text; /* as written: a string with its quotes and escapes */
};

/* Called for each member of the object, in order; false ends the reading as a failure. */
typedef bool json_visitor(void *context, struct json_value name, struct json_value value);

/* Reads an object and nothing else. Nested values are checked (at most 32 deep) and handed on unread. */
bool json_read_object(struct bytes text, json_visitor *visit, void *context);

/* Decodes a string into out, which it ends with NUL. False when it is no string, does not fit, or contains U+0000
 * or half a surrogate pair. */
bool json_to_string(struct json_value value, char *out, size_t capacity);

/* Reads a whole number between low and high. */
bool json_to_integer(struct json_value value, int low, int high, int *out);

/* Is the string (as decoded) equal to text? */
bool json_equals(struct json_value value, const char *text);

#endif
