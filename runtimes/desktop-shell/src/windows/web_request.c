#include "exchange.h"

#include <stdio.h>

#include "stream.h"
#include "text.h"
#include "url.h"

enum { LONGEST_TARGET = 8192 };

/* Narrows a string that the web view allocated, and frees it. */
static bool take(wchar_t *wide, char *text, size_t capacity) {
    bool taken = wide != NULL && text_narrow(wide, text, capacity);
    CoTaskMemFree(wide);
    return taken;
}

static bool read_header(struct webview2_request_headers *headers, const wchar_t *name, char *value, size_t capacity) {
    wchar_t *wide = NULL;
    return headers->table->GetHeader(headers, name, &wide) == S_OK && take(wide, value, capacity);
}

struct writing {
    wchar_t text[1024];
    size_t used;
};

static void write_header(void *context, const char *name, const char *value) {
    struct writing *writing = context;
    int size = swprintf(writing->text + writing->used, 1024 - writing->used, L"%hs: %hs\r\n", name, value);
    writing->used += size > 0 ? (size_t)size : 0;
}

static HRESULT respond(struct webview2_environment *environment, struct webview2_requested *requested,
                       struct answer *answer) {
    struct writing headers = {.used = 0};
    wchar_t reason[32];
    IUnknown *response = NULL;
    IStream *body = stream_over(answer_content(answer), answer->owned);
    if (body == NULL) {
        answer_free(answer);
        return E_OUTOFMEMORY;
    }
    answer_headers(answer, write_header, &headers);
    text_widen(answer_reason(answer), reason, 32);
    HRESULT result = environment->table->CreateWebResourceResponse(environment, body, answer->status, reason,
                                                                   headers.text, &response);
    if (result == S_OK) {
        result = requested->table->put_Response(requested, response);
        response->lpVtbl->Release(response);
    }
    body->lpVtbl->Release(body);
    return result;
}

/* Reads what the site needs to know of a request; the strings are kept by the caller. */
static bool read_request(struct webview2_request *web, char *address, char *range, struct request *request) {
    struct webview2_request_headers *headers = NULL;
    wchar_t *wide_address = NULL, *wide_method = NULL;
    char method[16], page[8];
    if (web->table->get_Uri(web, &wide_address) != S_OK || !take(wide_address, address, LONGEST_TARGET) ||
        web->table->get_Method(web, &wide_method) != S_OK || !take(wide_method, method, sizeof method) ||
        web->table->get_Headers(web, &headers) != S_OK) {
        return false;
    }
    *request = (struct request){.method = site_method(method), .target = url_target(address, ORIGIN)};
    request->range = read_header(headers, L"Range", range, 128) ? range : NULL;
    request->from_page = read_header(headers, L"" SITE_PAGE_HEADER, page, sizeof page);
    headers->table->Release(headers);
    return request->target != NULL;
}

HRESULT exchange_answer(struct webview2_environment *environment, const struct site *site,
                        struct webview2_requested *requested) {
    struct webview2_request *web = NULL;
    char address[LONGEST_TARGET], range[128];
    struct request request;
    if (requested->table->get_Request(requested, &web) != S_OK) {
        return E_FAIL;
    }
    bool read = read_request(web, address, range, &request);
    web->table->Release(web);
    struct answer answer = {.status = 400, .type = "text/plain", .body = bytes_of("")};
    if (read) {
        site_answer(site, &request, &answer);
    }
    return respond(environment, requested, &answer);
}
