/* The loopback server, for browsers that offer no in-process scheme and for media players that do not read it. */
#ifndef SERVER_H
#define SERVER_H

#include "access.h"
#include "site.h"

/* Listens at a free port of 127.0.0.1 and answers on threads of its own, for as long as the program runs: site and
 * access must outlive it. Returns the port, or 0 when it cannot listen. */
int server_start(const struct site *site, struct access_secrets *secrets);

/* The same for the media player of a web view that offers a scheme, but not to its player: see access_media_target. */
int server_start_media(const struct site *site, struct access_secrets *secrets);

#endif
