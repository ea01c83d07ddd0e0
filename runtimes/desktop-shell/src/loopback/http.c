#include "http.h"

#include <stdio.h>

size_t http_head_size(struct bytes data) {
    for (size_t i = 4; i <= data.size; i++) {
        if (memcmp(data.data + i - 4, "\r\n\r\n", 4) == 0) {
            return i;
        }
    }
    return 0;
}

/* Cuts the line at *at off its end, and moves *at behind it. False when it does not end in CR LF or contains what no
 * line may. */
static bool cut_line(char **at, const char *end, char **line) {
    *line = *at;
    for (; *at < end; (*at)++) {
        unsigned char byte = (unsigned char)**at;
        if (byte == '\r' && end - *at > 1 && (*at)[1] == '\n') {
            **at = 0;
            *at += 2;
            return true;
        }
        if ((byte < 0x20 && byte != '\t') || byte == 0x7F) {
            return false;
        }
    }
    return false;
}

static bool read_request_line(char *line, struct request *request) {
    char *target = strchr(line, ' ');
    char *version = target == NULL ? NULL : strchr(target + 1, ' ');
    if (version == NULL || strcmp(version + 1, "HTTP/1.1") != 0 || target[1] != '/') {
        return false;
    }
    *target = *version = 0;
    request->method = site_method(line);
    request->target = target + 1;
    return true;
}

static char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? (char)(letter | 0x20) : letter; }

static bool same_but_for_case(const char *left, const char *right) {
    while (*left != 0 && lower(*left) == lower(*right)) {
        left++;
        right++;
    }
    return *left == *right;
}

/* Splits "Name: value " and keeps the value if the shell knows the name. A second one of a kind is an error. */
static bool read_header(char *line, struct http_request *request) {
    static const char TOKEN[] = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    size_t name_size = strspn(line, TOKEN);
    if (name_size == 0 || line[name_size] != ':') {
        return false;
    }
    line[name_size] = 0;
    char *value = line + name_size + 1;
    value += strspn(value, " \t");
    for (size_t size = strlen(value); size > 0 && strchr(" \t", value[size - 1]) != NULL; size--) {
        value[size - 1] = 0;
    }
    const char *page = NULL;
    struct {
        const char *name, **value;
    } known[] = {
        {"Host", &request->headers.host},     {"Origin", &request->headers.origin},
        {"Cookie", &request->headers.cookie}, {"Sec-Fetch-Site", &request->headers.fetch_site},
        {"Range", &request->request.range},   {SITE_PAGE_HEADER, &page},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (same_but_for_case(line, known[i].name)) {
            bool first = *known[i].value == NULL;
            *known[i].value = value;
            request->request.from_page = request->request.from_page || page != NULL;
            return first;
        }
    }
    return true;
}

bool http_parse(char *head, size_t size, struct http_request *request) {
    *request = (struct http_request){0};
    char *at = head;
    const char *end = head + size;
    char *line;
    if (!cut_line(&at, end, &line) || !read_request_line(line, &request->request)) {
        return false;
    }
    while (cut_line(&at, end, &line)) {
        if (*line == 0) {
            return at == end;
        }
        if (!read_header(line, request)) {
            return false;
        }
    }
    return false;
}

struct header_buffer {
    char *out;
    size_t used, capacity;
};

static void write_header(void *context, const char *name, const char *value) {
    struct header_buffer *buffer = context;
    if (buffer->used < buffer->capacity) {
        buffer->used += (size_t)snprintf(buffer->out + buffer->used, buffer->capacity - buffer->used,
                                          "%s: %s\r\n", name, value);
    }
}

size_t http_write_head(const struct response *response, const char *extra_header, char *out, size_t capacity) {
    struct header_buffer buffer = {.out = out, .capacity = capacity};
    buffer.used =
        (size_t)snprintf(out, capacity, "HTTP/1.1 %d %s\r\n", response->status, response_reason(response));
    response_headers(response, write_header, &buffer);
    if (buffer.used < capacity) {
        buffer.used += (size_t)snprintf(out + buffer.used, capacity - buffer.used,
                                         "Connection: close\r\n%s\r\n", extra_header);
    }
    return buffer.used < capacity ? buffer.used : 0;
}
