#include "view.h"

#include <stdio.h>
#include <stdlib.h>

#include <shellapi.h>

#include "files.h"
#include "log.h"
#include "site.h"
#include "text.h"
#include "web_request.h"
#include "webview2.h"

#define WIDE_ORIGIN L"" ORIGIN

typedef HRESULT on_event(struct view *view, void *first, void *second);

/* A COM object that passes Invoke on. It lives as long as the program, so references are not counted. */
struct webview2_handler {
    const struct webview2_handler_table *table;
    const IID *iid;
    on_event *on_event;
};

struct view {
    const struct shell *shell;
    HWND window;
    struct view_owner owner;
    struct site site;
    struct webview2_environment *environment;
    struct webview2_controller *controller;
    struct webview2_view *web;
};

static struct view the_view;

static HRESULT STDMETHODCALLTYPE query(void *self, REFIID iid, void **object) {
    bool known = IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, ((struct webview2_handler *)self)->iid);
    *object = known ? self : NULL;
    return known ? S_OK : E_NOINTERFACE;
}

static ULONG STDMETHODCALLTYPE count(void *self) {
    (void)self;
    return 1;
}

static HRESULT STDMETHODCALLTYPE invoke(struct webview2_handler *self, void *first, void *second) {
    return self->on_event(&the_view, first, second);
}

static const struct webview2_handler_table HANDLER_TABLE = {query, count, count, invoke};

#define HANDLER(function, ...)                                                                                         \
    static const IID function##_iid = {__VA_ARGS__};                                                                   \
    static struct webview2_handler function##_handler = {&HANDLER_TABLE, &function##_iid, function};

static HRESULT on_request(struct view *view, void *sender, void *arguments) {
    (void)sender;
    return web_request_respond(view->environment, &view->site, arguments);
}
HANDLER(on_request, 0xAB00B74C, 0x15F1, 0x4646, {0x80, 0xE8, 0xE7, 0x63, 0x41, 0xD2, 0x5D, 0x71})

/* --- what the page may do --------------------------------------------------------------------------------------- */

/* Opens a foreign page in the user's own browser. */
static void open_externally(const wchar_t *address) {
    if (wcsncmp(address, L"https:", 6) == 0 || wcsncmp(address, L"http:", 5) == 0 ||
        wcsncmp(address, L"mailto:", 7) == 0) {
        ShellExecuteW(NULL, L"open", address, NULL, NULL, SW_SHOWNORMAL);
    }
}

static bool is_ours(const wchar_t *address) {
    return wcsncmp(address, WIDE_ORIGIN L"/", wcslen(WIDE_ORIGIN) + 1) == 0;
}

static HRESULT on_navigation(struct view *view, void *sender, void *arguments) {
    (void)view, (void)sender;
    struct webview2_navigation *navigation = arguments;
    wchar_t *address = NULL;
    if (navigation->table->get_Uri(navigation, &address) != S_OK) {
        return E_FAIL;
    }
    if (!is_ours(address) && wcsncmp(address, L"about:", 6) != 0 && wcsncmp(address, L"blob:", 5) != 0) {
        navigation->table->put_Cancel(navigation, TRUE);
        open_externally(address);
    }
    CoTaskMemFree(address);
    return S_OK;
}
HANDLER(on_navigation, 0x9ADBE429, 0xF36D, 0x432B, {0x9D, 0xDC, 0xF8, 0x88, 0x1F, 0xBD, 0x76, 0xE3})

/* A page of the game opens in the game's own window: one that the web view made would not ask on_request for it. The page
 * that opens it gets a stand-in for the window, see ../app-host/runtime.js. */
static HRESULT on_new_window(struct view *view, void *sender, void *arguments) {
    (void)sender;
    struct webview2_new_window *request = arguments;
    wchar_t *address = NULL;
    if (request->table->get_Uri(request, &address) == S_OK) {
        if (is_ours(address)) {
            view->web->table->Navigate(view->web, address);
        } else {
            open_externally(address);
        }
        CoTaskMemFree(address);
    }
    return request->table->put_Handled(request, TRUE);
}
HANDLER(on_new_window, 0xD4C185FE, 0xC81C, 0x4989, {0x97, 0xAF, 0x2D, 0x3F, 0xA7, 0xAB, 0x56, 0x51})

