/* WebKit's requests for aethel://game, answered within this process. */
#ifndef SCHEME_H
#define SCHEME_H

#include "site.h"
#include "webkit.h"

#define SCHEME "aethel"
#define ORIGIN SCHEME "://game"

/* Serves the pages of a web context from site, which must outlive it. */
void scheme_register(object *context, struct site *site);

#endif
