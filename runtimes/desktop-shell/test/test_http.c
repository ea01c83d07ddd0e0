#include "check.h"
#include "gate.h"
#include "http.h"

static char head[HTTP_LARGEST_HEAD];
static struct http_request request;

static bool parses(const char *text) {
    strcpy(head, text);
    size_t size = http_head_size(bytes_of(text));
    return size == strlen(text) && http_parse(head, size, &request);
}

CASE(a_request_is_taken_apart) {
    CHECK(parses("GET /a?b HTTP/1.1\r\nhost: game.localhost\r\nCookie:  a=b \t\r\nRANGE: bytes=0-\r\n"
                 "Origin: http://game.localhost\r\nSec-Fetch-Site: same-origin\r\nX-Other: \xC3\xA9\r\n\r\n"));
    CHECK(request.request.method == METHOD_GET);
    CHECK_TEXT(request.request.target, "/a?b");
    CHECK_TEXT(request.visitor.host, "game.localhost");
    CHECK_TEXT(request.visitor.cookie, "a=b");
    CHECK_TEXT(request.request.range, "bytes=0-");
    CHECK_TEXT(request.visitor.origin, "http://game.localhost");
    CHECK_TEXT(request.visitor.fetch_site, "same-origin");
    CHECK(!request.request.from_page);
    CHECK(parses("POST / HTTP/1.1\r\nAethel-Page:\r\n\r\n"));
    CHECK(request.request.method == METHOD_POST && request.request.from_page);
    CHECK(parses("HEAD / HTTP/1.1\r\n\r\n") && request.request.method == METHOD_HEAD);
    CHECK(parses("get / HTTP/1.1\r\n\r\n") && request.request.method == METHOD_OTHER);
}

CASE(malformed_requests_are_refused) {
    static const char *const BAD[] = {
        "\r\n\r\n", "GET\r\n\r\n", "GET /\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1 x\r\n\r\n", "GET a HTTP/1.1\r\n\r\n", "GET http://x/ HTTP/1.1\r\n\r\n", "GET * HTTP/1.1\r\n\r\n",
        " GET / HTTP/1.1\r\n\r\n", "GET /\tHTTP/1.1\r\n\r\n", "GET / HTTP/1.1\nHost: a\r\n\r\n",
        "GET /\x01 HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost\r\n\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET / HTTP/1.1\r\n: a\r\n\r\n", "GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/1.1\r\nCookie: a\r\ncookie: b\r\n\r\n",
        "GET / HTTP/1.1\r\nA\x80: b\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        CHECK(!parses(BAD[i]));
    }
    char with_nul[] = "GET /a\0b HTTP/1.1\r\n\r\n";
    CHECK(!http_parse(with_nul, sizeof with_nul - 1, &request));
}

CASE(a_head_ends_with_an_empty_line) {
    CHECK(http_head_size(bytes_of("")) == 0);
    CHECK(http_head_size(bytes_of("GET / HTTP/1.1\r\n")) == 0);
    CHECK(http_head_size(bytes_of("GET / HTTP/1.1\r\n\r\nbody")) == 18);
}

CASE(a_head_that_does_not_fit_is_not_sent) {
    char out[1024];
    struct answer answer = {.status = 206, .type = "a/b", .body = bytes_of("xyz"), .content_range = "bytes 0-2/5"};
    size_t size = http_write_head(&answer, "X: y\r\n", out, sizeof out);
    CHECK(size == strlen(out));
    CHECK(strncmp(out, "HTTP/1.1 206 Partial Content\r\nContent-Type: a/b\r\nContent-Length: 3\r\n", 67) == 0);
    CHECK(strcmp(out + size - 29, "\r\nConnection: close\r\nX: y\r\n\r\n") == 0);
    for (size_t capacity = 1; capacity <= size; capacity++) {
        char *exact = malloc(capacity);
        CHECK(http_write_head(&answer, "X: y\r\n", exact, capacity) == 0);
        free(exact);
    }
}

/* --- who may ask ---------------------------------------------------------------------------------------------------- */

static struct gate gate;

static enum verdict judge(const char *target, const char *host, const char *origin, const char *site, const char *cookie) {
    struct visitor visitor = {.host = host, .origin = origin, .fetch_site = site, .cookie = cookie};
    return gate_judge(&gate, target, &visitor);
}

