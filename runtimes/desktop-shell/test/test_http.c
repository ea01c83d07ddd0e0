#include "access.h"
#include "check.h"
#include "http.h"

static char head[HTTP_MAX_HEAD];
static struct http_request request;

static bool parses(const char *text) {
    strcpy(head, text);
    size_t size = http_head_size(bytes_of(text));
    return size == strlen(text) && http_parse(head, size, &request);
}

CASE(a_request_is_parsed) {
    CHECK(parses("GET /a?b HTTP/1.1\r\nhost: game.localhost\r\nCookie:  a=b \t\r\nRANGE: bytes=0-\r\n"
                 "Origin: http://game.localhost\r\nSec-Fetch-Site: same-origin\r\nX-Other: \xC3\xA9\r\n\r\n"));
    CHECK(request.request.method == METHOD_GET);
    CHECK_TEXT(request.request.target, "/a?b");
    CHECK_TEXT(request.headers.host, "game.localhost");
    CHECK_TEXT(request.headers.cookie, "a=b");
    CHECK_TEXT(request.request.range, "bytes=0-");
    CHECK_TEXT(request.headers.origin, "http://game.localhost");
    CHECK_TEXT(request.headers.fetch_site, "same-origin");
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
    struct response response = {.status = 206, .type = "a/b", .body = bytes_of("xyz"), .content_range = "bytes 0-2/5"};
    size_t size = http_write_head(&response, "X: y\r\n", out, sizeof out);
    CHECK(size == strlen(out));
    CHECK(strncmp(out, "HTTP/1.1 206 Partial Content\r\nContent-Type: a/b\r\nContent-Length: 3\r\n", 67) == 0);
    CHECK(strcmp(out + size - 29, "\r\nConnection: close\r\nX: y\r\n\r\n") == 0);
    for (size_t capacity = 1; capacity <= size; capacity++) {
        char *exact = malloc(capacity);
        CHECK(http_write_head(&response, "X: y\r\n", exact, capacity) == 0);
        free(exact);
    }
}

/* --- who may ask ---------------------------------------------------------------------------------------------------- */

static struct access_secrets secrets;

static enum access_result check(const char *target, const char *host, const char *origin, const char *site, const char *cookie) {
    struct request_headers headers = {.host = host, .origin = origin, .fetch_site = site, .cookie = cookie};
    return access_check(&secrets, target, &headers);
}

CASE(secrets_are_long_and_differ) {
    struct access_secrets other;
    CHECK(access_init(&secrets) && access_init(&other));
    CHECK(strlen(secrets.key) == ACCESS_SECRET_SIZE && strlen(secrets.session) == ACCESS_SECRET_SIZE);
    CHECK(strcmp(secrets.key, secrets.session) != 0);
    CHECK(strcmp(secrets.key, other.key) != 0 && strcmp(secrets.session, other.session) != 0);
}

CASE(the_key_opens_once) {
    char target[96];
    access_init(&secrets);
    CHECK(check("/.aethel/enter?key=0123", ACCESS_HOST, NULL, NULL, NULL) == ACCESS_DENIED);
    CHECK(check("/.aethel/enter?", ACCESS_HOST, NULL, NULL, NULL) == ACCESS_DENIED);
    snprintf(target, sizeof target, "/.aethel/enter?key=%s", secrets.session); /* the other secret */
    CHECK(check(target, ACCESS_HOST, NULL, NULL, NULL) == ACCESS_DENIED);
    snprintf(target, sizeof target, "/.aethel/enter?key=%s0", secrets.key);
    CHECK(check(target, ACCESS_HOST, NULL, NULL, NULL) == ACCESS_DENIED);
    snprintf(target, sizeof target, "/.aethel/enter?key=%s", secrets.key);
    CHECK(check(target, "127.0.0.1:8080", NULL, NULL, NULL) == ACCESS_DENIED);
    CHECK(check(target, ACCESS_HOST, "null", "cross-site", NULL) == ACCESS_KEY_ACCEPTED); /* it comes from a file */
    CHECK(check(target, ACCESS_HOST, "null", "cross-site", NULL) == ACCESS_DENIED);
}

