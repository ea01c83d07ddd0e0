#include "content_policy.h"

struct copy {
    struct bytes page;
    size_t copied; /* so much of the page is in the copy */
    uint8_t *out;
    size_t size;
};

struct attribute {
    struct bytes name, value;
    bool quoted;
};

static uint8_t lower(uint8_t byte) { return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte; }

static bool is_space(uint8_t byte) { return memchr(" \t\r\n\f", byte, 5) != NULL; }

static bool begins_with(struct bytes text, const char *lowered) {
    size_t i = 0;
    while (lowered[i] != 0 && i < text.size && lower(text.data[i]) == (uint8_t)lowered[i]) {
        i++;
    }
    return lowered[i] == 0;
}

static bool is_word(struct bytes text, const char *lowered) {
    return text.size == strlen(lowered) && begins_with(text, lowered);
}

static struct bytes between(struct bytes page, size_t from, size_t to) {
    return (struct bytes){page.data + from, to - from};
}

/* --- the copy ------------------------------------------------------------------------------------------------------- */

static void append(struct copy *copy, struct bytes text) {
    if (copy->out != NULL && text.size > 0) {
        memcpy(copy->out + copy->size, text.data, text.size);
    }
    copy->size += text.size;
}

static void copy_until(struct copy *copy, const uint8_t *end) {
    size_t at = (size_t)(end - copy->page.data);
    append(copy, between(copy->page, copy->copied, at));
    copy->copied = at;
}

/* --- tags ----------------------------------------------------------------------------------------------------------- */

static bool ends_name(uint8_t byte) { return is_space(byte) || memchr("/>=", byte, 3) != NULL; }

static size_t skip_spaces(struct bytes page, size_t at) {
    while (at < page.size && is_space(page.data[at])) {
        at++;
    }
    return at;
}

/* Reads the value behind '=', and moves *at behind it. */
static void read_value(struct bytes page, size_t *at, struct attribute *attribute) {
    size_t start = skip_spaces(page, *at);
    uint8_t quote = start < page.size ? page.data[start] : 0;
    attribute->quoted = quote == '"' || quote == '\'';
    start += attribute->quoted;
    size_t end = start;
    while (end < page.size &&
           (attribute->quoted ? page.data[end] != quote : !is_space(page.data[end]) && page.data[end] != '>')) {
        end++;
    }
    attribute->value = between(page, start, end);
    *at = end < page.size && attribute->quoted ? end + 1 : end;
}

/* Reads the next attribute of a tag; false at the tag's end, where *at stands then. */
static bool next_attribute(struct bytes page, size_t *at, struct attribute *attribute) {
    while (*at < page.size && (is_space(page.data[*at]) || page.data[*at] == '/')) {
        ++*at;
    }
    if (*at >= page.size || page.data[*at] == '>') {
        return false;
    }
    size_t start = (*at)++; /* a name may begin with '=' */
    while (*at < page.size && !ends_name(page.data[*at])) {
        ++*at;
    }
    *attribute = (struct attribute){.name = between(page, start, *at)};
    size_t sign = skip_spaces(page, *at);
    if (sign < page.size && page.data[sign] == '=') {
        *at = sign + 1;
        read_value(page, at, attribute);
    }
    return true;
}

/* --- policies ------------------------------------------------------------------------------------------------------- */

/* Where the directive at start ends: at its ';', which the end of a character reference ("&#39;") is not. */
static size_t directive_end(struct bytes policy, size_t start) {
    bool reference = false;
    for (size_t at = start; at < policy.size; at++) {
        uint8_t byte = policy.data[at];
        bool alphanumeric = (byte >= '0' && byte <= '9') || (lower(byte) >= 'a' && lower(byte) <= 'z');
        if (byte == ';' && !reference) {
            return at;
        }
        reference = byte == '&' || (reference && (alphanumeric || byte == '#'));
    }
    return policy.size;
}

/* Finds the first directive of that name, the one that counts, and sets values to what stands behind the name. */
static bool find_directive(struct bytes policy, const char *name, struct bytes *values) {
    for (size_t start = 0, end; start < policy.size; start = end + 1) {
        end = directive_end(policy, start);
        size_t word = skip_spaces(policy, start), word_end = word;
        while (word_end < end && !is_space(policy.data[word_end])) {
            word_end++;
        }
        if (word < end && is_word(between(policy, word, word_end), name)) {
            *values = between(policy, word_end, end);
            return true;
        }
    }
    return false;
}

/* Whether a list of sources is 'none', its quotes written in whatever way. */
static bool is_none(struct bytes values) {
    size_t at = skip_spaces(values, 0);
    struct bytes rest = between(values, at, values.size);
    return rest.size == 0 || begins_with(rest, "'none'") || begins_with(rest, "&#39;none") ||
           begins_with(rest, "&#x27;none") || begins_with(rest, "&apos;none");
}

static void amend(struct copy *copy, struct bytes policy, const char *source) {
    struct bytes values;
    bool own = find_directive(policy, "media-src", &values);
    if ((!own && !find_directive(policy, "default-src", &values)) || is_none(values)) {
        return;
    }
    if (own) {
        copy_until(copy, values.data + values.size);
    } else {
        copy_until(copy, policy.data + policy.size);
        append(copy, bytes_of("; media-src"));
        append(copy, values);
    }
    append(copy, bytes_of(" "));
    append(copy, bytes_of(source));
}

/* Reads the <meta> whose attributes begin at at, and amends it if it is a policy. Returns where it ends. */
static size_t read_meta(struct copy *copy, size_t at, const char *source) {
    struct attribute attribute, content = {0};
    bool policy = false;
    while (next_attribute(copy->page, &at, &attribute)) {
        policy = policy ||
                 (is_word(attribute.name, "http-equiv") && is_word(attribute.value, "content-security-policy"));
        content = is_word(attribute.name, "content") && content.value.data == NULL ? attribute : content;
    }
    if (policy && content.quoted) {
        amend(copy, content.value, source);
    }
    return at;
}

size_t content_policy_allow_media(struct bytes page, const char *source, uint8_t *out) {
    static const char TAG[] = "<meta";
    struct copy copy = {.page = page, .out = out};
    for (size_t at = 0; at < page.size;) {
        const uint8_t *found = memchr(page.data + at, '<', page.size - at);
        if (found == NULL) {
            break;
        }
        at = (size_t)(found - page.data);
        size_t behind = at + strlen(TAG);
        bool meta = begins_with(between(page, at, page.size), TAG) && behind < page.size && ends_name(page.data[behind]);
        at = meta ? read_meta(&copy, behind, source) : at + 1;
    }
    copy_until(&copy, page.data + page.size);
    return copy.size;
}
