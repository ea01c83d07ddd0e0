#include "site.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "content_policy.h"
#include "html.h"
#include "media_elements_js.h" /* made by build.py from media_elements.js: MEDIA_ELEMENTS_JS */
#include "mime.h"
#include "range.h"
#include "runtime_js.h" /* made by build.py from runtimes/app-host/runtime.js: RUNTIME_JS */
#include "system.h"
#include "url.h"

enum { MAX_PATH_SIZE = 1024 };

static const char OWN_PREFIX[] = ".aethel/";
static const char FOLDER_PAGE[] = "index.html";
/* For every page, a maker's own too: no other site frames it. The player's page has a stricter policy of its own. */
static const char POLICY[] = "frame-ancestors 'self'; object-src 'self' blob: data:";
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

bool site_lend_media(struct site *site, const char *base) {
    size_t capacity = site->runtime.size + sizeof MEDIA_ELEMENTS_JS + strlen(base) + 16;
    char *script = malloc(capacity);
    if (script == NULL) {
        return false;
    }
    int size = snprintf(script, capacity, "%.*s(%s)(\"%s\");\n", (int)site->runtime.size,
                        (const char *)site->runtime.data, MEDIA_ELEMENTS_JS, base);
    free((void *)site->runtime.data);
    site->runtime = (struct bytes){(uint8_t *)script, (size_t)size};
    size_t host = strcspn(base, "/") + 2; /* behind "http://" */
    size_t length = host + strcspn(base + host, "/");
    snprintf(site->media_origin, sizeof site->media_origin, "%.*s", (int)length, base);
    return true;
}

void site_close(struct site *site) {
    free((void *)site->runtime.data);
    *site = (struct site){0};
}

static void respond_text(struct response *response, int status, const char *type, const char *text) {
    response->status = status;
    response->type = type;
    response->body = bytes_of(text);
}

static void respond_empty(struct response *response, int status) {
    respond_text(response, status, "text/plain; charset=utf-8", "");
}

/* Copies the page behind the script's place to out, or only counts when out is NULL. */
static size_t copy_rest(const struct site *site, struct bytes rest, uint8_t *out) {
    if (site->media_origin[0] != 0) {
        return content_policy_allow_media(rest, site->media_origin, out);
    }
    if (out != NULL) {
        memcpy(out, rest.data, rest.size);
    }
    return rest.size;
}

/* Responds with a page, into which the script is put that comes before its own. */
static void respond_page(const struct site *site, struct response *response, struct bytes page) {
    size_t tag = strlen(SCRIPT_TAG);
    size_t at = html_script_offset(page);
    struct bytes rest = {page.data + at, page.size - at};
    size_t size = at + tag + copy_rest(site, rest, NULL);
    uint8_t *whole = malloc(size);
    if (whole == NULL) {
        respond_empty(response, 500);
        return;
    }
    memcpy(whole, page.data, at);
    memcpy(whole + at, SCRIPT_TAG, tag);
    copy_rest(site, rest, whole + at + tag);
    response->type = html_names_encoding(page) ? "text/html" : "text/html; charset=utf-8";
    response->owned = whole;
    response->body = (struct bytes){whole, size};
}

static void respond_range(struct response *response, struct bytes content, const char *header) {
    struct range range = range_read(header, content.size);
    response->body = content;
    if (range.kind == RANGE_NONE) {
        respond_empty(response, 416);
        snprintf(response->content_range, sizeof response->content_range, "bytes */%zu", content.size);
    } else if (range.kind == RANGE_PART) {
        response->status = 206;
        response->body = (struct bytes){content.data + range.first, (size_t)(range.last - range.first + 1)};
        snprintf(response->content_range, sizeof response->content_range, "bytes %" PRIu64 "-%" PRIu64 "/%zu",
                 range.first, range.last, content.size);
    }
}

/* Finds the file that a path names: the entry page for the root, index.html for a folder. path has room for that. */
static bool find_file(const struct site *site, char *path, struct bytes *name, struct bytes *content) {
    size_t length = strlen(path);
    if (length > 0 && path[length - 1] == '/') {
        strcpy(path + length, FOLDER_PAGE);
    }
    *name = bytes_of(length == 0 ? site->config->entry : path);
    return payload_find(site->payload, *name, content);
}

