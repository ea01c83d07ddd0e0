#include "archive.h"
#include "check.h"
#include "geometry.h"
#include "html.h"
#include "mime.h"
#include "range.h"
#include "site.h"
#include "url.h"

/* --- what a request is made of ------------------------------------------------------------------------------------ */

static const char *path_of(const char *target) {
    static char path[64];
    return url_path(target, path, sizeof path) ? path : "(refused)";
}

CASE(paths_are_decoded_once) {
    CHECK_TEXT(path_of("/"), "");
    CHECK_TEXT(path_of("/a%20b/%C3%A9.png?x=/y#z"), "a b/\xC3\xA9.png");
    CHECK_TEXT(path_of("/a+b#?"), "a+b");
    CHECK_TEXT(path_of("/%252e%252e/a"), "%2e%2e/a");
    CHECK_TEXT(path_of("/%2e%2e/%2fetc"), "../" "/etc"); /* a name that no archive has */
    CHECK_TEXT(path_of("/a%00b"), "(refused)");
    CHECK_TEXT(path_of("/a%"), "(refused)");
    CHECK_TEXT(path_of("/a%2"), "(refused)");
    CHECK_TEXT(path_of("/a%zz"), "(refused)");
    CHECK_TEXT(path_of("a"), "(refused)");
    CHECK_TEXT(path_of(""), "(refused)");
    CHECK_TEXT(path_of("/0123456789012345678901234567890123456789012345678901234567890123"), "(refused)");
}

CASE(parameters_are_found_and_decoded) {
    char value[8];
    CHECK(url_parameter("/a?x=1&text=a%26b+c", "text", value, sizeof value));
    CHECK_TEXT(value, "a&b c");
    CHECK(url_parameter("/a?xx=1&x=2", "x", value, sizeof value) && strcmp(value, "2") == 0);
    CHECK(!url_parameter("/a?xx=1#?x=2", "x", value, sizeof value));
    CHECK(!url_parameter("/x=1", "x", value, sizeof value));
    CHECK(!url_parameter("/a?x=12345678", "x", value, sizeof value));
    CHECK(!url_parameter("/a?x=%", "x", value, sizeof value));
}

CASE(addresses_of_other_origins_are_told_apart) {
    CHECK_TEXT(url_target("aethel://game/a", "aethel://game"), "/a");
    CHECK(url_target("aethel://gamer/a", "aethel://game") == NULL);
    CHECK(url_target("aethel://game", "aethel://game") == NULL);
    CHECK(url_target("aethel://game@evil/a", "aethel://game") == NULL);
}

CASE(files_become_addresses) {
    char address[64];
    CHECK(url_of_file("/home/a b/\xC3\xA9#?.html", address, sizeof address));
    CHECK_TEXT(address, "file:///home/a%20b/%C3%A9%23%3F.html");
    CHECK(url_of_file("C:\\Users\\a%", address, sizeof address));
    CHECK_TEXT(address, "file:///C:/Users/a%25");
    CHECK(!url_of_file("/0123456789012345678901234567890123456789012345678901234567890", address, sizeof address));
}

CASE(methods_are_known_by_name) {
    CHECK(site_method("GET") == METHOD_GET && site_method("HEAD") == METHOD_HEAD && site_method("POST") == METHOD_POST);
    CHECK(site_method("get") == METHOD_OTHER && site_method("PUT") == METHOD_OTHER && site_method("") == METHOD_OTHER);
}

static bool range_is(const char *header, enum range_kind kind, uint64_t first, uint64_t last) {
    struct range range = range_read(header, 100);
    return range.kind == kind && (kind != RANGE_PART || (range.first == first && range.last == last));
}

