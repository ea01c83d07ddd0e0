/* The game as a web site: a request in, a response out. Every transport (the in-process scheme of a web view, the
 * loopback server) calls this and nothing else. No path of a request reaches the file system. */
#ifndef SITE_H
#define SITE_H

#include "bridge.h"
#include "config.h"
#include "payload.h"

enum method { METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_OTHER };

struct request {
    enum method method;
    const char *target; /* "/path?query" */
    const char *range;  /* the Range header, or NULL */
    bool from_page;     /* carries the header SITE_PAGE_HEADER */
};

/* The header of the page's own requests to the shell. Another origin cannot send it: a browser would send a CORS
 * preflight first, which the shell never allows. */
#define SITE_PAGE_HEADER "Aethel-Page"

struct response {
    int status;
    const char *type;       /* Content-Type */
    struct bytes body;      /* what to send: the requested range */
    void *owned;            /* the memory of body, if it was made for this response */
    char content_range[64]; /* or empty */
    bool isolated;
    bool lent;      /* to the web view's media player, whose requests come from another origin */
    bool head_only; /* a HEAD request: only the body's length is sent */
};

struct site {
    const struct payload *payload;
    const struct config *config;
    struct bytes runtime; /* the script that gives the page window.AethelRuntime */
    struct bridge bridge; /* filled in by the code that opens a window */
    char media_origin[40]; /* of the server that media elements read from; empty where they read as everything else */
};

/* config_text: aethel-shell.json as it was read; view: which web view shows the page, for getPlatform.
 * False when there is not enough memory. */
bool site_open(struct site *site, const struct payload *payload, const struct config *config,
               struct bytes config_text, const char *view);

/* Adds the script that leads the page's media elements to base, "http://127.0.0.1:PORT/…", and lets the policies of its
 * pages allow that. False when there is not enough memory. */
bool site_lend_media(struct site *site, const char *base);

void site_close(struct site *site);

/* The method of that name; NULL, where a web view names none, means GET. */
enum method site_method(const char *name);

void site_respond(const struct site *site, const struct request *request, struct response *response);

/* The same for a request of the web view's media player: it gets the game's files, and nothing that acts. */
void site_respond_media(const struct site *site, const struct request *request, struct response *response);

typedef void header_sink(void *context, const char *name, const char *value);

/* Passes all headers to sink of the response, Content-Type and Content-Length among them. */
void response_headers(const struct response *response, header_sink *sink, void *context);

/* The bytes to send; none for a HEAD request. */
struct bytes response_content(const struct response *response);

const char *response_reason(const struct response *response);

/* Frees the memory that was allocated for it, once the body was sent. */
void response_free(struct response *response);

#endif