static void respond_file(const struct site *site, const struct request *request, char *path,
                         struct response *response) {
    struct bytes name, content;
    if (!find_file(site, path, &name, &content)) {
        respond_empty(response, 404);
        return;
    }
    response->status = 200;
    response->type = mime_type(name);
    response->isolated = site->config->isolated;
    if (strcmp(response->type, "text/html") == 0 && !html_is_utf16(content)) {
        respond_page(site, response, content);
    } else {
        respond_range(response, content, request->range);
    }
}

static void respond_own(const struct site *site, const struct request *request, const char *command,
                       struct response *response) {
    if (request->method == METHOD_POST) {
        bool done = request->from_page && bridge_run(&site->bridge, command, request->target);
        respond_text(response, 200, "application/json", done ? "{\"success\":true}" : "{\"success\":false}");
    } else if (strcmp(command, "runtime.js") == 0) {
        response->status = 200;
        response->type = "text/javascript; charset=utf-8";
        response->body = site->runtime;
    } else {
        respond_empty(response, 404);
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

void site_respond(const struct site *site, const struct request *request, struct response *response) {
    char path[MAX_PATH_SIZE + sizeof FOLDER_PAGE];
    *response = (struct response){.head_only = request->method == METHOD_HEAD};
    if (!url_path(request->target, path, MAX_PATH_SIZE)) {
        respond_empty(response, 400);
    } else if (strncmp(path, OWN_PREFIX, strlen(OWN_PREFIX)) == 0) {
        respond_own(site, request, path + strlen(OWN_PREFIX), response);
    } else if (request->method == METHOD_GET || request->method == METHOD_HEAD) {
        respond_file(site, request, path, response);
    } else {
        respond_empty(response, 405);
    }
}

void site_respond_media(const struct site *site, const struct request *request, struct response *response) {
    char path[MAX_PATH_SIZE + sizeof FOLDER_PAGE];
    struct bytes content;
    *response = (struct response){.head_only = request->method == METHOD_HEAD};
    if (request->method != METHOD_GET && request->method != METHOD_HEAD) {
        respond_empty(response, 405);
    } else if (!url_path(request->target, path, MAX_PATH_SIZE)) {
        respond_empty(response, 400);
    } else if (!payload_find(site->payload, bytes_of(path), &content)) {
        respond_empty(response, 404);
    } else {
        response->status = 200;
        response->type = mime_type(bytes_of(path));
        respond_range(response, content, request->range);
    }
    response->lent = true;
}

void response_headers(const struct response *response, header_sink *sink, void *context) {
    char length[24];
    snprintf(length, sizeof length, "%zu", response->body.size);
    sink(context, "Content-Type", response->type);
    sink(context, "Content-Length", length);
    if (response->content_range[0] != 0) {
        sink(context, "Content-Range", response->content_range);
    }
    sink(context, "Accept-Ranges", "bytes");
    sink(context, "Cache-Control", "no-cache"); /* the next version of the game has the same origin */
    sink(context, "X-Content-Type-Options", "nosniff");
    sink(context, "Cross-Origin-Resource-Policy", response->lent ? "cross-origin" : "same-origin");
    if (response->lent) { /* so that pictures of a video and the sound of an element are the page's to read */
        sink(context, "Access-Control-Allow-Origin", "*");
    }
    if (strncmp(response->type, "text/html", strlen("text/html")) == 0) {
        sink(context, "Content-Security-Policy", POLICY);
    }
    if (response->isolated) {
        sink(context, "Cross-Origin-Opener-Policy", "same-origin");
        sink(context, "Cross-Origin-Embedder-Policy", "require-corp");
    }
}

struct bytes response_content(const struct response *response) {
    return (struct bytes){response->body.data, response->head_only ? 0 : response->body.size};
}

const char *response_reason(const struct response *response) {
    switch (response->status) {
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

void response_free(struct response *response) {
    free(response->owned);
    *response = (struct response){0};
}
