#include "check.h"
#include "config.h"
#include "utf8.h"

#define GOOD "\"format\":1,\"id\":\"com.example.game\",\"title\":\"Game\",\"userDataName\":\"Game\""

/* What is wrong with json, or NULL. It lies on the heap without a NUL behind it: a read beyond its end is noticed. */
static const char *problem_of(const char *json) {
    struct config config;
    size_t size = strlen(json);
    uint8_t *exact = malloc(size == 0 ? 1 : size);
    memcpy(exact, json, size);
    const char *problem = config_read(&config, (struct bytes){exact, size});
    free(exact);
    return problem;
}

static bool is_object(const char *json) {
    const char *problem = problem_of(json);
    return problem == NULL || strcmp(problem, "it is no JSON object") != 0;
}

/* --- JSON ------------------------------------------------------------------------------------------------------------ */

CASE(valid_objects_are_read) {
    static const char *const VALID[] = {
        "{}", " {\t\"a\"\n:\r1 } ", "{\"a\":[],\"b\":{}}", "{\"a\":[1,[2,{\"b\":null}]]}",
        "{\"a\":-0.5e+10,\"b\":0,\"c\":1E-2}", "{\"\\u00e9\\n\\\"\\\\\\/\":true,\"b\":false}", "{\"\xF0\x9F\x8E\xAE\":\"\"}",
    };
    for (size_t i = 0; i < sizeof VALID / sizeof *VALID; i++) {
        CHECK(is_object(VALID[i]));
    }
}

CASE(everything_else_is_refused) {
    static const char *const INVALID[] = {
        "", "{", "}", "[]", "1", "null", "{}x", "{} {}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{a:1}", "{'a':1}",
        "{\"a\":01}", "{\"a\":.5}", "{\"a\":1.}", "{\"a\":1e}", "{\"a\":+1}", "{\"a\":-}", "{\"a\":NaN}", "{\"a\":tru}",
        "{\"a\":\"", "{\"a\":\"\\", "{\"a\":\"\\u12", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\\x\"}", "{\"a\":\"\n\"}",
        "{\"a\":\"\x01\"}", "{\"a\":\"\xFF\"}", "{\"a\":\"\xC0\x80\"}", "{\"a\":\"\xED\xA0\x80\"}", "{\"a\":[1,]}",
        "{\"a\":[1 2]}", "{\"a\":1 \"b\":2}", "{\"a\":1/**/}", "{1:2}", "{\"a\":[}", "\xEF\xBB\xBF{}",
    };
    for (size_t i = 0; i < sizeof INVALID / sizeof *INVALID; i++) {
        CHECK(!is_object(INVALID[i]));
    }
}

/* Whether {"a": …} is read with so many arrays within each other. */
static bool is_read_nested(size_t arrays) {
    char *text = malloc(2 * arrays + 16);
    strcpy(text, "{\"a\":");
    memset(text + 5, '[', arrays);
    memset(text + 5 + arrays, ']', arrays);
    strcpy(text + 5 + 2 * arrays, "}");
    bool read = is_object(text);
    free(text);
    return read;
}

CASE(depth_is_limited) {
    CHECK(is_read_nested(32));
    CHECK(!is_read_nested(33));
    CHECK(!is_read_nested(1000000));
}

static const char *title_of(const char *string) {
    static struct config config;
    char json[512];
    snprintf(json, sizeof json, "{\"format\":1,\"id\":\"a\",\"userDataName\":\"a\",\"title\":%s}", string);
    const char *problem = config_read(&config, bytes_of(json));
    return problem == NULL ? config.title : problem;
}

CASE(strings_are_decoded) {
    CHECK_TEXT(title_of("\"\\u00e9\\uD83C\\uDFAE\\/\\\"\""), "\xC3\xA9\xF0\x9F\x8E\xAE/\"");
    CHECK_TEXT(title_of("1"), "its \"title\" is wrong");
    CHECK_TEXT(title_of("\"a\\u0000\""), "its \"title\" is wrong");
    CHECK_TEXT(title_of("\"a\\u0007b\""), "its \"title\" is wrong");
    CHECK_TEXT(title_of("\"a\\nb\""), "its \"title\" is wrong");
    static const char *const HALF_PAIRS[] = {"\"\\uD83C\"", "\"\\uD83C\\n12345\"", "\"\\uD83C\\u0041\"", "\"\\uDFAE\""};
    for (size_t i = 0; i < sizeof HALF_PAIRS / sizeof *HALF_PAIRS; i++) {
        CHECK_TEXT(title_of(HALF_PAIRS[i]), "it is no JSON object");
    }
}

