/* Access to the loopback server: only the browser window that this start of the shell has opened has it.
 *
 * The window starts with a file that only this user can read. The file holds a key for one use, which is exchanged for
 * a session cookie (HttpOnly, SameSite=Strict). Every later request needs the cookie, the right Host, and an Origin and
 * Sec-Fetch-Site that are the page's own. Other programs know neither key nor cookie, neither stands on a command line,
 * and another web page cannot make the browser send the cookie. */
#ifndef ACCESS_H
#define ACCESS_H

#include <stdatomic.h>

#include "bytes.h"

enum { ACCESS_SECRET_SIZE = 32 }; /* hexadecimal digits, 128 bits */

struct access_secrets {
    char key[ACCESS_SECRET_SIZE + 1], session[ACCESS_SECRET_SIZE + 1];
    atomic_flag key_used;
};

/* The headers that say who sent a request; each may be NULL. */
struct request_headers {
    const char *host, *origin, *fetch_site, *cookie;
};

enum access_result {
    ACCESS_DENIED,
    ACCESS_KEY_ACCEPTED, /* it has just used the key: give it the cookie */
    ACCESS_GRANTED,
};

#define ACCESS_HOST "game.localhost"
#define ACCESS_ORIGIN "http://" ACCESS_HOST
#define ACCESS_ENTRY "/.aethel/enter"
#define ACCESS_COOKIE "aethel-session"

/* Makes new secrets. False when the system has no randomness. */
bool access_init(struct access_secrets *secrets);

/* Decides about one request for target. */
enum access_result access_check(struct access_secrets *secrets, const char *target,
                                const struct request_headers *headers);

/* Decides about a request of the web view's media player, which sends no cookie: its target must begin with the session,
 * "/SESSION/music.ogg". Returns what follows, or NULL when the request is denied. */
const char *access_media_target(const struct access_secrets *secrets, const char *target);

#endif
