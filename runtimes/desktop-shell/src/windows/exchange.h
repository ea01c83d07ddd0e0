/* A request of the web view for the game's origin, answered within this process before it goes anywhere. */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include "site.h"
#include "webview2.h"

/* A name that never leaves the machine; the requests to it do not even leave the browser. */
#define ORIGIN "https://game.localhost"

HRESULT exchange_answer(struct webview2_environment *environment, const struct site *site,
                        struct webview2_requested *requested);

#endif