CASE(secrets_are_long_and_differ) {
    struct gate other;
    CHECK(gate_open(&gate) && gate_open(&other));
    CHECK(strlen(gate.key) == GATE_SECRET && strlen(gate.session) == GATE_SECRET);
    CHECK(strcmp(gate.key, gate.session) != 0);
    CHECK(strcmp(gate.key, other.key) != 0 && strcmp(gate.session, other.session) != 0);
}

CASE(the_key_opens_once) {
    char target[96];
    gate_open(&gate);
    CHECK(judge("/.aethel/enter?key=0123", GATE_HOST, NULL, NULL, NULL) == GATE_REFUSE);
    CHECK(judge("/.aethel/enter?", GATE_HOST, NULL, NULL, NULL) == GATE_REFUSE);
    snprintf(target, sizeof target, "/.aethel/enter?key=%s", gate.session); /* the other secret */
    CHECK(judge(target, GATE_HOST, NULL, NULL, NULL) == GATE_REFUSE);
    snprintf(target, sizeof target, "/.aethel/enter?key=%s0", gate.key);
    CHECK(judge(target, GATE_HOST, NULL, NULL, NULL) == GATE_REFUSE);
    snprintf(target, sizeof target, "/.aethel/enter?key=%s", gate.key);
    CHECK(judge(target, "127.0.0.1:8080", NULL, NULL, NULL) == GATE_REFUSE);
    CHECK(judge(target, GATE_HOST, "null", "cross-site", NULL) == GATE_WELCOME); /* it comes from a file */
    CHECK(judge(target, GATE_HOST, "null", "cross-site", NULL) == GATE_REFUSE);
}

CASE(the_cookie_passes_for_the_page_alone) {
    char cookie[128], wrong[128];
    gate_open(&gate);
    snprintf(cookie, sizeof cookie, "a=b; %s=%s; c=d", GATE_COOKIE, gate.session);
    CHECK(judge("/", GATE_HOST, NULL, "same-origin", cookie) == GATE_PASS);
    CHECK(judge("/", GATE_HOST, GATE_ORIGIN, "same-origin", cookie) == GATE_PASS);
    CHECK(judge("/", GATE_HOST, NULL, "none", cookie) == GATE_PASS);
    CHECK(judge("/", GATE_HOST, NULL, NULL, cookie) == GATE_PASS);

    CHECK(judge("/", NULL, NULL, NULL, cookie) == GATE_REFUSE);
    CHECK(judge("/", "evil.example", NULL, NULL, cookie) == GATE_REFUSE); /* DNS rebinding */
    CHECK(judge("/", GATE_HOST ":80", NULL, NULL, cookie) == GATE_REFUSE);
    CHECK(judge("/", GATE_HOST, "http://evil.example", NULL, cookie) == GATE_REFUSE);
    CHECK(judge("/", GATE_HOST, "null", NULL, cookie) == GATE_REFUSE);
    CHECK(judge("/", GATE_HOST, NULL, "cross-site", cookie) == GATE_REFUSE);
    CHECK(judge("/", GATE_HOST, NULL, "same-site", cookie) == GATE_REFUSE);
    CHECK(judge("/", GATE_HOST, NULL, NULL, NULL) == GATE_REFUSE);
    CHECK(judge("/", GATE_HOST, NULL, NULL, "") == GATE_REFUSE);

    snprintf(wrong, sizeof wrong, "%s=%s", GATE_COOKIE, gate.key);
    CHECK(judge("/", GATE_HOST, NULL, NULL, wrong) == GATE_REFUSE);
    snprintf(wrong, sizeof wrong, "%s=%.31s", GATE_COOKIE, gate.session);
    CHECK(judge("/", GATE_HOST, NULL, NULL, wrong) == GATE_REFUSE);
    snprintf(wrong, sizeof wrong, "x%s=%s", GATE_COOKIE, gate.session);
    CHECK(judge("/", GATE_HOST, NULL, NULL, wrong) == GATE_REFUSE);
    CHECK(judge("/", GATE_HOST, NULL, NULL, GATE_COOKIE "=") == GATE_REFUSE);
}

int main(void) {
    RUN(a_request_is_taken_apart);
    RUN(malformed_requests_are_refused);
    RUN(a_head_ends_with_an_empty_line);
    RUN(a_head_that_does_not_fit_is_not_sent);
    RUN(secrets_are_long_and_differ);
    RUN(the_key_opens_once);
    RUN(the_cookie_passes_for_the_page_alone);
}
