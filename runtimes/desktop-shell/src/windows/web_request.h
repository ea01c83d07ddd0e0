/* A request of the web view for the game's origin, answered within this process before it goes anywhere. */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include "site.h"
#include "webview2.h"

/* A name that never leaves the machine; the requests to it do not even leave the browser. */
#define ORIGIN "https://game.localhost"

HRESULT web_request_respond(struct webview2_environment *environment, const struct site *site,
                        struct webview2_request_event *event);

#endif
