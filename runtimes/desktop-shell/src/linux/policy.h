/* What the page may do: navigate within the game and lock the pointer. Foreign pages open in the user's own browser. */
#ifndef POLICY_H
#define POLICY_H

#include "webkit.h"

struct policy {
    object *window; /* a GtkWindow, the parent of what opens outside */
    bool debug;     /* the web view's own menu, for developers */
};

/* Applies policy to a web view, which it must outlive. */
void policy_apply(object *view, struct policy *policy);

#endif
