/* Damaged input of every kind for everything that reads what others wrote: "fuzz ROUNDS". The same rounds give the same
 * input on every machine. It checks nothing itself but what must hold for any input; the sanitizers do the rest. */
#include "archive.h"
#include "check.h"
#include "config.h"
#include "content_policy.h"
#include "html.h"
#include "http.h"
#include "payload.h"
#include "range.h"
#include "site.h"
#include "url.h"

static uint64_t state = 0x9E3779B97F4A7C15;

/* xorshift64*: good enough, and the same everywhere. */
static uint32_t any(uint32_t below) {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (uint32_t)((state * 0x2545F4914F6CDD1D) >> 32) % below;
}

/* A few damages to data: bits, telling values, what is cut out, what is doubled. Returns the new size. */
static size_t damage(uint8_t *data, size_t size, size_t capacity) {
    static const uint8_t TELLING[] = {0, 0xFF, 0x80, 0x7F, '\r', '\n', '"', '\\', '%', '/', '.', '{', '<', ' ', '-'};
    for (uint32_t i = any(6) + 1; i > 0 && size > 0; i--) {
        size_t at = any((uint32_t)size), length = any((uint32_t)(size - at)) + 1;
        switch (any(6)) {
        case 0:
            data[at] ^= (uint8_t)(1 << any(8));
            break;
        case 1:
            data[at] = TELLING[any(sizeof TELLING)];
            break;
        case 2:
            memset(data + at, (int)any(2) * 0xFF, length < 4 ? length : 4);
            break;
        case 3: /* a size or a number that is nearly right */
            data[at] = (uint8_t)(data[at] + (any(2) == 0 ? 1 : -1));
            break;
        case 4:
            memmove(data + at, data + at + length, size - at - length);
            size -= length;
            break;
        default:
            if (size + length <= capacity) {
                memmove(data + at + length, data + at, size - at);
                size += length;
            }
        }
    }
    return size;
}

/* Copies to the heap, so that the sanitizer knows where it ends. */
static char *exact(const uint8_t *data, size_t size, bool end) {
    char *copy = malloc(size + 1);
    memcpy(copy, data, size);
    copy[size] = 0;
    return end ? realloc(copy, size == 0 ? 1 : size) : copy;
}

static void fuzz_payload(void) {
    static const struct member GAME[] = {{"index.html", "<!doctype html>"}, {"a/b.bin", "0123456789"}, {"c", ""}};
    static struct archive archive;
    struct payload payload;
    archive_make(&archive, GAME, 3);
    size_t entry = archive.entries[any(3)];
    uint32_t claimed = any(300); /* both sizes say the same, as they must: no other damage makes that likely */
    archive_put32(&archive, entry + 20, claimed);
    archive_put32(&archive, entry + 24, claimed);
    size_t size = any(2) == 0 ? archive.size : damage(archive.data, archive.size, sizeof archive.data);
    char *copy = exact(archive.data, size, true);
    if (payload_open(&payload, (struct bytes){(uint8_t *)copy, size}) == NULL) {
        for (size_t i = 0; i < payload.count; i++) {
            struct bytes content = payload.files[i].content;
            CHECK(content.data >= (uint8_t *)copy && content.data + content.size <= (uint8_t *)copy + size);
            CHECK(memchr(payload.files[i].name.data, 0, payload.files[i].name.size) == NULL);
        }
        payload_close(&payload);
    }
    free(copy);
}

static void fuzz_config(void) {
    uint8_t text[512] = "{\"format\":1,\"id\":\"a.b\",\"title\":\"A\\u00e9\\uD83C\\uDFAE\",\"userDataName\":\"A b\",\"width\":800,"
                        "\"x\":[1,-2.5e3,{\"y\":null}],\"debug\":true}";
    size_t size = damage(text, strlen((char *)text), sizeof text);
    struct config config;
    char *copy = exact(text, size, true);
    if (config_read(&config, (struct bytes){(uint8_t *)copy, size}) == NULL) {
        CHECK(strpbrk(config.data_name, "/\\") == NULL && config.data_name[0] != '.');
        CHECK(config.width >= 64 && config.width <= 16384);
    }
    free(copy);
}

