/* The window with WebView2. The game is the origin https://game.localhost, answered within this process. */
#include "window.h"

#include <stdio.h>
#include <windows.h>

#include <shellapi.h>

#include "files.h"
#include "geometry.h"
#include "log.h"
#include "shell.h"
#include "text.h"
#include "view.h"

enum { ICON = 1, USUAL_DPI = 96 };

struct window {
    const struct shell *shell;
    HWND native;
    struct view *view;
    bool failed; /* the web view could not be made */
    bool fullscreen;
    WINDOWPLACEMENT before; /* full screen */
    char geometry_path[FILE_MAX_PATH];
};

void window_class_name(const char *id, wchar_t name[WINDOW_CLASS_SIZE]) {
    swprintf(name, WINDOW_CLASS_SIZE, L"Aethel.%hs", id);
}

static DWORD style_of(const struct window *window) {
    DWORD fixed = WS_OVERLAPPED | WS_CAPTION | WS_SYSMENU | WS_MINIMIZEBOX;
    return window->shell->config.resizable ? WS_OVERLAPPEDWINDOW : fixed;
}

/* --- what the page may request --------------------------------------------------------------------------------- */

static void close_window(void *context) { PostMessageW(((struct window *)context)->native, WM_CLOSE, 0, 0); }

static void cover_screen(struct window *window) {
    MONITORINFO monitor = {.cbSize = sizeof monitor};
    GetWindowPlacement(window->native, &window->before);
    GetMonitorInfoW(MonitorFromWindow(window->native, MONITOR_DEFAULTTONEAREST), &monitor);
    SetWindowLongPtrW(window->native, GWL_STYLE, (LONG_PTR)(WS_POPUP | WS_VISIBLE));
    RECT screen = monitor.rcMonitor;
    SetWindowPos(window->native, HWND_TOP, screen.left, screen.top, screen.right - screen.left,
                 screen.bottom - screen.top, SWP_FRAMECHANGED);
}

static void uncover_screen(struct window *window) {
    SetWindowLongPtrW(window->native, GWL_STYLE, (LONG_PTR)(style_of(window) | WS_VISIBLE));
    SetWindowPlacement(window->native, &window->before);
    SetWindowPos(window->native, NULL, 0, 0, 0, 0, SWP_NOMOVE | SWP_NOSIZE | SWP_NOZORDER | SWP_FRAMECHANGED);
}

static void set_fullscreen(void *context, bool on) {
    struct window *window = context;
    if (window->fullscreen != on) {
        window->fullscreen = on;
        (on ? cover_screen : uncover_screen)(window);
    }
}

static void toggle_fullscreen(void *context) {
    struct window *window = context;
    set_fullscreen(window, !window->fullscreen);
}

/* The size of the whole window whose page is width by height CSS pixels. */
static SIZE frame_for(const struct window *window, int width, int height, UINT dpi) {
    RECT frame = {0, 0, MulDiv(width, (int)dpi, USUAL_DPI), MulDiv(height, (int)dpi, USUAL_DPI)};
    AdjustWindowRectExForDpi(&frame, style_of(window), FALSE, 0, dpi);
    return (SIZE){frame.right - frame.left, frame.bottom - frame.top};
}

static void resize(void *context, int width, int height) {
    struct window *window = context;
    SIZE frame = frame_for(window, width, height, GetDpiForWindow(window->native));
    set_fullscreen(window, false);
    SetWindowPos(window->native, NULL, 0, 0, frame.cx, frame.cy, SWP_NOMOVE | SWP_NOZORDER);
}

/* Ends the window when the view could not be made. */
static void fail(void *context) {
    struct window *window = context;
    window->failed = true;
    DestroyWindow(window->native);
}

/* --- geometry --------------------------------------------------------------------------------------------------- */

static void save_geometry(const struct window *window) {
    WINDOWPLACEMENT now = {.length = sizeof now};
    if (window->failed || window->fullscreen || !GetWindowPlacement(window->native, &now)) {
        return;
    }
    RECT place = now.rcNormalPosition;
    struct geometry geometry = {.x = place.left,
                                .y = place.top,
                                .width = place.right - place.left,
                                .height = place.bottom - place.top,
                                .maximized = now.showCmd == SW_SHOWMAXIMIZED};
    geometry_save(&geometry, window->geometry_path);
}

