/* Windows that the page opens: links with a target, window.open, forms. Pages of the game alone are shown in them. */
#ifndef POPUP_H
#define POPUP_H

#include "config.h"
#include "policy.h"
#include "webkit.h"

struct popups {
    const struct config *config;
    struct policy *policy;
};

/* Lets a web view open windows, and the pages in them as well; popups must outlive it. */
void popups_allow(object *view, struct popups *popups);

#endif