CASE(ranges_are_read) {
    CHECK(range_is(NULL, RANGE_ALL, 0, 0));
    CHECK(range_is("bytes=0-", RANGE_PART, 0, 99));
    CHECK(range_is("bytes=10-19", RANGE_PART, 10, 19));
    CHECK(range_is("bytes=99-1000", RANGE_PART, 99, 99));
    CHECK(range_is("bytes=-10", RANGE_PART, 90, 99));
    CHECK(range_is("bytes=-1000", RANGE_PART, 0, 99));
    CHECK(range_is("bytes=100-", RANGE_NONE, 0, 0));
    CHECK(range_is("bytes=-0", RANGE_NONE, 0, 0));
    CHECK(range_is("bytes=99999999999999999999999-", RANGE_NONE, 0, 0));
    CHECK(range_is("bytes=0-99999999999999999999999", RANGE_PART, 0, 99));
    static const char *const IGNORED[] = {"bytes=",     "bytes=-", "bytes=5-3", "bytes=0-1,5-6", "bytes=a-b",
                                          "items=0-5",  "bytes 0-5", "bytes=1", "bytes=--1",     "bytes=1-2-3",
                                          "bytes= 1-2", ""};
    for (size_t i = 0; i < sizeof IGNORED / sizeof *IGNORED; i++) {
        CHECK(range_is(IGNORED[i], RANGE_ALL, 0, 0));
    }
    CHECK(range_read("bytes=0-0", 0).kind == RANGE_NONE);
}

CASE(types_follow_the_suffix) {
    CHECK_TEXT(mime_type(bytes_of("a/b.HTML")), "text/html");
    CHECK_TEXT(mime_type(bytes_of("a.min.js")), "text/javascript");
    CHECK_TEXT(mime_type(bytes_of("a.txt")), "text/plain; charset=utf-8");
    CHECK_TEXT(mime_type(bytes_of("x.wasm")), "application/wasm");
    CHECK_TEXT(mime_type(bytes_of("x.wasm.br")), "application/wasm");
    CHECK_TEXT(mime_type(bytes_of("x.framework.js.gz")), "text/javascript");
    CHECK_TEXT(mime_type(bytes_of("x.data.br")), "application/octet-stream");
    CHECK_TEXT(mime_type(bytes_of("js/br")), "application/octet-stream");
    CHECK_TEXT(mime_type(bytes_of(".gz")), "application/octet-stream");
    CHECK_TEXT(mime_type(bytes_of("js")), "application/octet-stream");
    CHECK_TEXT(mime_type(bytes_of("a.js/b")), "application/octet-stream");
    CHECK_TEXT(mime_type(bytes_of("")), "application/octet-stream");
    CHECK_TEXT(mime_type(bytes_of("a.")), "application/octet-stream");
}

CASE(the_script_goes_behind_the_doctype) {
    CHECK(html_script_offset(bytes_of("<!doctype html><html>")) == 15);
    CHECK(html_script_offset(bytes_of("\xEF\xBB\xBF \n<!-- > --><!DOCTYPE html><p>")) == 30);
    CHECK(html_script_offset(bytes_of("<html><head>")) == 0);
    CHECK(html_script_offset(bytes_of("\xEF\xBB\xBF<html>")) == 3);
    CHECK(html_script_offset(bytes_of("")) == 0);
    CHECK(html_script_offset(bytes_of("<!doctype html")) == 14);
    CHECK(html_script_offset(bytes_of("<!-- never ends")) == 0);
    CHECK(html_script_offset(bytes_of("<!doc")) == 0);
}

CASE(pages_that_name_their_encoding_are_believed) {
    CHECK(html_names_encoding(bytes_of("<!doctype html><meta CharSet=windows-1251>")));
    CHECK(html_names_encoding(bytes_of("<meta http-equiv=content-type content='text/html; charset=euc-kr'>")));
    CHECK(!html_names_encoding(bytes_of("<!doctype html><title>x</title>")));
    CHECK(!html_names_encoding(bytes_of("chars")) && !html_names_encoding(bytes_of("")));
    char late[1100];
    snprintf(late, sizeof late, "%1040s<meta charset=x>", "");
    CHECK(!html_names_encoding(bytes_of(late)));
    CHECK(html_is_utf16((struct bytes){(const uint8_t *)"\xFF\xFE<\0", 4}));
    CHECK(html_is_utf16((struct bytes){(const uint8_t *)"\xFE\xFF\0<", 4}));
    CHECK(!html_is_utf16(bytes_of("\xEF\xBB\xBF<")) && !html_is_utf16(bytes_of("\xFF")));
}

