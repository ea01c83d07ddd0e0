#include "menu.h"

#include <stdio.h>

enum { OPTION = 1 << 19, COMMAND = 1 << 20, CONTROL = 1 << 18, NO_MODIFIER = 0 };

static id add_menu(id bar, const char *title) {
    id item = objc_new("NSMenuItem");
    id menu = send_id(send(objc_class("NSMenu"), "alloc"), "initWithTitle:", objc_string(title));
    send_id(item, "setSubmenu:", menu);
    send_id(bar, "addItem:", item);
    return menu;
}

/* The action goes along the responder chain: to the view, the window, the application. */
static void add_item(id menu, const char *title, const char *action, const char *key, long modifiers) {
    id item = SEND(id(*)(id, selector, id, selector, id), menu, "addItemWithTitle:action:keyEquivalent:",
                   objc_string(title), objc_selector(action), objc_string(key));
    send_long(item, "setKeyEquivalentModifierMask:", modifiers);
}

void menu_make(id application, const char *title) {
    static const char F11[] = "\xEF\x9C\x8E"; /* U+F70E, AppKit's NSF11FunctionKey */
    char quit[300];
    id bar = objc_new("NSMenu");
    snprintf(quit, sizeof quit, "Quit %s", title);

    id own = add_menu(bar, title);
    add_item(own, "Hide", "hide:", "h", COMMAND);
    add_item(own, quit, "terminate:", "q", COMMAND);

    id edit = add_menu(bar, "Edit");
    add_item(edit, "Undo", "undo:", "z", COMMAND);
    add_item(edit, "Cut", "cut:", "x", COMMAND);
    add_item(edit, "Copy", "copy:", "c", COMMAND);
    add_item(edit, "Paste", "paste:", "v", COMMAND);
    add_item(edit, "Select All", "selectAll:", "a", COMMAND);

    id window = add_menu(bar, "Window");
    add_item(window, "Close", "performClose:", "w", COMMAND);
    add_item(window, "Minimize", "performMiniaturize:", "m", COMMAND);
    add_item(window, "Full Screen", "toggleFullScreen:", "f", CONTROL | COMMAND);
    add_item(window, "Full Screen (F11)", "toggleFullScreen:", F11, NO_MODIFIER);
    add_item(window, "Full Screen (Alt-Enter)", "toggleFullScreen:", "\r", OPTION);

    send_id(application, "setMainMenu:", bar);
}
