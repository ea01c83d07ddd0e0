/* Who may ask the loopback server: only the browser window that this very start of the shell has opened.
 *
 * The window begins with a file that only this user can read. It holds a key for one use, which buys a session cookie
 * (HttpOnly, SameSite=Strict); from then on the cookie is asked for, together with the right Host, and with an Origin
 * and Sec-Fetch-Site that are the page's own. Other programs know neither key nor cookie, neither stands on a command
 * line, and another web page cannot make the browser send the cookie. */
#ifndef GATE_H
#define GATE_H

#include <stdatomic.h>

#include "bytes.h"

enum { GATE_SECRET = 32 }; /* hexadecimal digits: 128 bits */

struct gate {
    char key[GATE_SECRET + 1], session[GATE_SECRET + 1];
    atomic_flag key_used;
};

/* What a request says about who sent it; each may be NULL. */
struct visitor {
    const char *host, *origin, *fetch_site, *cookie;
};

enum verdict {
    GATE_REFUSE,
    GATE_WELCOME, /* used the key just now: give it the cookie */
    GATE_PASS,
};

#define GATE_HOST "game.localhost"
#define GATE_ORIGIN "http://" GATE_HOST
#define GATE_ENTRANCE "/.aethel/enter"
#define GATE_COOKIE "aethel-session"

/* Makes new secrets; false when the system has no randomness. */
bool gate_open(struct gate *gate);

enum verdict gate_judge(struct gate *gate, const char *target, const struct visitor *visitor);

#endif
