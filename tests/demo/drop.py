# SPDX-License-Identifier: Apache-2.0
"""Drops files on a window as a file manager does: the source's side of the XDND protocol, version 5."""
import ctypes
import pathlib
import time

x = ctypes.CDLL("libX11.so.6")
x.XOpenDisplay.restype = ctypes.c_void_p
for function in ("XDefaultRootWindow", "XInternAtom", "XCreateSimpleWindow"):
    getattr(x, function).restype = ctypes.c_ulong
CLIENT_MESSAGE, SELECTION_NOTIFY, SELECTION_REQUEST = 33, 31, 30


class ClientMessage(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int), ("display", ctypes.c_void_p),
                ("window", ctypes.c_ulong), ("message_type", ctypes.c_ulong), ("format", ctypes.c_int), ("data", ctypes.c_long * 5)]


class SelectionRequest(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int), ("display", ctypes.c_void_p),
                ("owner", ctypes.c_ulong), ("requestor", ctypes.c_ulong), ("selection", ctypes.c_ulong),
                ("target", ctypes.c_ulong), ("property", ctypes.c_ulong), ("time", ctypes.c_ulong)]


class SelectionNotify(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int), ("display", ctypes.c_void_p),
                ("requestor", ctypes.c_ulong), ("selection", ctypes.c_ulong), ("target", ctypes.c_ulong),
                ("property", ctypes.c_ulong), ("time", ctypes.c_ulong)]


class Event(ctypes.Union):
    _fields_ = [("type", ctypes.c_int), ("client", ClientMessage), ("request", SelectionRequest), ("notify", SelectionNotify),
                ("pad", ctypes.c_long * 24)]


class Source:
    def __init__(self, name, target):
        self.display = ctypes.c_void_p(x.XOpenDisplay(name.encode()))
        self.target = ctypes.c_ulong(target)
        root = ctypes.c_ulong(x.XDefaultRootWindow(self.display))
        self.window = ctypes.c_ulong(x.XCreateSimpleWindow(self.display, root, 0, 0, 1, 1, 0, ctypes.c_ulong(0), ctypes.c_ulong(0)))
        x.XSetSelectionOwner(self.display, self.atom("XdndSelection"), self.window, ctypes.c_ulong(0))

    def atom(self, name):
        return ctypes.c_ulong(x.XInternAtom(self.display, name.encode(), 0))

    def send(self, message, *data):
        event = Event()
        event.client = ClientMessage(CLIENT_MESSAGE, 0, 1, self.display, self.target, self.atom(message), 32,
                                     (ctypes.c_long * 5)(self.window.value, *data))
        x.XSendEvent(self.display, self.target, 0, ctypes.c_long(0), ctypes.byref(event))
        x.XFlush(self.display)

    def answer(self, request, data):
        """The dropped files, to whom asks for them."""
        x.XChangeProperty(self.display, ctypes.c_ulong(request.requestor), ctypes.c_ulong(request.property),
                          ctypes.c_ulong(request.target), 8, 0, data, len(data))
        event = Event()
        event.notify = SelectionNotify(SELECTION_NOTIFY, 0, 1, self.display, request.requestor, request.selection, request.target,
                                       request.property, request.time)
        x.XSendEvent(self.display, ctypes.c_ulong(request.requestor), 0, ctypes.c_long(0), ctypes.byref(event))
        x.XFlush(self.display)

    def wait(self, data):
        """The name of the next message of the target's."""
        end, event = time.monotonic() + 60, Event()
        while time.monotonic() < end:
            if not x.XPending(self.display):
                time.sleep(0.01)
                continue
            x.XNextEvent(self.display, ctypes.byref(event))
            if event.type == SELECTION_REQUEST:
                self.answer(event.request, data)
            elif event.type == CLIENT_MESSAGE:
                return event.client.message_type
        raise AssertionError("the window does not answer what is dropped on it")


def drop_files(display, window, paths):
    data = "".join(pathlib.Path(path).as_uri() + "\r\n" for path in paths).encode()
    source = Source(display, window)
    uris, copy = source.atom("text/uri-list").value, source.atom("XdndActionCopy").value
    source.send("XdndEnter", 5 << 24, uris, 0, 0)
    source.send("XdndPosition", 0, 50 << 16 | 50, 0, copy)
    assert source.wait(data) == source.atom("XdndStatus").value
    source.send("XdndDrop", 0, 0, 0, 0)
    assert source.wait(data) == source.atom("XdndFinished").value
    x.XCloseDisplay(source.display)
