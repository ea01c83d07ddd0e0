#include "socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static socket_t listen_at_free_port(int listener, int *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 64) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
        close(listener);
        return SOCKET_NONE;
    }
    *port = ntohs(address.sin_port);
    return listener;
}

socket_t socket_listen(int *port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); /* not for the browser that is started later */
    return listener < 0 ? SOCKET_NONE : listen_at_free_port(listener, port);
}

socket_t socket_accept(socket_t listener) {
    return accept4((int)listener, NULL, NULL, SOCK_CLOEXEC);
}

void socket_set_timeout(socket_t socket, int seconds) {
    struct timeval timeout = {.tv_sec = seconds};
    setsockopt((int)socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    setsockopt((int)socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
}

long socket_receive(socket_t socket, void *data, size_t capacity) { return recv((int)socket, data, capacity, 0); }

/* SIGPIPE is ignored by the program as a whole. */
long socket_send(socket_t socket, const void *data, size_t size) { return send((int)socket, data, size, 0); }

void socket_close(socket_t socket) {
    shutdown((int)socket, SHUT_WR);
    close((int)socket);
}