/* --- answers -------------------------------------------------------------------------------------------------------- */

static struct archive archive;
static struct payload payload;
static struct config config = {.entry = "index.html", .isolated = true};
static struct site site;
static struct response response;
static int closed;

static void note_close(void *window) {
    (void)window;
    closed++;
}

static void open_site(void) {
    static const struct member GAME[] = {
        {"index.html", "<!doctype html><title>x</title>"}, {"a.txt", "0123456789"}, {"sub/index.html", "sub"}, {"empty.bin", ""},
        {"old.html", "<!doctype html><meta charset=koi8-r>"}, {"wide.html", "\xFF\xFE<"}};
    archive_make(&archive, GAME, sizeof GAME / sizeof *GAME);
    CHECK(payload_open(&payload, (struct bytes){archive.data, archive.size}) == NULL);
    CHECK(site_open(&site, &payload, &config, bytes_of("{\"title\": \"x\"}"), "test"));
    site.bridge = (struct bridge){.close = note_close};
}

static int ask(enum method method, const char *target, const char *range, bool from_page) {
    struct request request = {method, target, range, from_page};
    response_free(&response);
    site_respond(&site, &request, &response);
    return response.status;
}

static bool body_is(const char *text) { return bytes_compare(response.body, bytes_of(text)) == 0; }

CASE(files_are_answered) {
    CHECK(ask(METHOD_GET, "/a.txt?v=1", NULL, false) == 200 && body_is("0123456789"));
    CHECK_TEXT(response.type, "text/plain; charset=utf-8");
    CHECK(response_content(&response).size == 10);
    CHECK(ask(METHOD_HEAD, "/a.txt", NULL, false) == 200 && response.body.size == 10 && response_content(&response).size == 0);
    CHECK(ask(METHOD_GET, "/empty.bin", NULL, false) == 200 && response.body.size == 0);
    CHECK(ask(METHOD_GET, "/a.txt", "bytes=2-4", false) == 206 && body_is("234"));
    CHECK_TEXT(response.content_range, "bytes 2-4/10");
    CHECK(ask(METHOD_GET, "/a.txt", "bytes=10-", false) == 416 && response.body.size == 0);
    CHECK_TEXT(response.content_range, "bytes */10");
}

CASE(nothing_outside_of_the_game_is_answered) {
    static const char *const TARGETS[] = {"/nope",           "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
                                          "//etc/passwd",    "/..\\..\\a.txt",    "/sub/../a.txt",
                                          "/A.TXT",          "/a.txt/",           "/sub",
                                          "/.aethel/",       "/.aethel/other",    "/.aethel/../a.txt",
                                          "/aethel-shell.js", "/proc/self/exe"};
    for (size_t i = 0; i < sizeof TARGETS / sizeof *TARGETS; i++) {
        CHECK(ask(METHOD_GET, TARGETS[i], NULL, false) == 404 && response.body.size == 0);
    }
    CHECK(ask(METHOD_GET, "/%", NULL, false) == 400);
    CHECK(ask(METHOD_GET, "http://a/b", NULL, false) == 400);
    CHECK(ask(METHOD_POST, "/a.txt", NULL, true) == 405);
    CHECK(ask(METHOD_OTHER, "/a.txt", NULL, true) == 405);
    static char long_target[5000] = "/";
    memset(long_target + 1, 'a', sizeof long_target - 2);
    CHECK(ask(METHOD_GET, long_target, NULL, false) == 400);
}

CASE(the_longest_path_of_a_folder_fits) {
    char target[1024];
    for (size_t length = 1010; length < sizeof target; length++) {
        memset(target, 'a', length);
        target[0] = target[length - 1] = '/';
        target[length] = 0;
        CHECK(ask(METHOD_GET, target, NULL, false) == 404);
    }
}

