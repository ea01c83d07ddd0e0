/* The parts of a request's target ("/a%20b/c.png?x=1#y"), decoded. */
#ifndef URL_H
#define URL_H

#include "bytes.h"

/* Returns what follows the origin in an address of that origin ("aethel://game/a" -> "/a"), or NULL for another one. */
const char *url_target(const char *address, const char *origin);

/* Decodes the path without its leading '/' into path, ended with NUL. False when there is no leading '/', an escape
 * is wrong or means NUL, or it does not fit. */
bool url_path(const char *target, char *path, size_t capacity);

/* Decodes the value of one parameter of the query; '+' is a space. False when it is not there or cannot be decoded. */
bool url_parameter(const char *target, const char *name, char *value, size_t capacity);

/* Writes "file://" and path with everything escaped that is not plain; '\' becomes '/'. False when it does not fit. */
bool url_of_file(const char *path, char *address, size_t capacity);

#endif
