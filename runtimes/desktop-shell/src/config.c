#include "config.h"

#include "utf8.h"
#include "yyjson.h"

enum {
    FORMAT = 1,
    MIN_PX = 64,
    MAX_PX = 16384,
    MAX_DEPTH = 33, /* levels of objects and arrays, with the outermost object */
};

static bool read_flag(yyjson_val *value, bool *flag) {
    *flag = yyjson_is_true(value);
    return yyjson_is_bool(value);
}

static bool read_integer(yyjson_val *value, int low, int high, int *integer) {
    double number = yyjson_get_num(value);
    if (!yyjson_is_int(value) || number < low || number > high) {
        return false;
    }
    *integer = (int)number;
    return true;
}

/* Copies a string into text and ends it with NUL. False when it does not fit or has control characters. */
static bool read_text(yyjson_val *value, char *text, size_t capacity) {
    struct bytes string = {(const uint8_t *)yyjson_get_str(value), yyjson_get_len(value)};
    if (!yyjson_is_str(value) || string.size >= capacity || !utf8_is_plain(string)) {
        return false;
    }
    memcpy(text, string.data, string.size);
    text[string.size] = 0;
    return true;
}

/* Reads one member; those that are not known are ignored, because a newer exporter may say more. Returns NULL, or what
 * is wrong. */
static const char *read_member(struct config *config, int *format, yyjson_val *name, yyjson_val *value) {
#define MEMBER(key, read, ...)                                                                                         \
    if (yyjson_equals_str(name, key)) {                                                                                \
        return read(value, __VA_ARGS__) ? NULL : "its \"" key "\" is wrong";                                           \
    }
    MEMBER("format", read_integer, FORMAT, FORMAT, format)
    MEMBER("id", read_text, config->id, sizeof config->id)
    MEMBER("title", read_text, config->title, sizeof config->title)
    MEMBER("version", read_text, config->version, sizeof config->version)
    MEMBER("userDataName", read_text, config->data_name, sizeof config->data_name)
    MEMBER("entry", read_text, config->entry, sizeof config->entry)
    MEMBER("icon", read_text, config->icon, sizeof config->icon)
    MEMBER("width", read_integer, MIN_PX, MAX_PX, &config->width)
    MEMBER("height", read_integer, MIN_PX, MAX_PX, &config->height)
    MEMBER("fullscreen", read_flag, &config->fullscreen)
    MEMBER("resizable", read_flag, &config->resizable)
    MEMBER("debug", read_flag, &config->debug)
    MEMBER("isolated", read_flag, &config->isolated)
#undef MEMBER
    return NULL;
}

/* Whether value is made of more than so many levels of objects and arrays. */
static bool is_deeper_than(yyjson_val *value, int levels) {
    size_t index, count;
    yyjson_val *name, *element;
    if (!yyjson_is_ctn(value) || levels == 0) {
        return yyjson_is_ctn(value);
    }
    yyjson_arr_foreach(value, index, count, element) {
        if (is_deeper_than(element, levels - 1)) {
            return true;
        }
    }
    yyjson_obj_foreach(value, index, count, name, element) {
        if (is_deeper_than(element, levels - 1)) {
            return true;
        }
    }
    return false;
}

static const char *read_object(struct config *config, int *format, yyjson_val *object) {
    size_t index, count;
    yyjson_val *name, *value;
    if (!yyjson_is_obj(object) || is_deeper_than(object, MAX_DEPTH)) {
        return "it is no JSON object";
    }
    yyjson_obj_foreach(object, index, count, name, value) {
        const char *problem = read_member(config, format, name, value);
        if (problem != NULL) {
            return problem;
        }
    }
    return NULL;
}

static bool is_id(const char *id) {
    static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return id[0] != 0 && id[0] != '.' && id[0] != '_' && id[0] != '-' && strspn(id, LETTERS) == strlen(id);
}

/* Whether name is one file name that every system takes as it is. */
static bool is_file_name(const char *name) {
    size_t length = strlen(name);
    return length > 0 && strpbrk(name, "<>:\"/\\|?*") == NULL && name[0] != ' ' && name[0] != '.' &&
           name[length - 1] != ' ' && name[length - 1] != '.';
}

const char *config_read(struct config *config, struct bytes json) {
    *config = (struct config){.width = 960, .height = 600, .resizable = true, .entry = "index.html"};
    int format = 0;
    yyjson_doc *document = yyjson_read((const char *)json.data, json.size, YYJSON_READ_NOFLAG);
    const char *problem = read_object(config, &format, yyjson_doc_get_root(document));
    yyjson_doc_free(document);
    if (problem != NULL) {
        return problem;
    }
    if (format != FORMAT) {
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
