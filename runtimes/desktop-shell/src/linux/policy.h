/* What the page may do: navigate within the game, open pages of it in windows, and lock the pointer. Foreign pages open in
 * the user's own browser. */
#ifndef POLICY_H
#define POLICY_H

#include "webkit.h"

struct policy {
    object *window; /* the game's GtkWindow, the parent of what opens outside */
    object *view;   /* the web view in it */
    bool debug;     /* the web view's own menu, for developers */
};

/* Applies policy to a web view, of the game's window or one that the page has opened; policy must outlive it. */
void policy_apply(object *view, struct policy *policy);

#endif