CASE(the_cookie_passes_for_the_page_alone) {
    char cookie[128], wrong[128];
    access_init(&secrets);
    snprintf(cookie, sizeof cookie, "a=b; %s=%s; c=d", ACCESS_COOKIE, secrets.session);
    CHECK(check("/", ACCESS_HOST, NULL, "same-origin", cookie) == ACCESS_GRANTED);
    CHECK(check("/", ACCESS_HOST, ACCESS_ORIGIN, "same-origin", cookie) == ACCESS_GRANTED);
    CHECK(check("/", ACCESS_HOST, NULL, "none", cookie) == ACCESS_GRANTED);
    CHECK(check("/", ACCESS_HOST, NULL, NULL, cookie) == ACCESS_GRANTED);

    CHECK(check("/", NULL, NULL, NULL, cookie) == ACCESS_DENIED);
    CHECK(check("/", "evil.example", NULL, NULL, cookie) == ACCESS_DENIED); /* DNS rebinding */
    CHECK(check("/", ACCESS_HOST ":80", NULL, NULL, cookie) == ACCESS_DENIED);
    CHECK(check("/", ACCESS_HOST, "http://evil.example", NULL, cookie) == ACCESS_DENIED);
    CHECK(check("/", ACCESS_HOST, "null", NULL, cookie) == ACCESS_DENIED);
    CHECK(check("/", ACCESS_HOST, NULL, "cross-site", cookie) == ACCESS_DENIED);
    CHECK(check("/", ACCESS_HOST, NULL, "same-site", cookie) == ACCESS_DENIED);
    CHECK(check("/", ACCESS_HOST, NULL, NULL, NULL) == ACCESS_DENIED);
    CHECK(check("/", ACCESS_HOST, NULL, NULL, "") == ACCESS_DENIED);

    snprintf(wrong, sizeof wrong, "%s=%s", ACCESS_COOKIE, secrets.key);
    CHECK(check("/", ACCESS_HOST, NULL, NULL, wrong) == ACCESS_DENIED);
    snprintf(wrong, sizeof wrong, "%s=%.31s", ACCESS_COOKIE, secrets.session);
    CHECK(check("/", ACCESS_HOST, NULL, NULL, wrong) == ACCESS_DENIED);
    snprintf(wrong, sizeof wrong, "x%s=%s", ACCESS_COOKIE, secrets.session);
    CHECK(check("/", ACCESS_HOST, NULL, NULL, wrong) == ACCESS_DENIED);
    CHECK(check("/", ACCESS_HOST, NULL, NULL, ACCESS_COOKIE "=") == ACCESS_DENIED);
}

CASE(a_player_shows_its_key_in_each_address) {
    char target[96];
    access_init(&secrets);
    snprintf(target, sizeof target, "/%s/a/b.ogg?x", secrets.session);
    CHECK_TEXT(access_media_target(&secrets, target), "/a/b.ogg?x");
    target[1 + ACCESS_SECRET_SIZE] = 0;
    CHECK(access_media_target(&secrets, target) == NULL);
    snprintf(target, sizeof target, "/%s0/a.ogg", secrets.session);
    CHECK(access_media_target(&secrets, target) == NULL);
    snprintf(target, sizeof target, "/%s/a.ogg", secrets.key); /* the other secret */
    CHECK(access_media_target(&secrets, target) == NULL);
    CHECK(access_media_target(&secrets, "/") == NULL && access_media_target(&secrets, "//") == NULL);
    CHECK(access_media_target(&secrets, "/a.ogg") == NULL);
}

int main(void) {
    RUN(a_request_is_parsed);
    RUN(malformed_requests_are_refused);
    RUN(a_head_ends_with_an_empty_line);
    RUN(a_head_that_does_not_fit_is_not_sent);
    RUN(secrets_are_long_and_differ);
    RUN(the_key_opens_once);
    RUN(the_cookie_passes_for_the_page_alone);
    RUN(a_player_shows_its_key_in_each_address);
}
