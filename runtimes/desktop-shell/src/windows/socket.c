#include "socket.h"

#include <winsock2.h>

static socket_t listen_at_free_port(SOCKET listener, int *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int size = sizeof address;
    BOOL alone = TRUE; /* else another program could listen at the same port */
    setsockopt(listener, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (const char *)&alone, sizeof alone);
    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 64) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
        closesocket(listener);
        return SOCKET_NONE;
    }
    *port = ntohs(address.sin_port);
    return (socket_t)listener;
}

socket_t socket_listen(int *port) {
    WSADATA data;
    SOCKET listener = WSAStartup(MAKEWORD(2, 2), &data) == 0 ? socket(AF_INET, SOCK_STREAM, 0) : INVALID_SOCKET;
    return listener == INVALID_SOCKET ? SOCKET_NONE : listen_at_free_port(listener, port);
}

socket_t socket_accept(socket_t listener) { return (socket_t)accept((SOCKET)listener, NULL, NULL); }

void socket_set_timeout(socket_t socket, int seconds) {
    DWORD milliseconds = (DWORD)seconds * 1000;
    setsockopt((SOCKET)socket, SOL_SOCKET, SO_RCVTIMEO, (const char *)&milliseconds, sizeof milliseconds);
    setsockopt((SOCKET)socket, SOL_SOCKET, SO_SNDTIMEO, (const char *)&milliseconds, sizeof milliseconds);
}

enum { MAX_STEP = 1 << 20 }; /* sizes are ints here */

static int bounded(size_t size) { return (int)(size < MAX_STEP ? size : MAX_STEP); }

long socket_receive(socket_t socket, void *data, size_t capacity) {
    return recv((SOCKET)socket, data, bounded(capacity), 0);
}

long socket_send(socket_t socket, const void *data, size_t size) {
    return send((SOCKET)socket, data, bounded(size), 0);
}

void socket_close(socket_t socket) {
    shutdown((SOCKET)socket, SD_SEND);
    closesocket((SOCKET)socket);
}