CASE(pages_get_the_runtime_first) {
    CHECK(ask(METHOD_GET, "/", "bytes=0-3", false) == 200); /* whole: it is not the file's own bytes */
    CHECK(body_is("<!doctype html><script src=\"/.aethel/runtime.js\"></script><title>x</title>"));
    CHECK(ask(METHOD_GET, "/sub/", NULL, false) == 200);
    CHECK(body_is("<script src=\"/.aethel/runtime.js\"></script>sub"));
    CHECK_TEXT(response.type, "text/html; charset=utf-8");
    CHECK(ask(METHOD_GET, "/old.html", NULL, false) == 200);
    CHECK(body_is("<!doctype html><script src=\"/.aethel/runtime.js\"></script><meta charset=koi8-r>"));
    CHECK_TEXT(response.type, "text/html");
    CHECK(ask(METHOD_GET, "/wide.html", NULL, false) == 200 && body_is("\xFF\xFE<"));
    CHECK(ask(METHOD_GET, "/.aethel/runtime.js", NULL, false) == 200);
    CHECK_TEXT(response.type, "text/javascript; charset=utf-8");
    const char *script = (const char *)response.body.data;
    CHECK(strlen(script) == response.body.size);
    CHECK(strstr(script, ")({\"title\": \"x\"}, {\"os\": \"linux\",") != NULL);
    CHECK(strstr(script, "\"view\": \"test\"});") != NULL);
}

CASE(only_the_page_itself_can_act) {
    closed = 0;
    CHECK(ask(METHOD_POST, "/.aethel/close?", NULL, false) == 200 && body_is("{\"success\":false}"));
    CHECK(ask(METHOD_GET, "/.aethel/close?", NULL, true) == 404);
    CHECK(closed == 0);
    CHECK(ask(METHOD_POST, "/.aethel/close?", NULL, true) == 200 && body_is("{\"success\":true}"));
    CHECK(closed == 1);
    static const char *const REFUSED[] = {"/.aethel/nothing",
                                          "/.aethel/fullscreen?on=1", /* this window cannot */
                                          "/.aethel/resize?width=800&height=600", "/.aethel/log?level=error",
                                          "/.aethel/log?level=much-too-long&text=a"};
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++) {
        CHECK(ask(METHOD_POST, REFUSED[i], NULL, true) == 200 && body_is("{\"success\":false}"));
    }
    CHECK(ask(METHOD_POST, "/.aethel/log?level=error&text=a%0Ab", NULL, true) == 200 && body_is("{\"success\":true}"));
}

static int width, height;
static void note_size(void *window, int w, int h) {
    (void)window;
    width = w;
    height = h;
}

CASE(sizes_are_checked) {
    site.bridge.resize = note_size;
    CHECK(ask(METHOD_POST, "/.aethel/resize?width=800&height=600", NULL, true) == 200 && body_is("{\"success\":true}"));
    CHECK(width == 800 && height == 600);
    static const char *const BAD[] = {"width=63&height=600", "width=800", "width=800x&height=600", "width=-5&height=600",
                                      "width=99999999&height=600", "width=&height="};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        char target[96];
        snprintf(target, sizeof target, "/.aethel/resize?%s", BAD[i]);
        CHECK(ask(METHOD_POST, target, NULL, true) == 200 && body_is("{\"success\":false}"));
    }
}

static char headers[1024];
static void note_header(void *context, const char *name, const char *value) {
    (void)context;
    size_t used = strlen(headers);
    snprintf(headers + used, sizeof headers - used, "%s: %s\n", name, value);
}

CASE(answers_say_what_they_are) {
    headers[0] = 0;
    ask(METHOD_GET, "/a.txt", "bytes=-1", false);
    response_headers(&response, note_header, NULL);
    CHECK_TEXT(headers, "Content-Type: text/plain; charset=utf-8\nContent-Length: 1\nContent-Range: bytes 9-9/10\n"
                        "Accept-Ranges: bytes\nCache-Control: no-cache\nX-Content-Type-Options: nosniff\n"
                        "Cross-Origin-Resource-Policy: same-origin\nCross-Origin-Opener-Policy: same-origin\n"
                        "Cross-Origin-Embedder-Policy: require-corp\n");
    config.isolated = false;
    headers[0] = 0;
    ask(METHOD_GET, "/", NULL, false);
    response_headers(&response, note_header, NULL);
    CHECK(strstr(headers, "Opener") == NULL && strstr(headers, "Embedder") == NULL);
    CHECK(strstr(headers, "Content-Security-Policy: frame-ancestors 'self'; object-src 'self' blob: data:\n") != NULL);
    config.isolated = true;
}

