/* What the page may do: stay within the game, catch the pointer. Foreign pages open in the person's own browser. */
#ifndef POLICY_H
#define POLICY_H

#include "webkit.h"

struct policy {
    object *window; /* a GtkWindow, the parent of what opens outside */
    bool debug;     /* the web view's own menu, for developers */
};

/* Holds a web view to it; policy must outlive the view. */
void policy_apply(object *view, struct policy *policy);

#endif
