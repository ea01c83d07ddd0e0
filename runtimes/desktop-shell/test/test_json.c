#include "check.h"
#include "config.h"
#include "json.h"
#include "utf8.h"

static bool ignore(void *context, struct json_value name, struct json_value value) {
    (void)name, (void)value;
    (*(int *)context)++;
    return true;
}

/* On the heap, without the NUL behind it: a read beyond the end is noticed. */
static bool reads(const char *text) {
    int members = 0;
    size_t size = strlen(text);
    uint8_t *exact = malloc(size == 0 ? 1 : size);
    memcpy(exact, text, size);
    bool valid = json_read_object((struct bytes){exact, size}, ignore, &members);
    free(exact);
    return valid;
}

CASE(valid_objects_are_read) {
    static const char *const VALID[] = {
        "{}", " {\t\"a\"\n:\r1 } ", "{\"a\":[],\"b\":{}}", "{\"a\":[1,[2,{\"b\":null}]]}",
        "{\"a\":-0.5e+10,\"b\":0,\"c\":1E-2}", "{\"\\u00e9\\n\\\"\\\\\\/\":true,\"b\":false}", "{\"\xF0\x9F\x8E\xAE\":\"\"}",
    };
    for (size_t i = 0; i < sizeof VALID / sizeof *VALID; i++) {
        CHECK(reads(VALID[i]));
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
        CHECK(!reads(INVALID[i]));
    }
}

/* {"a": with so many arrays within each other} */
static bool reads_nested(size_t arrays) {
    char *text = malloc(2 * arrays + 16);
    strcpy(text, "{\"a\":");
    memset(text + 5, '[', arrays);
    memset(text + 5 + arrays, ']', arrays);
    strcpy(text + 5 + 2 * arrays, "}");
    bool valid = reads(text);
    free(text);
    return valid;
}

CASE(depth_is_limited) {
    CHECK(reads_nested(32));
    CHECK(!reads_nested(33));
    CHECK(!reads_nested(1000000)); /* without this the stack would end first */
}

static bool keep(void *context, struct json_value name, struct json_value value) {
    (void)name;
    *(struct json_value *)context = value;
    return true;
}

static struct json_value value_of(const char *text) {
    struct json_value value = {0};
    CHECK(json_read_object(bytes_of(text), keep, &value));
    return value;
}

CASE(strings_are_decoded) {
    char out[16];
    CHECK(json_to_string(value_of("{\"a\":\"\\u00e9\\uD83C\\uDFAE\\n\\/\"}"), out, sizeof out));
    CHECK_TEXT(out, "\xC3\xA9\xF0\x9F\x8E\xAE\n/");
    CHECK(json_to_string(value_of("{\"a\":\"123456789012345\"}"), out, sizeof out));
    CHECK(!json_to_string(value_of("{\"a\":\"1234567890123456\"}"), out, sizeof out)); /* no room for the NUL */
    CHECK(!json_to_string(value_of("{\"a\":\"\\u0000\"}"), out, sizeof out));
    CHECK(!json_to_string(value_of("{\"a\":\"\\uD83C\"}"), out, sizeof out));
    CHECK(!json_to_string(value_of("{\"a\":\"\\uD83C\\n12345\"}"), out, sizeof out));
    CHECK(!json_to_string(value_of("{\"a\":\"\\uD83C\\u0041\"}"), out, sizeof out));
    CHECK(!json_to_string(value_of("{\"a\":\"\\uDFAE\"}"), out, sizeof out));
    CHECK(!json_to_string(value_of("{\"a\":1}"), out, sizeof out));
}

CASE(whole_numbers_are_checked) {
    int number = 0;
    CHECK(json_to_integer(value_of("{\"a\":-5}"), -5, 5, &number) && number == -5);
    CHECK(!json_to_integer(value_of("{\"a\":6}"), -5, 5, &number));
    CHECK(!json_to_integer(value_of("{\"a\":1.5}"), -5, 5, &number));
    CHECK(!json_to_integer(value_of("{\"a\":1e0}"), -5, 5, &number));
    CHECK(!json_to_integer(value_of("{\"a\":99999999999999999999}"), 0, 5, &number));
    CHECK(!json_to_integer(value_of("{\"a\":\"1\"}"), 0, 5, &number));
}

/* --- aethel-shell.json ------------------------------------------------------------------------------------------- */

#define GOOD "\"format\":1,\"id\":\"com.example.game\",\"title\":\"Game\",\"userDataName\":\"Game\""

static const char *verdict(const char *json) {
    struct config config;
    return config_read(&config, bytes_of(json));
}

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
    CHECK_TEXT(verdict("[]"), "it is no JSON object");
    CHECK_TEXT(verdict("{}"), "its \"format\" is missing");
    CHECK_TEXT(verdict("{\"format\":2}"), "its \"format\" is wrong");
    CHECK_TEXT(verdict("{" GOOD ",\"width\":63}"), "its \"width\" is wrong");
    CHECK_TEXT(verdict("{" GOOD ",\"height\":\"1\"}"), "its \"height\" is wrong");
    CHECK_TEXT(verdict("{" GOOD ",\"debug\":1}"), "its \"debug\" is wrong");
    CHECK_TEXT(verdict("{" GOOD ",\"title\":\"a\\u0007b\"}"), "its \"title\" is wrong");
    CHECK_TEXT(verdict("{" GOOD ",\"title\":\"\"}"), "its \"title\" is missing");
    CHECK_TEXT(verdict("{" GOOD ",\"id\":\"a/b\"}"), "its \"id\" is missing or wrong");
    CHECK_TEXT(verdict("{" GOOD ",\"id\":\"-a\"}"), "its \"id\" is missing or wrong");
}

CASE(the_data_folder_is_one_plain_name) {
    static const char *const BAD[] = {"..", ".", "a/b", "a\\\\b", "c:d", "a*", "a?", "a|b", "a<b", " a", "a ", "a.", ".a", ""};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        char json[256];
        snprintf(json, sizeof json, "{" GOOD ",\"userDataName\":\"%s\"}", BAD[i]);
        CHECK_TEXT(verdict(json), "its \"userDataName\" is missing or no file name");
    }
    CHECK(verdict("{" GOOD ",\"userDataName\":\"A\xC3\xB1 \xF0\x9F\x8E\xAE\"}") == NULL);
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
    RUN(whole_numbers_are_checked);
    RUN(a_config_is_read);
    RUN(a_config_has_defaults);
    RUN(a_wrong_config_is_refused_by_name);
    RUN(the_data_folder_is_one_plain_name);
    RUN(utf8_is_strict);
}
