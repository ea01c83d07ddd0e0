#include "server.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "http.h"
#include "log.h"
#include "socket.h"
#include "thread.h"

enum { MOST_CONNECTIONS = 64, PATIENCE_S = 10 };

struct server {
    const struct site *site;
    struct gate *gate;
    socket_t listener;
    atomic_int connections;
};

struct connection {
    struct server *server;
    socket_t socket;
};

/* What the browser window shows first: it leaves at once for the game, now with a cookie. (A redirect would not do:
 * the way here began in a file, so a SameSite=Strict cookie would not be sent along.) */
static const char WELCOME[] = "<!doctype html><meta http-equiv=\"refresh\" content=\"0;url=/\"><style>html{background:#000}</style>";

/* Reads until the head is complete. Returns its size, 0 when it does not come in time or is too large. */
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

static void send_answer(socket_t socket, const struct answer *answer, const char *further) {
    char head[1024];
    size_t size = http_write_head(answer, further, head, sizeof head);
    if (size > 0 && send_all(socket, (struct bytes){(const uint8_t *)head, size})) {
        send_all(socket, answer_content(answer));
    }
}

static void send_welcome(socket_t socket, const struct gate *gate) {
    char cookie[128];
    snprintf(cookie, sizeof cookie, "Set-Cookie: " GATE_COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict\r\n",
             gate->session);
    struct answer answer = {.status = 200, .type = "text/html; charset=utf-8", .body = bytes_of(WELCOME)};
    send_answer(socket, &answer, cookie);
}

/* Who is not the game's own window learns nothing: the connection is closed without a word. */
static void serve(struct server *server, socket_t socket) {
    char head[HTTP_LARGEST_HEAD];
    struct http_request request;
    size_t size = receive_head(socket, head, sizeof head);
    if (size == 0 || !http_parse(head, size, &request)) {
        return;
    }
    switch (gate_judge(server->gate, request.request.target, &request.visitor)) {
    case GATE_WELCOME:
        send_welcome(socket, server->gate);
        break;
    case GATE_PASS: {
        struct answer answer;
        site_answer(server->site, &request.request, &answer);
        send_answer(socket, &answer, "");
        answer_free(&answer);
        break;
    }
    case GATE_REFUSE:
        log_line("refused a request that is not the window's");
        break;
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
    if (atomic_fetch_add(&server->connections, 1) < MOST_CONNECTIONS && connection != NULL) {
        *connection = (struct connection){server, socket};
        socket_set_patience(socket, PATIENCE_S);
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

int server_start(const struct site *site, struct gate *gate) {
    static struct server server;
    int port = 0;
    server.site = site;
    server.gate = gate;
    server.listener = socket_listen(&port);
    return server.listener != SOCKET_NONE && thread_start(run_server, &server) ? port : 0;
}
