/* A response's body as the stream that WebView2 reads. */
#ifndef STREAM_H
#define STREAM_H

#include <windows.h>

#include <objidl.h>

#include "bytes.h"

/* Reads body, which must stay as it is until the stream is released; then frees owned (or NULL). NULL when there is
 * not enough memory. */
IStream *stream_over(struct bytes body, void *owned);

#endif