static void fuzz_request(struct site *site) {
    uint8_t text[1024] = "GET /a/b%20.bin?x=1&y=%2f HTTP/1.1\r\nHost: game.localhost\r\nRange: bytes=2-5\r\nCookie: a=b; "
                         "aethel-session=0123456789abcdef\r\nOrigin: http://game.localhost\r\nAethel-Page: 1\r\n\r\n";
    size_t size = damage(text, strlen((char *)text), sizeof text);
    char *copy = exact(text, size, true);
    struct http_request request;
    struct response response;
    size_t head = http_head_size((struct bytes){(uint8_t *)copy, size});
    if (head > 0 && http_parse(copy, head, &request)) {
        site_respond(site, &request.request, &response);
        char out[1024];
        CHECK(response.status >= 200 && http_write_head(&response, "", out, sizeof out) > 0);
        for (size_t i = 0; i < response.body.size; i++) {
            state += response.body.data[i]; /* reads every byte of it */
        }
        response_free(&response);
    }
    free(copy);
}

static void fuzz_policy(void) {
    uint8_t text[512] = "<!doctype html><meta name=a content='b'><meta http-equiv=\"Content-Security-Policy\" content=\"img-src *; "
                        "default-src &#39;self&#39;\"><META CONTENT='media-src a:' HTTP-EQUIV=content-security-policy>x";
    size_t size = damage(text, strlen((char *)text), sizeof text);
    char *copy = exact(text, size, true);
    struct bytes page = {(uint8_t *)copy, size};
    size_t amended = content_policy_allow_media(page, "http://a", NULL);
    uint8_t *out = malloc(amended + 1);
    CHECK(amended >= size && content_policy_allow_media(page, "http://a", out) == amended);
    free(out);
    free(copy);
}

static void fuzz_range(void) {
    uint8_t text[32] = "bytes=2-5";
    size_t size = damage(text, strlen((char *)text), sizeof text - 1);
    char *copy = exact(text, size, false);
    uint64_t length = any(8);
    struct range range = range_read(copy, length);
    CHECK(range.kind != RANGE_PART || (range.first <= range.last && range.last < length));
    free(copy);
}

static void fuzz_texts(void) {
    uint8_t text[256] = "/.aethel/log?level=error&text=a%20b+c%00d#bytes=0-99<!doctype html><!-- -->";
    size_t size = damage(text, strlen((char *)text), sizeof text - 1);
    char *copy = exact(text, size, false);
    size_t capacity = any(64) + 1;
    char *out = malloc(capacity);
    url_path(copy, out, capacity);
    url_parameter(copy, "text", out, capacity);
    url_of_file(copy, out, capacity);
    size_t page = any((uint32_t)size + 1);
    CHECK(html_script_offset((struct bytes){(uint8_t *)copy + page, size - page}) <= size - page);
    free(out);
    free(copy);
}

int main(int count, char **arguments) {
    static const struct member GAME[] = {{"index.html", "<!doctype html>x"}, {"a/b .bin", "0123456789"}};
    static struct archive archive;
    struct payload payload;
    struct config config = {.entry = "index.html"};
    struct site site;
    long rounds = count > 1 ? strtol(arguments[1], NULL, 10) : 0;
    CHECK(rounds > 0);
    archive_make(&archive, GAME, 2);
    CHECK(payload_open(&payload, (struct bytes){archive.data, archive.size}) == NULL);
    CHECK(site_open(&site, &payload, &config, bytes_of("{}"), "test"));
    for (long i = 0; i < rounds; i++) {
        fuzz_payload();
        fuzz_config();
        fuzz_request(&site);
        fuzz_policy();
        fuzz_range();
        fuzz_texts();
    }
    site_close(&site);
    payload_close(&payload);
    printf("%ld rounds\n", rounds);
}
