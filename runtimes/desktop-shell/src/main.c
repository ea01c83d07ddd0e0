/* The program: finds the game in its own file and shows it. */
#include <stdio.h>
#include <string.h>

#include "files.h"
#include "instance.h"
#include "log.h"
#include "shell.h"
#include "system.h"
#include "yyjson_license.h" /* made by build.py from vendor/yyjson/LICENSE: YYJSON_LICENSE */

#ifdef _WIN32
#include "windows/console.h"
#else
#include <signal.h>
#endif
#ifdef __linux__
#include "linux/renderer_trial.h"
#endif

enum { EXIT_DONE = 0, EXIT_WRONG_USAGE = 2, EXIT_DAMAGED = 3, EXIT_NO_VIEW = 4 };

static const char CONFIG_FILE[] = "aethel-shell.json";

struct options {
    bool help, version, licenses, verbose, browser;
};

static bool read_options(int count, char **arguments, struct options *options) {
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--help") == 0) {
            options->help = true;
        } else if (strcmp(arguments[i], "--version") == 0) {
            options->version = true;
        } else if (strcmp(arguments[i], "--licenses") == 0) {
            options->licenses = true;
        } else if (strcmp(arguments[i], "--verbose") == 0) {
            options->verbose = true;
        } else if (strcmp(arguments[i], "--browser") == 0) {
            options->browser = true;
        } else {
            return false;
        }
    }
    return true;
}

/* Finds and checks the game. Returns NULL, or what is wrong with it. */
static const char *open_game(struct shell *shell) {
    struct bytes archive;
    const char *problem = system_payload(&archive);
    if (problem == NULL) {
        problem = payload_open(&shell->payload, archive);
    }
    if (problem != NULL) {
        return problem;
    }
    if (!payload_find(&shell->payload, bytes_of(CONFIG_FILE), &shell->config_text)) {
        return "it does not say what game it is (no aethel-shell.json)";
    }
    return config_read(&shell->config, shell->config_text);
}

static void print_help(const struct config *config) {
    printf("%s\n\n"
           "  --help      this text\n"
           "  --version   which version of the game and of the shell this is\n"
           "  --licenses  the licenses of what is in the shell\n"
           "  --browser   opens a window of an installed browser instead of the system's web view\n"
           "  --verbose   writes the log, the page's console included, to the terminal as well\n\n"
           "F11 or Alt-Enter: full screen. The log and what the game saves are in the folder\n"
           "\"%s\" among your application data.\n",
           config->title, config->data_name);
}

/* Shows the game until its window is closed; false when nothing is there to show it with. */
static bool show(const struct shell *shell, bool prefer_browser) {
    if ((!prefer_browser && window_show(shell) == SHOWN) || browser_show(shell) == SHOWN) {
        return true;
    }
    log_line("neither a web view nor a browser was found");
    system_message(shell->config.title, SYSTEM_VIEW_ADVICE);
    return false;
}

static int run(struct shell *shell, const struct options *options) {
    static char folder[FILE_MAX_PATH / 2];
    char log_path[FILE_MAX_PATH];
    if (!system_data_folder(shell->config.data_name, folder, sizeof folder) || !folder_make(folder)) {
        system_message(shell->config.title, "The game cannot make its folder among your application data.");
        return EXIT_DAMAGED;
    }
    snprintf(log_path, sizeof log_path, "%s/shell.log", folder);
    shell->verbose = options->verbose;
    log_open(log_path, options->verbose);
    system_watch_for_crashes(log_path);
    shell->folder = folder;
    log_line("%s %s (shell %s, %s %s)", shell->config.title, shell->config.version, AETHEL_SHELL_VERSION, SYSTEM_OS,
             SYSTEM_ARCH);
    if (!instance_claim(shell->config.id, folder)) {
        return EXIT_DONE;
    }
    bool shown = show(shell, options->browser);
    log_line("ends");
    return shown ? EXIT_DONE : EXIT_NO_VIEW;
}

int main(int count, char **arguments) {
    static struct shell shell;
    struct options options = {0};
#ifdef _WIN32
    console_attach();
#else
    signal(SIGPIPE, SIG_IGN);
#endif
#ifdef __linux__
    if (count == 2 && strcmp(arguments[1], RENDERER_TRIAL) == 0) {
        return renderer_trial_run();
    }
#endif
    if (!read_options(count, arguments, &options)) {
        fprintf(stderr, "unknown option; --help lists what there is\n");
        return EXIT_WRONG_USAGE;
    }
    const char *problem = open_game(&shell);
    if (problem != NULL) {
        char text[256];
        snprintf(text, sizeof text, "This game's file is damaged: %s. Please download it again.", problem);
        system_message("Aethel", text);
        return EXIT_DAMAGED;
    }
    if (options.help) {
        print_help(&shell.config);
        return EXIT_DONE;
    }
    if (options.version) {
        printf("%s %s (Aethel shell %s)\n", shell.config.title, shell.config.version, AETHEL_SHELL_VERSION);
        return EXIT_DONE;
    }
    if (options.licenses) {
        printf("The shell contains yyjson.\n\n%s", YYJSON_LICENSE);
        return EXIT_DONE;
    }
    return run(&shell, &options);
}
