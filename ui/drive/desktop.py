#!/usr/bin/python3
"""A desktop that writes down what it is asked for, on the bus that it is started on.

    drive/desktop.py notices     org.freedesktop.Notifications: a line of JSON for each notice, and for each that is closed
    drive/desktop.py files       org.freedesktop.FileManager1: a line of JSON with the addresses that it is asked to show
    drive/desktop.py sleep       org.freedesktop.login1.Manager: "sleep" and "wake" on standard input are told to all

On standard input, `notices` takes "act ID KEY" and tells that the act was chosen.
"""

import json
import os
import sys

from gi.repository import Gio, GLib

NOTICES = """<node><interface name='org.freedesktop.Notifications'>
<method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>
<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='as' direction='in'/><arg type='a{sv}' direction='in'/>
<arg type='i' direction='in'/><arg type='u' direction='out'/></method>
<method name='GetCapabilities'><arg type='as' direction='out'/></method>
<method name='CloseNotification'><arg type='u' direction='in'/></method>
<signal name='ActionInvoked'><arg type='u'/><arg type='s'/></signal></interface></node>"""
SLEEP = """<node><interface name='org.freedesktop.login1.Manager'>
<method name='Inhibit'><arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='s' direction='in'/>
<arg type='s' direction='in'/><arg type='h' direction='out'/></method>
<signal name='PrepareForSleep'><arg type='b'/></signal></interface></node>"""

FILES = """<node><interface name='org.freedesktop.FileManager1'>
<method name='ShowItems'><arg type='as' direction='in'/><arg type='s' direction='in'/></method></interface></node>"""


def tell(**what):
    print(json.dumps(what), flush=True)


class Desktop:
    def __init__(self, face, name, place):
        self.last, self.face, self.place = 0, face, place
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        information = Gio.DBusNodeInfo.new_for_xml(face)
        self.interface = information.interfaces[0]
        self.bus.register_object(place, self.interface, self.called, None, None)
        Gio.bus_own_name_on_connection(self.bus, name, Gio.BusNameOwnerFlags.NONE, lambda *_: tell(ready=name), None)
        GLib.io_add_watch(0, GLib.IO_IN | GLib.IO_HUP, self.ordered)

    def called(self, bus, sender, path, face, method, arguments, call):
        given = arguments.unpack()
        if method == "Notify":
            self.last = given[1] or self.last + 1
            tell(id=self.last, title=given[3], body=given[4], acts=given[5])
            call.return_value(GLib.Variant("(u)", (self.last,)))
        elif method == "GetCapabilities":
            call.return_value(GLib.Variant("(as)", (["body", "body-markup", "actions"],)))
        elif method == "CloseNotification":
            tell(closed=given[0])
            call.return_value(None)
        elif method == "ShowItems":
            tell(shows=given[0])
            call.return_value(None)
        elif method == "Inhibit":
            tell(inhibits=given[0], mode=given[3])
            held = Gio.UnixFDList.new_from_array([os.open("/dev/null", os.O_RDONLY)])
            call.return_value_with_unix_fd_list(GLib.Variant("(h)", (0,)), held)

    def ordered(self, *_):
        words = sys.stdin.readline().split()
        if not words:
            GLib.MainLoop.quit(LOOP)
            return False
        if words[0] == "act":
            self.signal("ActionInvoked", GLib.Variant("(us)", (int(words[1]), words[2])))
        else:
            self.signal("PrepareForSleep", GLib.Variant("(b)", (words[0] == "sleep",)))
        return True

    def signal(self, name, what):
        self.bus.emit_signal(None, self.place, self.interface.name, name, what)


LOOP = GLib.MainLoop()
if sys.argv[1] == "notices":
    DESKTOP = Desktop(NOTICES, "org.freedesktop.Notifications", "/org/freedesktop/Notifications")
elif sys.argv[1] == "files":
    DESKTOP = Desktop(FILES, "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1")
else:
    DESKTOP = Desktop(SLEEP, "org.freedesktop.login1", "/org/freedesktop/login1")
LOOP.run()
