/* GTK 3 and WebKitGTK, looked up when the program runs: it starts without them and then takes a browser instead. */
#ifndef WEBKIT_H
#define WEBKIT_H

#include <stdbool.h>
#include <stdint.h>

/* All objects of the libraries are opaque here. */
typedef void object;
typedef void (*callback)(void);
typedef void destroy_notify(void *data);
typedef int gboolean;

struct gdk_rectangle {
    int x, y, width, height;
};

/* result, name, parameters: as the libraries' documentation declares them */
#define WEBKIT_FUNCTIONS(F)                                                                                            \
    F(gboolean, gtk_init_check, (int *, char ***))                                                                     \
    F(void, gtk_main, (void))                                                                                          \
    F(void, gtk_main_quit, (void))                                                                                     \
    F(object *, gtk_window_new, (int))                                                                                 \
    F(void, gtk_window_set_title, (object *, const char *))                                                            \
    F(void, gtk_window_set_default_size, (object *, int, int))                                                         \
    F(void, gtk_window_set_resizable, (object *, gboolean))                                                            \
    F(void, gtk_window_set_decorated, (object *, gboolean))                                                            \
    F(void, gtk_window_set_icon, (object *, object *))                                                                 \
    F(void, gtk_window_get_position, (object *, int *, int *))                                                         \
    F(void, gtk_window_get_size, (object *, int *, int *))                                                             \
    F(gboolean, gtk_window_is_maximized, (object *))                                                                   \
    F(void, gtk_window_move, (object *, int, int))                                                                     \
    F(void, gtk_window_resize, (object *, int, int))                                                                   \
    F(void, gtk_window_maximize, (object *))                                                                           \
    F(void, gtk_window_fullscreen, (object *))                                                                         \
    F(void, gtk_window_unfullscreen, (object *))                                                                       \
    F(void, gtk_window_present_with_time, (object *, uint32_t))                                                        \
    F(void, gtk_window_close, (object *))                                                                              \
    F(void, gtk_container_add, (object *, object *))                                                                   \
    F(void, gtk_widget_show_all, (object *))                                                                           \
    F(void, gtk_widget_grab_focus, (object *))                                                                         \
    F(void, gtk_widget_destroy, (object *))                                                                            \
    F(void, gtk_widget_set_size_request, (object *, int, int))                                                         \
    F(int, gtk_widget_get_allocated_width, (object *))                                                                 \
    F(void, gtk_widget_draw, (object *, object *))                                                                     \
    F(object *, cairo_image_surface_create, (int, int, int))                                                           \
    F(object *, cairo_create, (object *))                                                                              \
    F(void, cairo_surface_flush, (object *))                                                                           \
    F(unsigned char *, cairo_image_surface_get_data, (object *))                                                       \
    F(int, cairo_image_surface_get_stride, (object *))                                                                 \
    F(void, cairo_destroy, (object *))                                                                                 \
    F(void, cairo_surface_destroy, (object *))                                                                         \
    F(gboolean, gtk_show_uri_on_window, (object *, const char *, uint32_t, object **))                                 \
    F(gboolean, gdk_event_get_keyval, (const object *, unsigned *))                                                    \
    F(gboolean, gdk_event_get_state, (const object *, unsigned *))                                                     \
    F(object *, gdk_display_get_default, (void))                                                                       \
    F(int, gdk_display_get_n_monitors, (object *))                                                                     \
    F(object *, gdk_display_get_monitor, (object *, int))                                                              \
    F(void, gdk_monitor_get_workarea, (object *, struct gdk_rectangle *))                                              \
    F(unsigned, gdk_window_get_state, (object *))                                                                      \
    F(object *, gtk_widget_get_window, (object *))                                                                     \
    F(void, gdk_set_program_class, (const char *))                                                                     \
    F(object *, gdk_pixbuf_new_from_stream, (object *, object *, object **))                                           \
    F(void, g_set_prgname, (const char *))                                                                             \
    F(void, g_object_unref, (object *))                                                                                \
    F(void, g_object_set, (object *, const char *, ...))                                                               \
    F(unsigned long, g_signal_connect_data, (object *, const char *, callback, void *, destroy_notify *, int))         \
    F(gboolean, g_type_check_instance_is_a, (object *, unsigned long))                                                 \
    F(unsigned, g_unix_signal_add, (int, gboolean (*)(void *), void *))                                                \
    F(unsigned, g_timeout_add_seconds, (unsigned, gboolean (*)(void *), void *))                                       \
    F(object *, g_memory_input_stream_new_from_data, (const void *, intptr_t, destroy_notify *))                       \
    F(object *, soup_message_headers_new, (int))                                                                       \
    F(void, soup_message_headers_append, (object *, const char *, const char *))                                       \
    F(const char *, soup_message_headers_get_one, (object *, const char *))                                            \
    F(object *, webkit_website_data_manager_new, (const char *, ...))                                                  \
    F(object *, webkit_web_context_new_with_website_data_manager, (object *))                                          \
    F(object *, webkit_web_context_new_ephemeral, (void))                                                              \
    F(void, webkit_web_context_register_uri_scheme,                                                                    \
      (object *, const char *, void (*)(object *, void *), void *, destroy_notify *))                                  \
    F(object *, webkit_web_context_get_security_manager, (object *))                                                   \
    F(void, webkit_security_manager_register_uri_scheme_as_secure, (object *, const char *))                           \
    F(void, webkit_security_manager_register_uri_scheme_as_cors_enabled, (object *, const char *))                     \
    F(object *, webkit_web_view_new_with_context, (object *))                                                          \
    F(object *, webkit_web_view_new_with_related_view, (object *))                                                     \
    F(object *, webkit_web_view_get_window_properties, (object *))                                                     \
    F(void, webkit_window_properties_get_geometry, (object *, struct gdk_rectangle *))                                 \
    F(const char *, webkit_web_view_get_uri, (object *))                                                               \
    F(void, webkit_web_view_try_close, (object *))                                                                     \
    F(object *, webkit_web_view_get_settings, (object *))                                                              \
    F(void, webkit_web_view_load_uri, (object *, const char *))                                                        \
    F(void, webkit_web_view_load_html, (object *, const char *, const char *))                                         \
    F(const char *, webkit_web_view_get_title, (object *))                                                             \
    F(unsigned, webkit_get_minor_version, (void))                                                                      \
    F(unsigned, webkit_get_micro_version, (void))                                                                      \
    F(const char *, webkit_uri_scheme_request_get_uri, (object *))                                                     \
    F(const char *, webkit_uri_scheme_request_get_http_method, (object *))                                             \
    F(object *, webkit_uri_scheme_request_get_http_headers, (object *))                                                \
    F(void, webkit_uri_scheme_request_finish_with_response, (object *, object *))                                      \
    F(object *, webkit_uri_scheme_response_new, (object *, int64_t))                                                   \
    F(void, webkit_uri_scheme_response_set_status, (object *, unsigned, const char *))                                 \
    F(void, webkit_uri_scheme_response_set_content_type, (object *, const char *))                                     \
    F(void, webkit_uri_scheme_response_set_http_headers, (object *, object *))                                         \
    F(object *, webkit_navigation_policy_decision_get_navigation_action, (object *))                                   \
    F(object *, webkit_navigation_action_get_request, (object *))                                                      \
    F(int, webkit_navigation_action_get_navigation_type, (object *))                                                   \
    F(object *, webkit_response_policy_decision_get_request, (object *))                                               \
    F(gboolean, webkit_response_policy_decision_is_main_frame_main_resource, (object *))                               \
    F(const char *, webkit_uri_request_get_uri, (object *))                                                            \
    F(void, webkit_policy_decision_ignore, (object *))                                                                 \
    F(void, webkit_policy_decision_use_with_policies, (object *, object *))                                            \
    F(object *, webkit_website_policies_new_with_policies, (const char *, ...))                                        \
    F(unsigned long, webkit_pointer_lock_permission_request_get_type, (void))                                          \
    F(void, webkit_permission_request_allow, (object *))                                                               \
    F(void, webkit_permission_request_deny, (object *))

/* The members are called like the functions: webkit.gtk_main(). */
struct webkit {
#define MEMBER(result, name, parameters) result(*name) parameters;
    WEBKIT_FUNCTIONS(MEMBER)
#undef MEMBER
};

extern struct webkit webkit;

/* Loads the libraries (WebKitGTK 4.1, else 4.0; 2.40 or newer) and looks everything up. False when that fails, and the
 * log says why. */
bool webkit_load(void);

/* Calls handler, with context as its last argument, whenever instance gives the signal. */
void webkit_connect(object *instance, const char *signal, callback handler, void *context);

#endif
