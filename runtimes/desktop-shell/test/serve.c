/* The loopback server by itself, for tests that attack it from outside: prints its port, the key and the session, and
 * ends with its standard input. "serve media" is the one for media players. */
#include <signal.h>

#include "archive.h"
#include "check.h"
#include "payload.h"
#include "server.h"

int main(int count, char **arguments) {
    static const struct member GAME[] = {{"index.html", "<!doctype html>hello"}, {"a.bin", "0123456789"}};
    static struct archive archive;
    static struct payload payload;
    static struct config config = {.entry = "index.html", .isolated = true};
    static struct site site;
    static struct access_secrets secrets;
    signal(SIGPIPE, SIG_IGN);
    archive_make(&archive, GAME, 2);
    CHECK(payload_open(&payload, (struct bytes){archive.data, archive.size}) == NULL);
    CHECK(site_open(&site, &payload, &config, bytes_of("{}"), "test"));
    CHECK(access_init(&secrets));
    bool media = count > 1 && strcmp(arguments[1], "media") == 0;
    int port = media ? server_start_media(&site, &secrets) : server_start(&site, &secrets);
    CHECK(port > 0);
    printf("%d %s %s\n", port, secrets.key, secrets.session);
    fflush(stdout);
    while (getchar() != EOF) {
    }
}