/* Camera, position, notifications: a game is granted none of them. (Pointer lock needs no permission here.) */
static HRESULT on_permission(struct view *view, void *sender, void *arguments) {
    (void)view, (void)sender;
    struct webview2_permission *request = arguments;
    return request->table->put_State(request, WEBVIEW2_PERMISSION_DENY);
}
HANDLER(on_permission, 0x15E1C6A3, 0xC72A, 0x4DF3, {0x91, 0xD7, 0xD0, 0x97, 0xFB, 0xEC, 0x6B, 0xFD})

static HRESULT on_key(struct view *view, void *sender, void *arguments) {
    (void)sender;
    struct webview2_key *pressed = arguments;
    int kind = -1;
    UINT key = 0;
    pressed->table->get_KeyEventKind(pressed, &kind);
    pressed->table->get_VirtualKey(pressed, &key);
    if ((kind == WEBVIEW2_KEY_DOWN && key == VK_F11) || (kind == WEBVIEW2_SYSTEM_KEY_DOWN && key == VK_RETURN)) {
        pressed->table->put_Handled(pressed, TRUE);
        view->owner.toggle_fullscreen(view->owner.bridge.window);
    }
    return S_OK;
}
HANDLER(on_key, 0xB29C7E28, 0xFA79, 0x41A8, {0x8E, 0x44, 0x65, 0x81, 0x1C, 0x76, 0xDC, 0xB2})

/* The page has called requestFullscreen or exitFullscreen. */
static HRESULT on_fullscreen_element(struct view *view, void *sender, void *arguments) {
    (void)sender, (void)arguments;
    BOOL there = FALSE;
    view->web->table->get_ContainsFullScreenElement(view->web, &there);
    view->owner.bridge.set_fullscreen(view->owner.bridge.window, there != FALSE);
    return S_OK;
}
HANDLER(on_fullscreen_element, 0xE45D98B1, 0xAFEF, 0x45BE, {0x8B, 0xAF, 0x6C, 0x77, 0x28, 0x86, 0x7F, 0x73})

/* window.close() */
static HRESULT on_close(struct view *view, void *sender, void *arguments) {
    (void)sender, (void)arguments;
    view->owner.bridge.close(view->owner.bridge.window);
    return S_OK;
}
HANDLER(on_close, 0x5C19E9E0, 0x092F, 0x486B, {0xAF, 0xFA, 0xCA, 0x82, 0x31, 0x91, 0x30, 0x39})

static HRESULT on_failure(struct view *view, void *sender, void *arguments) {
    (void)sender;
    struct webview2_failure *failure = arguments;
    static int reloads;
    int kind = -1;
    failure->table->get_ProcessFailedKind(failure, &kind);
    log_line("a process of the web view ended unexpectedly, kind %d", kind);
    if (kind == WEBVIEW2_BROWSER_ENDED) {
        PostMessageW(view->window, WM_CLOSE, 0, 0);
    } else if (reloads++ == 0) {
        view->web->table->Reload(view->web);
    }
    return S_OK;
}
HANDLER(on_failure, 0x79E0AEA4, 0x990B, 0x42D9, {0xAA, 0x1D, 0x0F, 0xCC, 0x2E, 0x5B, 0xC7, 0xF1})

/* --- putting it together ---------------------------------------------------------------------------------------- */

