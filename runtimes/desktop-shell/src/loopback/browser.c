/* The fallback: a window of an installed browser (Chromium and its relatives) without address bar and tabs.
 *
 * It loads http://game.localhost/ from the loopback server; a flag maps that name to the port of this start. So the
 * origin, and with it what the game has saved, is the same each time, whatever port is free. */
#include "browser.h"

#include <stdio.h>

#include "access.h"
#include "bridge.h"
#include "files.h"
#include "log.h"
#include "server.h"
#include "shell.h"
#include "site.h"
#include "url.h"

/* Writes the page that the window opens first. Only this user can read it, and its key is good for one use. */
static bool write_start_page(const struct access_secrets *secrets, const char *path) {
    char page[512];
    snprintf(page, sizeof page,
             "<!doctype html><meta name=\"referrer\" content=\"no-referrer\">"
             "<style>html{background:#000}</style>"
             "<script>location.replace(\"" ACCESS_ORIGIN ACCESS_ENTRY "?key=%s\")</script>\n",
             secrets->key);
    return file_write_text(path, page);
}

void browser_list(const struct browser_arguments *arguments, const char *list[BROWSER_MAX_ARGUMENTS]) {
    size_t count = 0;
    list[count++] = arguments->app;
    list[count++] = arguments->profile;
    list[count++] = arguments->resolver;
    list[count++] = arguments->size;
    list[count++] = "--test-type"; /* else a bar across the game says that --host-resolver-rules is unusual */
    list[count++] = "--no-first-run";
    list[count++] = "--no-default-browser-check";
    list[count++] = "--disable-sync";
    list[count++] = "--autoplay-policy=no-user-gesture-required";
    list[count++] = arguments->window_class;
    if (arguments->fullscreen) {
        list[count++] = "--start-fullscreen";
    }
    list[count] = NULL;
}

static void close_window(void *process) { browser_stop(process); }

/* Starts the browser and waits until it ends. */
static enum show_result run(const struct shell *shell, struct site *site, const char *start_page, int port) {
    static struct browser_arguments arguments;
    struct browser_process process = {0};
    char address[FILE_MAX_PATH * 3];
    if (!url_of_file(start_page, address, sizeof address)) {
        return UNAVAILABLE;
    }
    snprintf(arguments.app, sizeof arguments.app, "--app=%s", address);
    snprintf(arguments.profile, sizeof arguments.profile, "--user-data-dir=%s/browser", shell->folder);
    snprintf(arguments.resolver, sizeof arguments.resolver, "--host-resolver-rules=MAP " ACCESS_HOST ":80 127.0.0.1:%d",
             port);
    snprintf(arguments.size, sizeof arguments.size, "--window-size=%d,%d", shell->config.width, shell->config.height);
    snprintf(arguments.window_class, sizeof arguments.window_class, "--class=%s", shell->config.id);
    arguments.fullscreen = shell->config.fullscreen;
    site->bridge = (struct bridge){.window = &process, .close = close_window};
    if (!browser_start(&process, &arguments)) {
        return UNAVAILABLE;
    }
    browser_wait(&process);
    return SHOWN;
}

enum show_result browser_show(const struct shell *shell) {
    static struct site site; /* static: the server's threads use them until the program ends */
    static struct access_secrets secrets;
    char start_page[FILE_MAX_PATH];
    snprintf(start_page, sizeof start_page, "%s/start.html", shell->folder);
    if (!site_open(&site, &shell->payload, &shell->config, shell->config_text, "chromium") || !access_init(&secrets)) {
        return UNAVAILABLE;
    }
    int port = server_start(&site, &secrets);
    if (port == 0 || !write_start_page(&secrets, start_page)) {
        log_line("no loopback server, or no start page in %s", shell->folder);
        return UNAVAILABLE;
    }
    enum show_result shown = run(shell, &site, start_page, port);
    file_remove(start_page);
    return shown;
}
