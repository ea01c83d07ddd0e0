#include "policy.h"

#include <string.h>

#include "log.h"
#include "scheme.h"
#include "url.h"

/* WebKit names these in enumerations. */
enum { DECISION_NEW_WINDOW = 1, DECISION_RESPONSE = 2, LINK_CLICKED = 0, AUTOPLAY_ALLOW = 0 };

static bool is_ours(const char *address) {
    return address[0] == 0 || url_target(address, ORIGIN) != NULL || strncmp(address, "about:", 6) == 0 ||
           strncmp(address, "blob:", 5) == 0;
}

static bool is_for_the_browser(const char *address) {
    return strncmp(address, "https:", 6) == 0 || strncmp(address, "http:", 5) == 0 ||
           strncmp(address, "mailto:", 7) == 0;
}

/* Whether view is a window that the page has opened and that has shown nothing yet. */
static bool is_empty(const struct policy *policy, object *view) {
    const char *shown = webkit.webkit_web_view_get_uri(view);
    return view != policy->view && (shown == NULL || url_target(shown, ORIGIN) == NULL);
}

/* Opens a foreign page in the user's own browser instead of the game's window. */
static gboolean open_externally(const struct policy *policy, object *decision, const char *address) {
    if (is_for_the_browser(address)) {
        webkit.gtk_show_uri_on_window(policy->window, address, 0, NULL);
    }
    log_line("opens outside of the game: %.200s", address);
    webkit.webkit_policy_decision_ignore(decision);
    return true;
}

/* Lets sound begin before the first key, as a program's may. (The settings alone let only sounds of elements begin.) */
static gboolean open_in_the_game(object *decision) {
    static object *policies;
    if (policies == NULL) {
        policies = webkit.webkit_website_policies_new_with_policies("autoplay", AUTOPLAY_ALLOW, (void *)NULL);
    }
    webkit.webkit_policy_decision_use_with_policies(decision, policies);
    return true;
}

static const char *address_of(object *decision, bool response) {
    object *action;
    if (response) {
        return webkit.webkit_uri_request_get_uri(webkit.webkit_response_policy_decision_get_request(decision));
    }
    action = webkit.webkit_navigation_policy_decision_get_navigation_action(decision);
    return webkit.webkit_uri_request_get_uri(webkit.webkit_navigation_action_get_request(action));
}

/* Whether it is known already that the page would be in a window, not in a frame. A script may navigate either; which one
 * it does is known when the response comes, or because there is no frame yet. */
static bool is_for_a_window(object *decision, int type, bool empty) {
    if (type == DECISION_RESPONSE) {
        return webkit.webkit_response_policy_decision_is_main_frame_main_resource(decision);
    }
    object *action = webkit.webkit_navigation_policy_decision_get_navigation_action(decision);
    return empty || type == DECISION_NEW_WINDOW ||
           webkit.webkit_navigation_action_get_navigation_type(action) == LINK_CLICKED;
}

static gboolean on_decide_policy(object *view, object *decision, int type, const struct policy *policy) {
    const char *address = address_of(decision, type == DECISION_RESPONSE);
    bool empty = is_empty(policy, view);
    if (!is_ours(address) && is_for_a_window(decision, type, empty)) {
        open_externally(policy, decision, address);
        if (empty) {
            webkit.webkit_web_view_try_close(view); /* nothing will come into it */
        }
        return true;
    }
    return type == DECISION_RESPONSE || type == DECISION_NEW_WINDOW ? false : open_in_the_game(decision);
}

/* Grants pointer lock, which games need, and nothing else (camera, position, notifications). */
static gboolean on_permission(object *view, object *request, void *context) {
    (void)view;
    (void)context;
    bool pointer =
        webkit.g_type_check_instance_is_a(request, webkit.webkit_pointer_lock_permission_request_get_type());
    (pointer ? webkit.webkit_permission_request_allow : webkit.webkit_permission_request_deny)(request);
    return true;
}

/* Hides the web view's menu (Back, Reload, …) but in a debug build. */
static gboolean on_context_menu(object *view, object *menu, object *event, object *hit, const struct policy *policy) {
    (void)view;
    (void)menu;
    (void)event;
    (void)hit;
    return !policy->debug;
}

void policy_apply(object *view, struct policy *policy) {
    webkit_connect(view, "decide-policy", (callback)on_decide_policy, policy);
    webkit_connect(view, "permission-request", (callback)on_permission, policy);
    webkit_connect(view, "context-menu", (callback)on_context_menu, policy);
}
