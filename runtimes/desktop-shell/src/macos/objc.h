/* Objective-C from C: AppKit and WebKit are reached through the runtime's functions, because no header or library of
 * Apple's frameworks is needed, or present, where the shell is built. */
#ifndef OBJC_H
#define OBJC_H

#include <stdbool.h>

typedef struct objc_object *id;
typedef struct objc_selector *selector;

struct rectangle {
    double x, y, width, height;
};

/* Loads the runtime and the frameworks; false, and the log says why, when that fails. */
bool objc_load(void);

id objc_class(const char *name);
selector objc_selector(const char *name);

/* [receiver name], with no argument, an object, a number (or BOOL), a C string. */
id send(id receiver, const char *name);
id send_id(id receiver, const char *name, id argument);
id send_long(id receiver, const char *name, long argument);

/* A message of any other kind: objc_message cast to the function that the method is. */
extern void (*objc_message)(void);
#define SEND(type, receiver, name, ...) ((type)objc_message)(receiver, objc_selector(name), __VA_ARGS__)

/* [[Class alloc] init] */
id objc_new(const char *class_name);

/* An NSString that belongs to the current pool; its UTF-8. */
id objc_string(const char *text);
const char *objc_text(id string);

bool objc_responds(id receiver, const char *name);

/* A subclass of NSObject with these methods; types as the runtime encodes them ("v@:@"). */
struct objc_method {
    const char *name;
    void (*function)(void);
    const char *types;
};
id objc_make_class(const char *name, const struct objc_method *methods, unsigned count);

/* Objects that are made in between are freed at the end. */
void *objc_pool_open(void);
void objc_pool_close(void *pool);

#endif
