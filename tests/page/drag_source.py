"""A window with a folder in it, as a file manager shows one: it can be dragged to other windows.

``python drag_source.py FOLDER TITLE``. GTK is there where Firefox is.
"""

from __future__ import annotations

import sys
from ctypes import CDLL, CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_int, c_uint, c_void_p
from pathlib import Path
from typing import Final

BUTTON_1: Final = 1 << 8  # GDK_BUTTON1_MASK
COPY: Final = 1 << 1  # GDK_ACTION_COPY
SIZE: Final = (160, 60)  # pixels
DragDataGet = CFUNCTYPE(None, c_void_p, c_void_p, c_void_p, c_uint, c_uint, c_void_p)


class TargetEntry(Structure):
    """``GtkTargetEntry``: a kind of data that is offered."""

    _fields_ = (("target", c_char_p), ("flags", c_uint), ("info", c_uint))


def show(folder: Path, title: str) -> None:
    """Show the window until the process is ended."""
    gtk, gobject = CDLL("libgtk-3.so.0"), CDLL("libgobject-2.0.so.0")
    for function in (gtk.gtk_window_new, gtk.gtk_event_box_new, gtk.gtk_label_new):
        function.restype = c_void_p
    gtk.gtk_drag_source_set.argtypes = (c_void_p, c_int, POINTER(TargetEntry), c_int, c_int)
    gobject.g_signal_connect_data.argtypes = (
        c_void_p,
        c_char_p,
        DragDataGet,
        *[c_void_p] * 2,
        c_int,
    )
    uris = (c_char_p * 2)(folder.as_uri().encode(), None)

    def give(_box: int, _context: int, data: int, _info: int, _time: int, _own: int) -> None:
        gtk.gtk_selection_data_set_uris(c_void_p(data), uris)

    giver = DragDataGet(give)  # GTK keeps no reference
    gtk.gtk_init(None, None)
    window, box = c_void_p(gtk.gtk_window_new(0)), c_void_p(gtk.gtk_event_box_new())
    gtk.gtk_window_set_title(window, title.encode())
    gtk.gtk_window_set_default_size(window, *SIZE)
    gtk.gtk_window_set_keep_above(window, 1)
    gtk.gtk_container_add(window, box)
    gtk.gtk_container_add(box, c_void_p(gtk.gtk_label_new(folder.name.encode())))
    offered = TargetEntry(b"text/uri-list", 0, 0)
    gtk.gtk_drag_source_set(box, BUTTON_1, byref(offered), 1, COPY)
    gobject.g_signal_connect_data(box, b"drag-data-get", giver, None, None, 0)
    gtk.gtk_widget_show_all(window)
    gtk.gtk_main()


if __name__ == "__main__":
    show(Path(sys.argv[1]), sys.argv[2])
