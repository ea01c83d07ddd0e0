#include "web_request.h"

#include <stdio.h>

#include "stream.h"
#include "text.h"
#include "url.h"

enum { MAX_TARGET = 8192 };

/* Narrows a string that the web view allocated, and frees it. */
static bool narrow_and_free(wchar_t *wide, char *text, size_t capacity) {
    bool taken = wide != NULL && text_narrow(wide, text, capacity);
    CoTaskMemFree(wide);
    return taken;
}

static bool read_header(struct webview2_request_headers *headers, const wchar_t *name, char *value, size_t capacity) {
    wchar_t *wide = NULL;
    return headers->table->GetHeader(headers, name, &wide) == S_OK && narrow_and_free(wide, value, capacity);
}

struct header_buffer {
    wchar_t text[1024];
    size_t used;
};

static void write_header(void *context, const char *name, const char *value) {
    struct header_buffer *buffer = context;
    int size = swprintf(buffer->text + buffer->used, 1024 - buffer->used, L"%hs: %hs\r\n", name, value);
    buffer->used += size > 0 ? (size_t)size : 0;
}

static HRESULT respond(struct webview2_environment *environment, struct webview2_request_event *event,
                       struct response *response) {
    struct header_buffer headers = {.used = 0};
    wchar_t reason[32];
    IUnknown *reply = NULL;
    IStream *body = stream_over(response_content(response), response->owned);
    if (body == NULL) {
        response_free(response);
        return E_OUTOFMEMORY;
    }
    response_headers(response, write_header, &headers);
    text_widen(response_reason(response), reason, 32);
    HRESULT result = environment->table->CreateWebResourceResponse(environment, body, response->status, reason,
                                                                   headers.text, &reply);
    if (result == S_OK) {
        result = event->table->put_Response(event, reply);
        reply->lpVtbl->Release(reply);
    }
    body->lpVtbl->Release(body);
    return result;
}

/* Reads what the site needs of a request. The caller keeps the strings. */
static bool read_request(struct webview2_request *web, char *address, char *range, struct request *request) {
    struct webview2_request_headers *headers = NULL;
    wchar_t *wide_address = NULL, *wide_method = NULL;
    char method[16], page[8];
    if (web->table->get_Uri(web, &wide_address) != S_OK || !narrow_and_free(wide_address, address, MAX_TARGET) ||
        web->table->get_Method(web, &wide_method) != S_OK || !narrow_and_free(wide_method, method, sizeof method) ||
        web->table->get_Headers(web, &headers) != S_OK) {
        return false;
    }
    *request = (struct request){.method = site_method(method), .target = url_target(address, ORIGIN)};
    request->range = read_header(headers, L"Range", range, 128) ? range : NULL;
    request->from_page = read_header(headers, L"" SITE_PAGE_HEADER, page, sizeof page);
    headers->table->Release(headers);
    return request->target != NULL;
}

HRESULT web_request_respond(struct webview2_environment *environment, const struct site *site,
                        struct webview2_request_event *event) {
    struct webview2_request *web = NULL;
    char address[MAX_TARGET], range[128];
    struct request request;
    if (event->table->get_Request(event, &web) != S_OK) {
        return E_FAIL;
    }
    bool read = read_request(web, address, range, &request);
    web->table->Release(web);
    struct response response = {.status = 400, .type = "text/plain", .body = bytes_of("")};
    if (read) {
        site_respond(site, &request, &response);
    }
    return respond(environment, event, &response);
}
