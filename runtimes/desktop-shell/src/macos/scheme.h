/* WebKit's requests for aethel://game, answered within this process (WKURLSchemeHandler). */
#ifndef SCHEME_H
#define SCHEME_H

#include "objc.h"
#include "site.h"

#define SCHEME "aethel"
#define ORIGIN SCHEME "://game"

/* Returns the one object that serves site, which must outlive it. */
id scheme_handler(const struct site *site);

#endif