CASE(strings_that_do_not_fit_are_refused) {
    char string[300];
    memset(string, 'a', sizeof string);
    string[0] = '"';
    strcpy(string + 257, "\"");
    CHECK(strlen(title_of(string)) == 256);
    strcpy(string + 257, "a\""); /* no room for the NUL */
    CHECK_TEXT(title_of(string), "its \"title\" is wrong");
}

static bool is_width(const char *number) {
    char json[512];
    snprintf(json, sizeof json, "{" GOOD ",\"width\":%s}", number);
    return problem_of(json) == NULL;
}

CASE(whole_numbers_are_checked) {
    CHECK(is_width("64") && is_width("16384"));
    static const char *const WRONG[] = {"63", "16385", "-64", "64.5", "64e0", "4294967360", "18446744073709551615",
                                        "18446744073709551680", "-9223372036854775808", "99999999999999999999", "1e999",
                                        "\"64\"", "null", "[64]"};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        CHECK(!is_width(WRONG[i]));
    }
}

/* --- aethel-shell.json ------------------------------------------------------------------------------------------- */

CASE(a_config_is_read) {
    struct config config;
    const char *json = "{" GOOD ",\"version\":\"1.2\",\"entry\":\"play/a.html\",\"width\":800,\"height\":600,"
                       "\"fullscreen\":true,\"resizable\":false,\"debug\":true,\"isolated\":true,\"future\":[{}]}";
    CHECK(config_read(&config, bytes_of(json)) == NULL);
    CHECK_TEXT(config.id, "com.example.game");
    CHECK_TEXT(config.entry, "play/a.html");
    CHECK(config.width == 800 && config.height == 600);
    CHECK(config.fullscreen && !config.resizable && config.debug && config.isolated);
}

CASE(a_config_has_defaults) {
    struct config config;
    CHECK(config_read(&config, bytes_of("{" GOOD "}")) == NULL);
    CHECK_TEXT(config.entry, "index.html");
    CHECK(config.width == 960 && config.resizable && !config.fullscreen && !config.debug && !config.isolated);
}

CASE(a_wrong_config_is_refused_by_name) {
    CHECK_TEXT(problem_of("[]"), "it is no JSON object");
    CHECK_TEXT(problem_of("{}"), "its \"format\" is missing");
    CHECK_TEXT(problem_of("{\"format\":2}"), "its \"format\" is wrong");
    CHECK_TEXT(problem_of("{" GOOD ",\"width\":63}"), "its \"width\" is wrong");
    CHECK_TEXT(problem_of("{" GOOD ",\"height\":\"1\"}"), "its \"height\" is wrong");
    CHECK_TEXT(problem_of("{" GOOD ",\"debug\":1}"), "its \"debug\" is wrong");
    CHECK_TEXT(problem_of("{" GOOD ",\"title\":\"\"}"), "its \"title\" is missing");
    CHECK_TEXT(problem_of("{" GOOD ",\"id\":\"a/b\"}"), "its \"id\" is missing or wrong");
    CHECK_TEXT(problem_of("{" GOOD ",\"id\":\"-a\"}"), "its \"id\" is missing or wrong");
}

CASE(the_data_folder_is_one_plain_name) {
    static const char *const BAD[] = {"..", ".", "a/b", "a\\\\b", "c:d", "a*", "a?", "a|b", "a<b", " a", "a ", "a.", ".a", ""};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        char json[256];
        snprintf(json, sizeof json, "{" GOOD ",\"userDataName\":\"%s\"}", BAD[i]);
        CHECK_TEXT(problem_of(json), "its \"userDataName\" is missing or no file name");
    }
    CHECK(problem_of("{" GOOD ",\"userDataName\":\"A\xC3\xB1 \xF0\x9F\x8E\xAE\"}") == NULL);
}

CASE(utf8_is_strict) {
    CHECK(utf8_is_plain(bytes_of("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8E\xAE")));
    static const char *const BAD[] = {"\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                                      "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC3", "\xE2\x82", "\xE2(\xA1"};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        CHECK(!utf8_is_plain(bytes_of(BAD[i])));
    }
}

int main(void) {
    RUN(valid_objects_are_read);
    RUN(everything_else_is_refused);
    RUN(depth_is_limited);
    RUN(strings_are_decoded);
    RUN(strings_that_do_not_fit_are_refused);
    RUN(whole_numbers_are_checked);
    RUN(a_config_is_read);
    RUN(a_config_has_defaults);
    RUN(a_wrong_config_is_refused_by_name);
    RUN(the_data_folder_is_one_plain_name);
    RUN(utf8_is_strict);
}
