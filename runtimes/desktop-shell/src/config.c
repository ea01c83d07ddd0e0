#include "config.h"

#include "json.h"
#include "utf8.h"

enum { FORMAT = 1, SMALLEST_PX = 64, LARGEST_PX = 16384 };

struct reading {
    struct config *config;
    int format;
    const char *problem;
};

static bool read_flag(struct json_value value, bool *flag) {
    *flag = value.type == JSON_TRUE;
    return value.type == JSON_TRUE || value.type == JSON_FALSE;
}

static bool read_text(struct json_value value, char *out, size_t capacity) {
    return json_to_string(value, out, capacity) && utf8_is_plain(bytes_of(out));
}

static bool read_member(void *context, struct json_value name, struct json_value value) {
    struct reading *reading = context;
    struct config *config = reading->config;
#define MEMBER(key, read, ...)                                                                                         \
    if (json_equals(name, key)) {                                                                                      \
        if (!read(value, __VA_ARGS__)) {                                                                               \
            reading->problem = "its \"" key "\" is wrong";                                                             \
            return false;                                                                                              \
        }                                                                                                              \
        return true;                                                                                                   \
    }
    MEMBER("format", json_to_integer, FORMAT, FORMAT, &reading->format)
    MEMBER("id", read_text, config->id, sizeof config->id)
    MEMBER("title", read_text, config->title, sizeof config->title)
    MEMBER("version", read_text, config->version, sizeof config->version)
    MEMBER("userDataName", read_text, config->data_name, sizeof config->data_name)
    MEMBER("entry", read_text, config->entry, sizeof config->entry)
    MEMBER("icon", read_text, config->icon, sizeof config->icon)
    MEMBER("width", json_to_integer, SMALLEST_PX, LARGEST_PX, &config->width)
    MEMBER("height", json_to_integer, SMALLEST_PX, LARGEST_PX, &config->height)
    MEMBER("fullscreen", read_flag, &config->fullscreen)
    MEMBER("resizable", read_flag, &config->resizable)
    MEMBER("debug", read_flag, &config->debug)
    MEMBER("isolated", read_flag, &config->isolated)
#undef MEMBER
    return true; /* a newer exporter may say more */
}

static bool is_id(const char *id) {
    static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return id[0] != 0 && id[0] != '.' && id[0] != '_' && id[0] != '-' && strspn(id, LETTERS) == strlen(id);
}

/* One file name that every system takes as it is. */
static bool is_file_name(const char *name) {
    size_t length = strlen(name);
    return length > 0 && strpbrk(name, "<>:\"/\\|?*") == NULL && name[0] != ' ' && name[0] != '.' &&
           name[length - 1] != ' ' && name[length - 1] != '.';
}

const char *config_read(struct config *config, struct bytes json) {
    *config = (struct config){.width = 960, .height = 600, .resizable = true, .entry = "index.html"};
    struct reading reading = {.config = config, .problem = "it is no JSON object"};
    if (!json_read_object(json, read_member, &reading)) {
        return reading.problem;
    }
    if (reading.format != FORMAT) {
        return "its \"format\" is missing";
    }
    if (!is_id(config->id)) {
        return "its \"id\" is missing or wrong";
    }
    if (!is_file_name(config->data_name)) {
        return "its \"userDataName\" is missing or no file name";
    }
    return config->title[0] == 0 ? "its \"title\" is missing" : NULL;
}
