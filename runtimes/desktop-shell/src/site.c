#include "site.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "html.h"
#include "mime.h"
#include "range.h"
#include "runtime_js.h" /* made by build.py from runtime.js: RUNTIME_JS */
#include "system.h"
#include "url.h"

enum { LONGEST_PATH = 1024 };

static const char OWN_PREFIX[] = ".aethel/";
static const char FOLDER_PAGE[] = "index.html";
static const char SCRIPT_TAG[] = "<script src=\"/.aethel/runtime.js\"></script>";

bool site_open(struct site *site, const struct payload *payload, const struct config *config,
               struct bytes config_text, const char *view) {
    size_t capacity = sizeof RUNTIME_JS + config_text.size + 256;
    char *script = malloc(capacity);
    *site = (struct site){.payload = payload, .config = config, .runtime.data = (uint8_t *)script};
    if (script == NULL) {
        return false;
    }
    site->runtime.size = (size_t)snprintf(
        script, capacity, "(%s)(%.*s, {\"os\": \"%s\", \"arch\": \"%s\", \"shell\": \"%s\", \"view\": \"%s\"});\n",
        RUNTIME_JS, (int)config_text.size, (const char *)config_text.data, SYSTEM_OS, SYSTEM_ARCH,
        AETHEL_SHELL_VERSION, view);
    return true;
}

void site_close(struct site *site) {
    free((void *)site->runtime.data);
    *site = (struct site){0};
}

static void answer_text(struct answer *answer, int status, const char *type, const char *text) {
    answer->status = status;
    answer->type = type;
    answer->body = bytes_of(text);
}

static void answer_nothing(struct answer *answer, int status) {
    answer_text(answer, status, "text/plain; charset=utf-8", "");
}

/* A page, with the script that comes before its own. */
static void answer_page(struct answer *answer, struct bytes page) {
    size_t tag = strlen(SCRIPT_TAG);
    size_t at = html_script_offset(page);
    uint8_t *whole = malloc(page.size + tag);
    if (whole == NULL) {
        answer_nothing(answer, 500);
        return;
    }
    memcpy(whole, page.data, at);
    memcpy(whole + at, SCRIPT_TAG, tag);
    memcpy(whole + at + tag, page.data + at, page.size - at);
    answer->type = html_names_encoding(page) ? "text/html" : "text/html; charset=utf-8";
    answer->owned = whole;
    answer->body = (struct bytes){whole, page.size + tag};
}

static void answer_range(struct answer *answer, struct bytes content, const char *header) {
    struct range range = range_read(header, content.size);
    answer->body = content;
    if (range.kind == RANGE_NONE) {
        answer_nothing(answer, 416);
        snprintf(answer->content_range, sizeof answer->content_range, "bytes */%zu", content.size);
    } else if (range.kind == RANGE_PART) {
        answer->status = 206;
        answer->body = (struct bytes){content.data + range.first, (size_t)(range.last - range.first + 1)};
        snprintf(answer->content_range, sizeof answer->content_range, "bytes %" PRIu64 "-%" PRIu64 "/%zu", range.first,
                 range.last, content.size);
    }
}

/* The file that a path names: the entry for the root, index.html for a folder. path has room for that. */
static bool find_file(const struct site *site, char *path, struct bytes *name, struct bytes *content) {
    size_t length = strlen(path);
    if (length > 0 && path[length - 1] == '/') {
        strcpy(path + length, FOLDER_PAGE);
    }
    *name = bytes_of(length == 0 ? site->config->entry : path);
    return payload_find(site->payload, *name, content);
}

static void answer_file(const struct site *site, const struct request *request, char *path, struct answer *answer) {
    struct bytes name, content;
    if (!find_file(site, path, &name, &content)) {
        answer_nothing(answer, 404);
        return;
    }
    answer->status = 200;
    answer->type = mime_type(name);
    answer->isolated = site->config->isolated;
    if (strcmp(answer->type, "text/html") == 0 && !html_is_utf16(content)) {
        answer_page(answer, content);
    } else {
        answer_range(answer, content, request->range);
    }
}

static void answer_own(const struct site *site, const struct request *request, const char *act,
                       struct answer *answer) {
    if (request->method == METHOD_POST) {
        bool done = request->from_page && bridge_act(&site->bridge, act, request->target);
        answer_text(answer, 200, "application/json", done ? "{\"success\":true}" : "{\"success\":false}");
    } else if (strcmp(act, "runtime.js") == 0) {
        answer->status = 200;
        answer->type = "text/javascript; charset=utf-8";
        answer->body = site->runtime;
    } else {
        answer_nothing(answer, 404);
    }
}

enum method site_method(const char *name) {
    static const char *const NAMES[] = {[METHOD_GET] = "GET", [METHOD_HEAD] = "HEAD", [METHOD_POST] = "POST"};
    enum method method = METHOD_GET;
    while (name != NULL && method < METHOD_OTHER && strcmp(name, NAMES[method]) != 0) {
        method++;
    }
    return method;
}

void site_answer(const struct site *site, const struct request *request, struct answer *answer) {
    char path[LONGEST_PATH + sizeof FOLDER_PAGE];
    *answer = (struct answer){.head_only = request->method == METHOD_HEAD};
    if (!url_path(request->target, path, LONGEST_PATH)) {
        answer_nothing(answer, 400);
    } else if (strncmp(path, OWN_PREFIX, strlen(OWN_PREFIX)) == 0) {
        answer_own(site, request, path + strlen(OWN_PREFIX), answer);
    } else if (request->method == METHOD_GET || request->method == METHOD_HEAD) {
        answer_file(site, request, path, answer);
    } else {
        answer_nothing(answer, 405);
    }
}

void answer_headers(const struct answer *answer, header_sink *sink, void *context) {
    char length[24];
    snprintf(length, sizeof length, "%zu", answer->body.size);
    sink(context, "Content-Type", answer->type);
    sink(context, "Content-Length", length);
    if (answer->content_range[0] != 0) {
        sink(context, "Content-Range", answer->content_range);
    }
    sink(context, "Accept-Ranges", "bytes");
    sink(context, "Cache-Control", "no-cache"); /* the next version of the game has the same origin */
    sink(context, "X-Content-Type-Options", "nosniff");
    sink(context, "Cross-Origin-Resource-Policy", "same-origin");
    if (answer->isolated) {
        sink(context, "Cross-Origin-Opener-Policy", "same-origin");
        sink(context, "Cross-Origin-Embedder-Policy", "require-corp");
    }
}

struct bytes answer_content(const struct answer *answer) {
    return (struct bytes){answer->body.data, answer->head_only ? 0 : answer->body.size};
}

const char *answer_reason(const struct answer *answer) {
    switch (answer->status) {
    case 200:
        return "OK";
    case 206:
        return "Partial Content";
    case 400:
        return "Bad Request";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 416:
        return "Range Not Satisfiable";
    default:
        return "Internal Server Error";
    }
}

void answer_free(struct answer *answer) {
    free(answer->owned);
    *answer = (struct answer){0};
}
