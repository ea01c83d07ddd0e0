/* HTTP/1.1 for the loopback server: one request and one response per connection. Source: RFC 9112. */
#ifndef HTTP_H
#define HTTP_H

#include "access.h"
#include "site.h"

enum { HTTP_MAX_HEAD = 16384 };

struct http_request {
    struct request request;
    struct request_headers headers;
};

/* How long the head at the start of data is, with the empty line that ends it; or 0 when more is needed. */
size_t http_head_size(struct bytes data);

/* Takes a head apart, in place: the strings of the request point into it. False when it is malformed. */
bool http_parse(char *head, size_t size, struct http_request *request);

/* Writes the head of a response, with one more header line or "". Returns its size, or 0 when it does not fit. */
size_t http_write_head(const struct response *response, const char *extra_header, char *out, size_t capacity);

#endif
