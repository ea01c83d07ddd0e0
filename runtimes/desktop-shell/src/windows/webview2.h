/* The part of WebView2's interfaces that the shell uses, as C sees them: tables of functions, in the order of
 * Microsoft's WebView2.idl (which never changes for a published interface). Functions that are not used are counted,
 * not named. */
#ifndef WEBVIEW2_H
#define WEBVIEW2_H

#include <windows.h>

#include <objidl.h>

#define COM(name) struct name { const struct name##_table *table; }
#define METHOD(name, ...) HRESULT(STDMETHODCALLTYPE *name)(__VA_ARGS__)
#define IUNKNOWN                                                                                                       \
    METHOD(QueryInterface, void *self, REFIID iid, void **object);                                                     \
    ULONG(STDMETHODCALLTYPE *AddRef)(void *self);                                                                      \
    ULONG(STDMETHODCALLTYPE *Release)(void *self)
#define UNUSED(from, to) void *unused##from[to - from + 1]

COM(webview2_environment);
COM(webview2_controller);
COM(webview2_view);
COM(webview2_settings);
COM(webview2_request);
COM(webview2_request_headers);
COM(webview2_request_event);
COM(webview2_navigation);
COM(webview2_new_window);
COM(webview2_permission);
COM(webview2_key);
COM(webview2_failure);

/* A callback of ours: the object whose Invoke the web view calls. */
struct webview2_handler;

struct webview2_environment_table {
    IUNKNOWN;
    METHOD(CreateCoreWebView2Controller, void *, HWND, struct webview2_handler *);
    METHOD(CreateWebResourceResponse, void *, IStream *, int status, LPCWSTR reason, LPCWSTR headers, IUnknown **);
};

struct webview2_controller_table {
    IUNKNOWN;
    UNUSED(3, 5);
    METHOD(put_Bounds, void *, RECT);
    UNUSED(7, 11);
    METHOD(MoveFocus, void *, int reason);
    UNUSED(13, 18);
    METHOD(add_AcceleratorKeyPressed, void *, struct webview2_handler *, INT64 *token);
    UNUSED(20, 22);
    METHOD(NotifyParentWindowPositionChanged, void *);
    METHOD(Close, void *);
    METHOD(get_CoreWebView2, void *, struct webview2_view **);
};

struct webview2_view_table {
    IUNKNOWN;
    METHOD(get_Settings, void *, struct webview2_settings **);
    UNUSED(4, 4);
    METHOD(Navigate, void *, LPCWSTR address);
    UNUSED(6, 6);
    METHOD(add_NavigationStarting, void *, struct webview2_handler *, INT64 *token);
    UNUSED(8, 22);
    METHOD(add_PermissionRequested, void *, struct webview2_handler *, INT64 *token);
    UNUSED(24, 24);
    METHOD(add_ProcessFailed, void *, struct webview2_handler *, INT64 *token);
    UNUSED(26, 30);
    METHOD(Reload, void *);
    UNUSED(32, 43);
    METHOD(add_NewWindowRequested, void *, struct webview2_handler *, INT64 *token);
    UNUSED(45, 51);
    METHOD(add_ContainsFullScreenElementChanged, void *, struct webview2_handler *, INT64 *token);
    UNUSED(53, 53);
    METHOD(get_ContainsFullScreenElement, void *, BOOL *);
    METHOD(add_WebResourceRequested, void *, struct webview2_handler *, INT64 *token);
    UNUSED(56, 56);
    METHOD(AddWebResourceRequestedFilter, void *, LPCWSTR pattern, int context);
    UNUSED(58, 58);
    METHOD(add_WindowCloseRequested, void *, struct webview2_handler *, INT64 *token);
};

struct webview2_settings_table {
    IUNKNOWN;
    UNUSED(3, 9);
    METHOD(put_IsStatusBarEnabled, void *, BOOL);
    UNUSED(11, 11);
    METHOD(put_AreDevToolsEnabled, void *, BOOL);
    UNUSED(13, 13);
    METHOD(put_AreDefaultContextMenusEnabled, void *, BOOL);
    UNUSED(15, 17);
    METHOD(put_IsZoomControlEnabled, void *, BOOL);
};

struct webview2_request_table {
    IUNKNOWN;
    METHOD(get_Uri, void *, LPWSTR *);
    UNUSED(4, 4);
    METHOD(get_Method, void *, LPWSTR *);
    UNUSED(6, 8);
    METHOD(get_Headers, void *, struct webview2_request_headers **);
};

struct webview2_request_headers_table {
    IUNKNOWN;
    METHOD(GetHeader, void *, LPCWSTR name, LPWSTR *value);
};

struct webview2_request_event_table {
    IUNKNOWN;
    METHOD(get_Request, void *, struct webview2_request **);
    UNUSED(4, 4);
    METHOD(put_Response, void *, IUnknown *);
};

struct webview2_navigation_table {
    IUNKNOWN;
    METHOD(get_Uri, void *, LPWSTR *);
    UNUSED(4, 7);
    METHOD(put_Cancel, void *, BOOL);
};

struct webview2_new_window_table {
    IUNKNOWN;
    METHOD(get_Uri, void *, LPWSTR *);
    UNUSED(4, 5);
    METHOD(put_Handled, void *, BOOL);
};

struct webview2_permission_table {
    IUNKNOWN;
    UNUSED(3, 6);
    METHOD(put_State, void *, int);
};

struct webview2_key_table {
    IUNKNOWN;
    METHOD(get_KeyEventKind, void *, int *);
    METHOD(get_VirtualKey, void *, UINT *);
    UNUSED(5, 7);
    METHOD(put_Handled, void *, BOOL);
};

struct webview2_failure_table {
    IUNKNOWN;
    METHOD(get_ProcessFailedKind, void *, int *);
};

struct webview2_handler_table {
    IUNKNOWN;
    /* for a creation: its result and the object; for an event: the sender and the arguments */
    METHOD(Invoke, struct webview2_handler *self, void *first, void *second);
};

enum {
    WEBVIEW2_ALL_CONTEXTS = 0,
    WEBVIEW2_FOCUS_PROGRAMMATIC = 0,
    WEBVIEW2_KEY_DOWN = 0,
    WEBVIEW2_SYSTEM_KEY_DOWN = 2,
    WEBVIEW2_PERMISSION_DENY = 2,
    WEBVIEW2_BROWSER_ENDED = 0,
};

/* Starts the installed runtime (there is no WebView2Loader.dll): completed is invoked with the environment later.
 * Fails at once when none is installed. */
HRESULT webview2_create(const wchar_t *data_folder, struct webview2_handler *completed);

#undef COM
#endif
