/* What Edge does when the shell starts it, as far as the shell can tell: follows the start page, keeps the cookie, asks
 * for the page and for closing the window. It writes what it got to the file that FAKE_BROWSER_REPORT names. For Wine,
 * where no browser for Windows is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winsock2.h>

#include <windows.h>

static char start_page[1024], profile[1024], cookie[128];
static int port;

static void read_arguments(int count, char **arguments) {
    for (int i = 1; i < count; i++) {
        sscanf(arguments[i], "--app=file:///%1023[^\n]", start_page);
        sscanf(arguments[i], "--user-data-dir=%1023[^\n]", profile);
        sscanf(arguments[i], "--host-resolver-rules=MAP game.localhost:80 127.0.0.1:%d", &port);
    }
}

/* The address that the start page leads to, without its origin. */
static void read_entrance(char *target) {
    char page[1024];
    FILE *file = fopen(start_page, "rb");
    page[file == NULL ? 0 : fread(page, 1, sizeof page - 1, file)] = 0;
    const char *found = strstr(page, "http://game.localhost/");
    sscanf(found == NULL ? "" : found, "http://game.localhost%255[^\"]", target);
}

static void ask(const char *method, const char *target, char *response, int capacity) {
    char request[1024];
    int used = 0, received;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    SOCKET connection = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_port = htons((u_short)port);
    connect(connection, (struct sockaddr *)&address, sizeof address);
    int size = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: game.localhost\r\n%sAethel-Page: 1\r\n\r\n",
                        method, target, cookie);
    send(connection, request, size, 0);
    while ((received = recv(connection, response + used, capacity - used - 1, 0)) > 0) {
        used += received;
    }
    response[used] = 0;
    closesocket(connection);
}

static void keep_cookie(const char *response) {
    char value[64] = "";
    const char *found = strstr(response, "Set-Cookie: ");
    sscanf(found == NULL ? "" : found, "Set-Cookie: %63[^;]", value);
    snprintf(cookie, sizeof cookie, "Cookie: %s\r\n", value);
}

int main(int count, char **arguments) {
    static char target[256], response[1 << 16];
    WSADATA data;
    WSAStartup(MAKEWORD(2, 2), &data);
    FILE *report = fopen(getenv("FAKE_BROWSER_REPORT"), "wb");
    read_arguments(count, arguments);
    read_entrance(target);
    ask("GET", "/", response, sizeof response);
    fprintf(report, "without key: %d\nprofile: %s\n", (int)strlen(response), profile);
    ask("GET", target, response, sizeof response);
    keep_cookie(response);
    ask("GET", "/", response, sizeof response);
    fprintf(report, "page: %.15s %s\n", response, strstr(response, "<script src=\"/.aethel/runtime.js\">") ? "yes" : "no");
    ask("GET", "/assets/a%20b%20%C3%A9.txt", response, sizeof response);
    fprintf(report, "file: %s\n", response + (strlen(response) > 5 ? strlen(response) - 5 : 0));
    ask("POST", "/.aethel/log?level=log&text=hello", response, sizeof response);
    fclose(report);
}