/* SetWindowPlacement itself sees to it that the window is on a screen. */
static void show(struct window *window) {
    struct geometry saved;
    WINDOWPLACEMENT place = {.length = sizeof place, .showCmd = SW_SHOWNORMAL};
    if (window->shell->config.resizable && geometry_load(&saved, window->geometry_path)) {
        place.rcNormalPosition = (RECT){saved.x, saved.y, saved.x + saved.width, saved.y + saved.height};
        place.showCmd = saved.maximized ? SW_SHOWMAXIMIZED : SW_SHOWNORMAL;
        SetWindowPlacement(window->native, &place);
    } else {
        ShowWindow(window->native, SW_SHOWNORMAL);
    }
    set_fullscreen(window, window->shell->config.fullscreen);
}

/* --- the window ------------------------------------------------------------------------------------------------- */

/* Keys that reach the window itself, while the view does not have the focus. */
static bool on_key(struct window *window, WPARAM key, bool with_alt) {
    if (key != VK_F11 && !(key == VK_RETURN && with_alt)) {
        return false;
    }
    toggle_fullscreen(window);
    return true;
}

static LRESULT CALLBACK on_message(HWND native, UINT message, WPARAM first, LPARAM second) {
    struct window *window = (struct window *)GetWindowLongPtrW(native, GWLP_USERDATA);
    if (window == NULL) {
        return DefWindowProcW(native, message, first, second);
    }
    switch (message) {
    case WM_SIZE:
    case WM_MOVE:
        view_fit(window->view);
        return 0;
    case WM_SETFOCUS:
        view_focus(window->view);
        return 0;
    case WM_KEYDOWN:
    case WM_SYSKEYDOWN:
        if (on_key(window, first, message == WM_SYSKEYDOWN)) {
            return 0;
        }
        break;
    case WM_CLOSE:
        save_geometry(window);
        view_close(window->view);
        DestroyWindow(native);
        return 0;
    case WM_DESTROY:
        PostQuitMessage(0);
        return 0;
    default:
        break;
    }
    return DefWindowProcW(native, message, first, second);
}

static bool make_window(struct window *window) {
    wchar_t title[512], class_name[WINDOW_CLASS_SIZE];
    const struct config *config = &window->shell->config;
    window_class_name(config->id, class_name);
    text_widen(config->title, title, 512);
    WNDCLASSEXW class = {.cbSize = sizeof class,
                         .lpfnWndProc = on_message,
                         .hInstance = GetModuleHandleW(NULL),
                         .hIcon = LoadIconW(GetModuleHandleW(NULL), MAKEINTRESOURCEW(ICON)),
                         .hCursor = LoadCursorW(NULL, (LPCWSTR)IDC_ARROW),
                         .hbrBackground = (HBRUSH)GetStockObject(BLACK_BRUSH),
                         .lpszClassName = class_name};
    SIZE frame = frame_for(window, config->width, config->height, GetDpiForSystem());
    if (RegisterClassExW(&class) == 0) {
        return false;
    }
    window->native = CreateWindowExW(0, class_name, title, style_of(window), CW_USEDEFAULT, CW_USEDEFAULT, frame.cx,
                                     frame.cy, NULL, NULL, class.hInstance, NULL);
    if (window->native != NULL) {
        SetWindowLongPtrW(window->native, GWLP_USERDATA, (LONG_PTR)window);
    }
    return window->native != NULL;
}

enum show_result window_show(const struct shell *shell) {
    static struct window window;
    window = (struct window){.shell = shell, .before.length = sizeof window.before};
    snprintf(window.geometry_path, sizeof window.geometry_path, "%s\\window", shell->folder);
    if (CoInitializeEx(NULL, COINIT_APARTMENTTHREADED) < 0 || !make_window(&window)) {
        return UNAVAILABLE;
    }
    struct view_owner owner = {.bridge = {&window, close_window, set_fullscreen, resize},
                               .toggle_fullscreen = toggle_fullscreen,
                               .fail = fail};
    window.view = view_open(shell, window.native, &owner);
    if (window.view == NULL) {
        window.failed = true;
        DestroyWindow(window.native);
    } else {
        show(&window);
    }
    MSG message;
    while (GetMessageW(&message, NULL, 0, 0) > 0) {
        TranslateMessage(&message);
        DispatchMessageW(&message);
    }
    return window.failed ? UNAVAILABLE : SHOWN;
}
