#include "objc.h"

#include <dlfcn.h>
#include <string.h>

#include "log.h"

void (*objc_message)(void);

static struct {
    id (*get_class)(const char *name);
    selector (*register_name)(const char *name);
    id (*allocate_class)(id superclass, const char *name, unsigned long extra);
    void (*register_class)(id class);
    signed char (*add_method)(id class, selector name, void (*function)(void), const char *types);
    void *(*pool_push)(void);
    void (*pool_pop)(void *pool);
} runtime;

static bool look_up(void *library, const char *name, void *function) {
    void *symbol = dlsym(library, name);
    memcpy(function, &symbol, sizeof symbol);
    return symbol != NULL;
}

static void *load(const char *path) {
    void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (library == NULL) {
        log_line("cannot load %s: %s", path, dlerror());
    }
    return library;
}

bool objc_load(void) {
    void *library = load("/usr/lib/libobjc.A.dylib");
    return library != NULL && load("/System/Library/Frameworks/AppKit.framework/AppKit") != NULL &&
           load("/System/Library/Frameworks/WebKit.framework/WebKit") != NULL &&
           look_up(library, "objc_msgSend", &objc_message) && look_up(library, "objc_getClass", &runtime.get_class) &&
           look_up(library, "sel_registerName", &runtime.register_name) &&
           look_up(library, "objc_allocateClassPair", &runtime.allocate_class) &&
           look_up(library, "objc_registerClassPair", &runtime.register_class) &&
           look_up(library, "class_addMethod", &runtime.add_method) &&
           look_up(library, "objc_autoreleasePoolPush", &runtime.pool_push) &&
           look_up(library, "objc_autoreleasePoolPop", &runtime.pool_pop);
}

id objc_class(const char *name) { return runtime.get_class(name); }

selector objc_selector(const char *name) { return runtime.register_name(name); }

id send(id receiver, const char *name) {
    return ((id(*)(id, selector))objc_message)(receiver, objc_selector(name));
}

id send_id(id receiver, const char *name, id argument) {
    return SEND(id(*)(id, selector, id), receiver, name, argument);
}

id send_long(id receiver, const char *name, long argument) {
    return SEND(id(*)(id, selector, long), receiver, name, argument);
}

id objc_new(const char *class_name) { return send(send(objc_class(class_name), "alloc"), "init"); }

id objc_string(const char *text) {
    return SEND(id(*)(id, selector, const char *), objc_class("NSString"), "stringWithUTF8String:", text);
}

const char *objc_text(id string) {
    const char *text = string == NULL ? NULL : ((const char *(*)(id, selector))objc_message)(string, objc_selector("UTF8String"));
    return text == NULL ? "" : text;
}

bool objc_responds(id receiver, const char *name) {
    return SEND(signed char (*)(id, selector, selector), receiver, "respondsToSelector:", objc_selector(name)) != 0;
}

id objc_make_class(const char *name, const struct objc_method *methods, unsigned count) {
    id class = runtime.allocate_class(objc_class("NSObject"), name, 0);
    for (unsigned i = 0; i < count; i++) {
        runtime.add_method(class, objc_selector(methods[i].name), methods[i].function, methods[i].types);
    }
    runtime.register_class(class);
    return class;
}

void *objc_pool_open(void) { return runtime.pool_push(); }

void objc_pool_close(void *pool) { runtime.pool_pop(pool); }
