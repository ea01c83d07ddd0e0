#include "stream.h"

#include <stdlib.h>

struct stream {
    IStream com; /* first, so that a pointer to it is a pointer to the stream */
    LONG references;
    struct bytes body;
    size_t at;
    void *owned;
};

static HRESULT STDMETHODCALLTYPE query(IStream *self, REFIID iid, void **object) {
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_ISequentialStream) && !IsEqualIID(iid, &IID_IStream)) {
        *object = NULL;
        return E_NOINTERFACE;
    }
    *object = self;
    self->lpVtbl->AddRef(self);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE add_reference(IStream *self) {
    return (ULONG)InterlockedIncrement(&((struct stream *)self)->references);
}

static ULONG STDMETHODCALLTYPE release(IStream *self) {
    struct stream *stream = (struct stream *)self;
    LONG left = InterlockedDecrement(&stream->references);
    if (left == 0) {
        free(stream->owned);
        free(stream);
    }
    return (ULONG)left;
}

static HRESULT STDMETHODCALLTYPE read_some(IStream *self, void *out, ULONG size, ULONG *read) {
    struct stream *stream = (struct stream *)self;
    size_t left = stream->body.size - stream->at;
    ULONG taken = size < left ? size : (ULONG)left;
    if (taken > 0) {
        memcpy(out, stream->body.data + stream->at, taken);
    }
    stream->at += taken;
    if (read != NULL) {
        *read = taken;
    }
    return taken == size ? S_OK : S_FALSE;
}

static HRESULT STDMETHODCALLTYPE seek(IStream *self, LARGE_INTEGER distance, DWORD origin, ULARGE_INTEGER *position) {
    struct stream *stream = (struct stream *)self;
    LONGLONG start = origin == STREAM_SEEK_SET   ? 0
                     : origin == STREAM_SEEK_CUR ? (LONGLONG)stream->at
                                                 : (LONGLONG)stream->body.size;
    LONGLONG target = start + distance.QuadPart;
    if (target < 0 || target > (LONGLONG)stream->body.size) {
        return STG_E_INVALIDFUNCTION;
    }
    stream->at = (size_t)target;
    if (position != NULL) {
        position->QuadPart = (ULONGLONG)target;
    }
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE describe(IStream *self, STATSTG *status, DWORD flags) {
    (void)flags;
    memset(status, 0, sizeof *status);
    status->type = STGTY_STREAM;
    status->cbSize.QuadPart = ((struct stream *)self)->body.size;
    return S_OK;
}

/* It is only read. */
static HRESULT STDMETHODCALLTYPE no_write(IStream *self, const void *data, ULONG size, ULONG *written) {
    (void)self, (void)data, (void)size, (void)written;
    return STG_E_ACCESSDENIED;
}
static HRESULT STDMETHODCALLTYPE no_resize(IStream *self, ULARGE_INTEGER size) {
    (void)self, (void)size;
    return STG_E_ACCESSDENIED;
}
static HRESULT STDMETHODCALLTYPE no_copy(IStream *self, IStream *to, ULARGE_INTEGER size, ULARGE_INTEGER *read,
                                         ULARGE_INTEGER *written) {
    (void)self, (void)to, (void)size, (void)read, (void)written;
    return E_NOTIMPL;
}
static HRESULT STDMETHODCALLTYPE no_commit(IStream *self, DWORD flags) {
    (void)self, (void)flags;
    return E_NOTIMPL;
}
static HRESULT STDMETHODCALLTYPE no_revert(IStream *self) {
    (void)self;
    return E_NOTIMPL;
}
static HRESULT STDMETHODCALLTYPE no_lock(IStream *self, ULARGE_INTEGER offset, ULARGE_INTEGER size, DWORD kind) {
    (void)self, (void)offset, (void)size, (void)kind;
    return STG_E_INVALIDFUNCTION;
}
static HRESULT STDMETHODCALLTYPE no_clone(IStream *self, IStream **clone) {
    (void)self;
    *clone = NULL;
    return E_NOTIMPL;
}

IStream *stream_over(struct bytes body, void *owned) {
    static IStreamVtbl table = {query,     add_reference, release,   read_some, no_write, seek,     no_resize,
                                no_copy,   no_commit,     no_revert, no_lock,   no_lock,  describe, no_clone};
    struct stream *stream = malloc(sizeof *stream);
    if (stream == NULL) {
        return NULL;
    }
    *stream = (struct stream){{&table}, 1, body, 0, owned};
    return &stream->com;
}
