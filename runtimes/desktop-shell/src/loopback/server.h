/* The loopback server, for browsers that offer no in-process scheme. */
#ifndef SERVER_H
#define SERVER_H

#include "access.h"
#include "site.h"

/* Listens at a free port of 127.0.0.1 and answers on threads of its own, for as long as the program runs: site and
 * access must outlive it. Returns the port, or 0 when it cannot listen. */
int server_start(const struct site *site, struct access_secrets *secrets);

#endif
