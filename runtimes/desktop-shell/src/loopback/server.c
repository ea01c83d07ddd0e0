#include "server.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "http.h"
#include "log.h"
#include "socket.h"
#include "thread.h"

enum { MAX_CONNECTIONS = 64, TIMEOUT_S = 10 };

struct server {
    const struct site *site;
    struct access_secrets *secrets;
    socket_t listener;
    atomic_int connections;
    void (*serve)(struct server *server, socket_t socket, const struct http_request *request);
};

struct connection {
    struct server *server;
    socket_t socket;
};

/* The page that comes with the cookie and goes on to the game at once. (A redirect would not do: the navigation began
 * in a file, so a SameSite=Strict cookie would not be sent along.) */
static const char ENTRY_PAGE[] = "<!doctype html><meta http-equiv=\"refresh\" content=\"0;url=/\"><style>html{background:#000}</style>";

/* Reads until the head is complete. Returns its size, or 0 when it does not come in time or is too large. */
static size_t receive_head(socket_t socket, char *buffer, size_t capacity) {
    size_t used = 0, head = 0;
    while (head == 0 && used < capacity) {
        long received = socket_receive(socket, buffer + used, capacity - used);
        if (received <= 0) {
            return 0;
        }
        used += (size_t)received;
        head = http_head_size((struct bytes){(const uint8_t *)buffer, used});
    }
    return head;
}

static bool send_all(socket_t socket, struct bytes data) {
    while (data.size > 0) {
        long sent = socket_send(socket, data.data, data.size);
        if (sent <= 0) {
            return false;
        }
        data.data += sent;
        data.size -= (size_t)sent;
    }
    return true;
}

static void send_response(socket_t socket, const struct response *response, const char *extra_header) {
    char head[1024];
    size_t size = http_write_head(response, extra_header, head, sizeof head);
    if (size > 0 && send_all(socket, (struct bytes){(const uint8_t *)head, size})) {
        send_all(socket, response_content(response));
    }
}

static void send_cookie(socket_t socket, const struct access_secrets *secrets) {
    char cookie[128];
    snprintf(cookie, sizeof cookie, "Set-Cookie: " ACCESS_COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict\r\n",
             secrets->session);
    struct response response = {.status = 200, .type = "text/html; charset=utf-8", .body = bytes_of(ENTRY_PAGE)};
    send_response(socket, &response, cookie);
}

static void serve_page(struct server *server, socket_t socket, const struct http_request *request) {
    struct response response;
    switch (access_check(server->secrets, request->request.target, &request->headers)) {
    case ACCESS_KEY_ACCEPTED:
        send_cookie(socket, server->secrets);
        break;
    case ACCESS_GRANTED:
        site_respond(server->site, &request->request, &response);
        send_response(socket, &response, "");
        response_free(&response);
        break;
    case ACCESS_DENIED:
        log_line("refused a request that is not the window's");
        break;
    }
}

static void serve_media(struct server *server, socket_t socket, const struct http_request *request) {
    struct request inner = request->request;
    struct response response;
    inner.target = access_media_target(server->secrets, inner.target);
    if (inner.target == NULL) {
        log_line("refused a request that is not the media player's");
        return;
    }
    socket_set_timeout(socket, 0); /* a paused player reads on when it plays on */
    site_respond_media(server->site, &inner, &response);
    send_response(socket, &response, "");
    response_free(&response);
}

/* Serves one connection. Whoever is not the game's own window gets no byte: the connection is closed. */
static void serve(struct server *server, socket_t socket) {
    char head[HTTP_MAX_HEAD];
    struct http_request request;
    size_t size = receive_head(socket, head, sizeof head);
    if (size > 0 && http_parse(head, size, &request)) {
        server->serve(server, socket, &request);
    }
}

static void run_connection(void *context) {
    struct connection *connection = context;
    struct server *server = connection->server;
    serve(server, connection->socket);
    socket_close(connection->socket);
    free(connection);
    atomic_fetch_sub(&server->connections, 1);
}

/* Hands the connection to a thread of its own; false when there are too many. */
static bool start_connection(struct server *server, socket_t socket) {
    struct connection *connection = malloc(sizeof *connection);
    if (atomic_fetch_add(&server->connections, 1) < MAX_CONNECTIONS && connection != NULL) {
        *connection = (struct connection){server, socket};
        socket_set_timeout(socket, TIMEOUT_S);
        if (thread_start(run_connection, connection)) {
            return true;
        }
    }
    atomic_fetch_sub(&server->connections, 1);
    free(connection);
    return false;
}

static void run_server(void *context) {
    struct server *server = context;
    for (;;) {
        socket_t socket = socket_accept(server->listener);
        if (socket != SOCKET_NONE && !start_connection(server, socket)) {
            socket_close(socket);
        }
    }
}

static int start(struct server *server) {
    int port = 0;
    server->listener = socket_listen(&port);
    return server->listener != SOCKET_NONE && thread_start(run_server, server) ? port : 0;
}

int server_start(const struct site *site, struct access_secrets *secrets) {
    static struct server server;
    server.site = site;
    server.secrets = secrets;
    server.serve = serve_page;
    return start(&server);
}

int server_start_media(const struct site *site, struct access_secrets *secrets) {
    static struct server server;
    server.site = site;
    server.secrets = secrets;
    server.serve = serve_media;
    return start(&server);
}
