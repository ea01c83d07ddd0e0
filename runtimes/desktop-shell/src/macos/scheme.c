#include "scheme.h"

#include "url.h"

static const struct site *the_site;

static id header_of(id request, const char *name) {
    return send_id(request, "valueForHTTPHeaderField:", objc_string(name));
}

static void add_header(void *headers, const char *name, const char *value) {
    SEND(void (*)(id, selector, id, id), headers, "setObject:forKey:", objc_string(value), objc_string(name));
}

static void finish(id task, id address, struct response *response) {
    id headers = send(objc_class("NSMutableDictionary"), "dictionary");
    response_headers(response, add_header, headers);
    id reply = SEND(id(*)(id, selector, id, long, id, id), send(objc_class("NSHTTPURLResponse"), "alloc"),
                       "initWithURL:statusCode:HTTPVersion:headerFields:", address, response->status,
                       objc_string("HTTP/1.1"), headers);
    struct bytes content = response_content(response);
    id data = SEND(id(*)(id, selector, const void *, unsigned long, signed char), objc_class("NSData"),
                   "dataWithBytesNoCopy:length:freeWhenDone:", content.data, content.size, response->owned != NULL);
    send_id(task, "didReceiveResponse:", reply);
    send_id(task, "didReceiveData:", data);
    send(task, "didFinish");
    send(reply, "release");
}

static void start(id self, selector name, id view, id task) {
    (void)self, (void)name, (void)view;
    id web = send(task, "request");
    id address = send(web, "URL");
    id range = header_of(web, "Range");
    const char *target = url_target(objc_text(send(address, "absoluteString")), ORIGIN);
    struct request request = {
        .method = site_method(objc_text(send(web, "HTTPMethod"))),
        .target = target == NULL ? "" : target,
        .range = range == NULL ? NULL : objc_text(range),
        .from_page = header_of(web, SITE_PAGE_HEADER) != NULL,
    };
    struct response response;
    site_respond(the_site, &request, &response);
    finish(task, address, &response);
}

/* Nothing is left to stop: start has responded before it returned. */
static void stop(id self, selector name, id view, id task) { (void)self, (void)name, (void)view, (void)task; }

id scheme_handler(const struct site *site) {
    static const struct objc_method METHODS[] = {
        {"webView:startURLSchemeTask:", (void (*)(void))start, "v@:@@"},
        {"webView:stopURLSchemeTask:", (void (*)(void))stop, "v@:@@"},
    };
    the_site = site;
    objc_make_class("AethelScheme", METHODS, sizeof METHODS / sizeof *METHODS);
    return objc_new("AethelScheme");
}
