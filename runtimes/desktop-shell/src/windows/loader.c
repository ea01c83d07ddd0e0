/* Does what Microsoft's WebView2Loader.dll does: finds the installed runtime and calls into it. */
#include <stdbool.h>
#include <stdio.h>

#include "webview2.h"

#if defined __aarch64__
#define ARCHITECTURE L"arm64"
#else
#define ARCHITECTURE L"x64"
#endif

enum { INSTALLED = 0, MAX_FOLDER = 1024 };

typedef HRESULT(STDMETHODCALLTYPE create_environment)(bool check_running, int kind, const wchar_t *data_folder,
                                                      IUnknown *options, struct webview2_handler *completed);

/* Finds the runtime where its updater has registered it, for all users or for this one. */
static bool find_runtime(HKEY root, wchar_t *folder, DWORD size) {
    return RegGetValueW(root,
                        L"SOFTWARE\\Microsoft\\EdgeUpdate\\ClientState\\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}",
                        L"EBWebView", RRF_RT_REG_SZ | RRF_SUBKEY_WOW6432KEY, NULL, folder, &size) == ERROR_SUCCESS;
}

static HMODULE load(HKEY root) {
    wchar_t folder[MAX_FOLDER], path[MAX_FOLDER + 64];
    if (!find_runtime(root, folder, sizeof folder)) {
        return NULL;
    }
    swprintf(path, MAX_FOLDER + 64, L"%ls\\EBWebView\\" ARCHITECTURE L"\\EmbeddedBrowserWebView.dll", folder);
    return LoadLibraryExW(path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
}

HRESULT webview2_create(const wchar_t *data_folder, struct webview2_handler *completed) {
    HMODULE runtime = load(HKEY_LOCAL_MACHINE);
    runtime = runtime == NULL ? load(HKEY_CURRENT_USER) : runtime;
    FARPROC found = runtime == NULL ? NULL : GetProcAddress(runtime, "CreateWebViewEnvironmentWithOptionsInternal");
    if (found == NULL) {
        return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    }
    create_environment *create = (create_environment *)(void (*)(void))found;
    return create(true, INSTALLED, data_folder, NULL, completed);
}
