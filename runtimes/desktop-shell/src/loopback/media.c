#include "media.h"

#include <stdio.h>

#include "access.h"
#include "log.h"
#include "mime.h"
#include "server.h"

static bool has_media(const struct payload *payload) {
    for (size_t i = 0; i < payload->count; i++) {
        const char *type = mime_type(payload->files[i].name);
        if (strncmp(type, "audio/", 6) == 0 || strncmp(type, "video/", 6) == 0) {
            return true;
        }
    }
    return false;
}

void media_lend(struct site *site) {
    static struct access_secrets secrets; /* static: the server's threads use them until the program ends */
    char base[64 + ACCESS_SECRET_SIZE];
    if (!has_media(site->payload)) {
        return;
    }
    int port = access_init(&secrets) ? server_start_media(site, &secrets) : 0;
    snprintf(base, sizeof base, "http://127.0.0.1:%d/%s", port, secrets.session);
    if (port == 0 || !site_lend_media(site, base)) {
        log_line("no loopback server: audio and video elements of the page cannot play the game's files");
    }
}
