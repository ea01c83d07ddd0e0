#include "scheme.h"

#include <stdlib.h>

#include "url.h"

enum { HEADERS_RESPONSE = 1 }; /* of libsoup's kinds of headers */

static void append_header(void *headers, const char *name, const char *value) {
    webkit.soup_message_headers_append(headers, name, value);
}

static void finish(object *request, struct response *response) {
    object *headers = webkit.soup_message_headers_new(HEADERS_RESPONSE);
    struct bytes content = response_content(response);
    object *stream = webkit.g_memory_input_stream_new_from_data(
        response->owned != NULL ? response->owned : content.data, (intptr_t)content.size,
        response->owned != NULL ? free : NULL);
    object *reply = webkit.webkit_uri_scheme_response_new(stream, (int64_t)content.size);
    response_headers(response, append_header, headers);
    webkit.webkit_uri_scheme_response_set_status(reply, (unsigned)response->status, response_reason(response));
    webkit.webkit_uri_scheme_response_set_content_type(reply, response->type);
    webkit.webkit_uri_scheme_response_set_http_headers(reply, headers); /* which it owns from now on */
    webkit.webkit_uri_scheme_request_finish_with_response(request, reply);
    webkit.g_object_unref(reply);
    webkit.g_object_unref(stream);
}

static void on_request(object *scheme_request, void *context) {
    const struct site *site = context;
    object *headers = webkit.webkit_uri_scheme_request_get_http_headers(scheme_request);
    const char *target = url_target(webkit.webkit_uri_scheme_request_get_uri(scheme_request), ORIGIN);
    struct request request = {
        .method = site_method(webkit.webkit_uri_scheme_request_get_http_method(scheme_request)),
        .target = target == NULL ? "" : target, /* another host of our scheme: answered with 400 */
        .range = headers == NULL ? NULL : webkit.soup_message_headers_get_one(headers, "Range"),
        .from_page = headers != NULL && webkit.soup_message_headers_get_one(headers, SITE_PAGE_HEADER) != NULL,
    };
    struct response response;
    site_respond(site, &request, &response);
    finish(scheme_request, &response);
}

void scheme_register(object *context, struct site *site) {
    object *security = webkit.webkit_web_context_get_security_manager(context);
    webkit.webkit_web_context_register_uri_scheme(context, SCHEME, on_request, site, NULL);
    webkit.webkit_security_manager_register_uri_scheme_as_secure(security, SCHEME);
    webkit.webkit_security_manager_register_uri_scheme_as_cors_enabled(security, SCHEME);
}
