/* The game as a web site: a request in, an answer out. Every way to the page (the in-process scheme of a web view, the
 * loopback server) asks here and nowhere else. No path of a request reaches the file system. */
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

/* What the page's own requests to the shell carry. Another origin cannot send it: a browser would ask first
 * (a CORS preflight), and the shell never says yes. */
#define SITE_PAGE_HEADER "Aethel-Page"

struct answer {
    int status;
    const char *type;       /* Content-Type */
    struct bytes body;      /* what to send, the asked range of it */
    void *owned;            /* the memory of body, if it was made for this answer */
    char content_range[64]; /* or empty */
    bool isolated;
    bool head_only; /* the body was not asked for: it only says how long it would be */
};

struct site {
    const struct payload *payload;
    const struct config *config;
    struct bytes runtime; /* the script that gives the page window.AethelRuntime */
    struct bridge bridge; /* filled in by whoever opens a window */
};

/* config_text: aethel-shell.json as it was read; view: which web view shows the page, for getPlatform.
 * False when there is not enough memory. */
bool site_open(struct site *site, const struct payload *payload, const struct config *config,
               struct bytes config_text, const char *view);

void site_close(struct site *site);

/* By its name in a request; a web view that tells none (NULL) means GET. */
enum method site_method(const char *name);

void site_answer(const struct site *site, const struct request *request, struct answer *answer);

typedef void header_sink(void *context, const char *name, const char *value);

/* Names all headers of the answer, Content-Type and Content-Length among them. */
void answer_headers(const struct answer *answer, header_sink *sink, void *context);

/* The bytes to send; none of them where only the head was asked for. */
struct bytes answer_content(const struct answer *answer);

const char *answer_reason(const struct answer *answer);

/* Frees what was made for it, once the body was sent. */
void answer_free(struct answer *answer);

#endif