CASE(a_player_gets_files_and_nothing_that_acts) {
    struct request request = {.method = METHOD_GET, .target = "/a.txt", .range = "bytes=2-4"};
    response_free(&response);
    site_respond_media(&site, &request, &response);
    CHECK(response.status == 206 && body_is("234"));
    headers[0] = 0;
    response_headers(&response, note_header, NULL);
    CHECK(strstr(headers, "Cross-Origin-Resource-Policy: cross-origin\n") != NULL);
    CHECK(strstr(headers, "Access-Control-Allow-Origin: *\n") != NULL);
    static const char *const NOTHING[] = {"/", "/none.ogg", "/.aethel/runtime.js", "/../../etc/passwd"};
    for (size_t i = 0; i < sizeof NOTHING / sizeof *NOTHING; i++) {
        request = (struct request){.method = METHOD_GET, .target = NOTHING[i]};
        site_respond_media(&site, &request, &response);
        CHECK(response.status == 404);
    }
    request = (struct request){.method = METHOD_POST, .target = "/.aethel/close", .from_page = true};
    site_respond_media(&site, &request, &response);
    CHECK(response.status == 405);
}

CASE(what_is_lent_is_in_the_script_and_in_the_policies) {
    CHECK(site_lend_media(&site, "http://127.0.0.1:4711/0123"));
    CHECK(ask(METHOD_GET, "/.aethel/runtime.js", NULL, false) == 200);
    CHECK(memmem(response.body.data, response.body.size, "(\"http://127.0.0.1:4711/0123\");", 31) != NULL);
    CHECK_TEXT(site.media_origin, "http://127.0.0.1:4711");
}

CASE(windows_come_back_on_a_screen) {
    const struct geometry screens[] = {{0, 0, 1920, 1080, false}, {1920, 200, 1280, 720, false}};
    struct geometry window = {100, 100, 800, 600, false};
    CHECK(geometry_is_on_screen(&window, screens, 2));
    window.x = 2500;
    window.y = 300;
    CHECK(geometry_is_on_screen(&window, screens, 2));
    CHECK(!geometry_is_on_screen(&window, screens, 1)); /* that screen was taken away */
    window = (struct geometry){-790, 100, 800, 600, false};
    CHECK(!geometry_is_on_screen(&window, screens, 2)); /* ten pixels are not enough to grab */
    window = (struct geometry){100, -5, 800, 600, false};
    CHECK(!geometry_is_on_screen(&window, screens, 2)); /* its title bar is out of reach */
}

int main(void) {
    RUN(paths_are_decoded_once);
    RUN(parameters_are_found_and_decoded);
    RUN(addresses_of_other_origins_are_told_apart);
    RUN(files_become_addresses);
    RUN(methods_are_known_by_name);
    RUN(ranges_are_read);
    RUN(types_follow_the_suffix);
    RUN(the_script_goes_behind_the_doctype);
    RUN(pages_that_name_their_encoding_are_believed);
    open_site();
    RUN(files_are_answered);
    RUN(nothing_outside_of_the_game_is_answered);
    RUN(the_longest_path_of_a_folder_fits);
    RUN(pages_get_the_runtime_first);
    RUN(only_the_page_itself_can_act);
    RUN(sizes_are_checked);
    RUN(answers_say_what_they_are);
    RUN(a_player_gets_files_and_nothing_that_acts);
    RUN(what_is_lent_is_in_the_script_and_in_the_policies);
    RUN(windows_come_back_on_a_screen);
    response_free(&response);
    site_close(&site);
    payload_close(&payload);
}