static void set_up(struct view *view) {
    bool debug = view->shell->config.debug;
    struct webview2_view *web = view->web;
    struct webview2_settings *settings = NULL;
    INT64 token;
    if (web->table->get_Settings(web, &settings) == S_OK) {
        settings->table->put_IsStatusBarEnabled(settings, FALSE);
        settings->table->put_IsZoomControlEnabled(settings, FALSE);
        settings->table->put_AreDevToolsEnabled(settings, debug);
        settings->table->put_AreDefaultContextMenusEnabled(settings, debug);
        settings->table->Release(settings);
    }
    web->table->add_NavigationStarting(web, &on_navigation_handler, &token);
    web->table->add_NewWindowRequested(web, &on_new_window_handler, &token);
    web->table->add_PermissionRequested(web, &on_permission_handler, &token);
    web->table->add_ContainsFullScreenElementChanged(web, &on_fullscreen_element_handler, &token);
    web->table->add_WindowCloseRequested(web, &on_close_handler, &token);
    web->table->add_ProcessFailed(web, &on_failure_handler, &token);
    web->table->add_WebResourceRequested(web, &on_request_handler, &token);
    web->table->AddWebResourceRequestedFilter(web, WIDE_ORIGIN L"/*", WEBVIEW2_ALL_CONTEXTS);
    view->controller->table->add_AcceleratorKeyPressed(view->controller, &on_key_handler, &token);
}

static HRESULT report_failure(struct view *view, const char *what, HRESULT result) {
    log_line("WebView2 made no %s, error %08lx", what, (unsigned long)result);
    view->owner.fail(view->owner.bridge.window);
    return S_OK;
}

static HRESULT on_controller(struct view *view, void *failure, void *created) {
    struct webview2_controller *controller = created;
    if (controller == NULL || controller->table->get_CoreWebView2(controller, &view->web) != S_OK) {
        return report_failure(view, "view", (HRESULT)(intptr_t)failure);
    }
    controller->table->AddRef(controller);
    view->controller = controller;
    set_up(view);
    view_fit(view);
    view_focus(view);
    return view->web->table->Navigate(view->web, WIDE_ORIGIN L"/");
}
HANDLER(on_controller, 0x6C4819F3, 0xC9B7, 0x4260, {0x81, 0x27, 0xC9, 0xF5, 0xBD, 0xE7, 0xF6, 0x8C})

static HRESULT on_environment(struct view *view, void *failure, void *created) {
    struct webview2_environment *environment = created;
    if (environment == NULL) {
        return report_failure(view, "environment", (HRESULT)(intptr_t)failure);
    }
    environment->table->AddRef(environment);
    view->environment = environment;
    HRESULT result =
        environment->table->CreateCoreWebView2Controller(environment, view->window, &on_controller_handler);
    return result == S_OK ? S_OK : report_failure(view, "controller", result);
}
HANDLER(on_environment, 0x4E8A3389, 0xC9D8, 0x4BD2, {0xB6, 0xB5, 0x12, 0x4F, 0xEE, 0x6C, 0xC1, 0x4D})

struct view *view_open(const struct shell *shell, HWND window, const struct view_owner *owner) {
    char folder[FILE_MAX_PATH];
    wchar_t wide_folder[FILE_MAX_PATH];
    the_view = (struct view){.shell = shell, .window = window, .owner = *owner};
    snprintf(folder, sizeof folder, "%s\\storage", shell->folder);
    if (!text_widen(folder, wide_folder, FILE_MAX_PATH) ||
        !site_open(&the_view.site, &shell->payload, &shell->config, shell->config_text, "webview2")) {
        return NULL;
    }
    the_view.site.bridge = owner->bridge;
    SetEnvironmentVariableW(L"WEBVIEW2_ADDITIONAL_BROWSER_ARGUMENTS", L"--autoplay-policy=no-user-gesture-required");
    HRESULT result = webview2_create(wide_folder, &on_environment_handler);
    if (result != S_OK) {
        log_line("no WebView2, error %08lx", (unsigned long)result);
        return NULL;
    }
    return &the_view;
}

void view_fit(struct view *view) {
    RECT area;
    if (view != NULL && view->controller != NULL && GetClientRect(view->window, &area)) {
        view->controller->table->put_Bounds(view->controller, area);
        view->controller->table->NotifyParentWindowPositionChanged(view->controller);
    }
}

void view_focus(struct view *view) {
    if (view != NULL && view->controller != NULL) {
        view->controller->table->MoveFocus(view->controller, WEBVIEW2_FOCUS_PROGRAMMATIC);
    }
}

void view_close(struct view *view) {
    if (view != NULL && view->controller != NULL) {
        view->controller->table->Close(view->controller);
        view->controller = NULL;
    }
}
