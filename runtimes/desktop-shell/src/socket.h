/* TCP on the loopback interface. */
#ifndef SOCKET_H
#define SOCKET_H

#include <stddef.h>
#include <stdint.h>

typedef intptr_t socket_t;
#define SOCKET_NONE ((socket_t)-1)

/* Listens at a free port of 127.0.0.1 and sets port to it. */
socket_t socket_listen(int *port);

/* Waits for a connection; SOCKET_NONE when that one failed. */
socket_t socket_accept(socket_t listener);

/* Sets how long one receive or send may take. */
void socket_set_timeout(socket_t socket, int seconds);

/* Return how many bytes; 0 at the end, negative after an error. */
long socket_receive(socket_t socket, void *data, size_t capacity);
long socket_send(socket_t socket, const void *data, size_t size);

/* Sends what is still buffered, then closes. */
void socket_close(socket_t socket);

#endif
