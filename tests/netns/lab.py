"""Three network namespaces in a row, client - nat - server: a real NAT to test with. Needs root.

Nothing leaves them, and nothing is left of them after stop(). What runs inside is started by the
tests, with command() before it or from a socket of socket().
"""

import contextlib
import ctypes
import itertools
import os
import pathlib
import re
import socket
import struct
import subprocess
import threading
import time

from kamailio import Kamailio
from support import SippingCase

CLIENT, NAT_INSIDE, NAT_OUTSIDE, SERVER = "10.84.1.2", "10.84.1.1", "10.84.2.1", "10.84.2.2"
SECOND_OUTSIDE = "10.84.2.3"  # also the NAT's, for public addresses that change
CLONE_NEWNET = 0x40000000

_numbers = itertools.count()


def run(*command, text=None):
    """A command that must succeed; its output."""
    done = subprocess.run(command, input=text, capture_output=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


@contextlib.contextmanager
def inside(name):
    """This thread, for a moment, in the namespace: sockets opened there stay there."""
    libc = ctypes.CDLL(None, use_errno=True)

    def enter(namespace):
        if libc.setns(namespace, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns {name}")

    own = os.open(f"/proc/self/task/{threading.get_native_id()}/ns/net", os.O_RDONLY)
    other = os.open(f"/run/netns/{name}", os.O_RDONLY)
    try:
        enter(other)
        try:
            yield
        finally:
            enter(own)
    finally:
        os.close(own)
        os.close(other)


class Lab:
    def __init__(self):
        tag = f"sipping-{os.getpid()}-{next(_numbers)}"
        self.client, self.nat, self.server = (f"{tag}-{place}" for place in
                                              ("client", "nat", "server"))
        self.made = []

    @staticmethod
    def _ip(name, *arguments):
        run(*Lab.command(name), "ip", *arguments)

    def start(self):
        if os.geteuid() != 0:
            raise AssertionError("network namespaces need root")
        for name in (self.client, self.nat, self.server):
            run("ip", "netns", "add", name)
            self.made.append(name)
            self._ip(name, "link", "set", "lo", "up")
        self._join(self.client, "client0", CLIENT, "inside0", NAT_INSIDE)
        self._join(self.server, "server0", SERVER, "outside0", NAT_OUTSIDE)
        self._ip(self.nat, "address", "add", f"{SECOND_OUTSIDE}/24", "dev", "outside0")
        self.set(self.nat, "net/ipv4/ip_forward", 1)
        return self

    def _join(self, name, device, address, nat_device, nat_address):
        self._ip(name, "link", "add", device, "type", "veth",
                 "peer", "name", nat_device, "netns", self.nat)
        for where, what, own in ((name, device, address), (self.nat, nat_device, nat_address)):
            self._ip(where, "address", "add", f"{own}/24", "dev", what)
            self._ip(where, "link", "set", what, "up")
        self._ip(name, "route", "add", "default", "via", nat_address)

    def stop(self):
        while self.made:
            subprocess.run(["ip", "netns", "delete", self.made.pop()], check=False)

    # Inside a namespace

    @staticmethod
    def command(name):
        """What to put before a command that is to run in there; the pid stays the command's. Not
        `ip netns exec`, which remounts / and so fails in a plain chroot."""
        return ["nsenter", f"--net=/run/netns/{name}"]

    @staticmethod
    def socket(name, family=socket.AF_INET, kind=socket.SOCK_DGRAM):
        with inside(name):
            return socket.socket(family, kind)

    @staticmethod
    def set(name, setting, value):
        """A sysctl: "net/ipv4/ip_local_port_range"."""
        with inside(name):
            pathlib.Path("/proc/sys", setting).write_text(f"{value}\n", encoding="utf-8")

    @staticmethod
    def get(name, setting):
        with inside(name):
            return pathlib.Path("/proc/sys", setting).read_text(encoding="utf-8").strip()

    def port_range(self, low, high, name=None):
        """The ports the kernel gives out, in the client's namespace or another one."""
        self.set(name or self.client, "net/ipv4/ip_local_port_range", f"{low} {high}")

    # The NAT

    def _rule(self, what):
        self.no_nat()
        run(*self.command(self.nat), "nft", "-f", "-", text=f"""
            table ip lab {{
                chain out {{
                    type nat hook postrouting priority srcnat;
                    oifname "outside0" meta l4proto udp {what}
                }}
            }}""")

    def no_nat(self):
        """Plain routing. Mappings that are there are forgotten."""
        run(*self.command(self.nat), "nft", "flush", "ruleset")
        self.flush()

    def nat_to(self, low, high):
        """All UDP of the client leaves from these ports of the NAT's own address."""
        self._rule(f"masquerade to :{low}-{high}")

    def masquerade_to_addresses(self, low=20000, high=29999):
        """Two public addresses, in turn: a NAT pool, or a line that changes its address."""
        self._rule("snat to numgen inc mod 2 map "
                   f"{{ 0 : {NAT_OUTSIDE}, 1 : {SECOND_OUTSIDE} }} : {low}-{high}")

    def mapping_time(self, seconds):
        """How long the NAT remembers a port: 30 s unless told otherwise."""
        for kind in ("udp_timeout", "udp_timeout_stream"):
            self.set(self.nat, f"net/netfilter/nf_conntrack_{kind}", seconds)

    def mappings(self):
        return int(self.get(self.nat, "net/netfilter/nf_conntrack_count"))

    def flush(self):
        """Forgets all mappings, as `conntrack -F` does: a delete that names none (ctnetlink)."""
        kind = 1 << 8 | 2  # NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE
        request = struct.pack("=IHHIIBBH", 20, kind, 5, 1, 0, socket.AF_INET, 0, 0)
        with inside(self.nat):
            netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)  # NETLINK_NETFILTER
        with netlink:
            netlink.send(request)
            error = struct.unpack_from("=i", netlink.recv(4096), 16)[0]  # behind nlmsghdr
        if error != 0:
            raise AssertionError(f"conntrack table not flushed: {os.strerror(-error)}")


class LabCase(SippingCase):
    """A test with a lab of its own, which is gone when it ends."""

    def setUp(self):
        super().setUp()
        self.lab = Lab()
        self.addCleanup(self.lab.stop)
        self.lab.start()

    def in_client(self, *arguments, **how):
        """Starts sipping at the client's end."""
        return self.start(*arguments, wrapper=self.lab.command(self.lab.client), **how)

    def far_end(self, *arguments, port=5060):
        """`sipping respond` at the server's end, which answers already."""
        run_there = self.start("respond", "-q", "--bind", SERVER, "-p", port, *arguments,
                               wrapper=self.lab.command(self.lab.server))
        deadline = time.monotonic() + 10
        while not re.search("^Answering ", run_there.out_so_far(), re.MULTILINE):
            if run_there.process.poll() is not None or time.monotonic() > deadline:
                self.fail(str(run_there.wait(1)))
            time.sleep(0.02)
        return run_there

    def kamailio(self, pike=None, port=5060):
        """Kamailio at the server's end."""
        kamailio = Kamailio(self.folder, SERVER, port, self.lab.command(self.lab.server),
                            lambda family: self.lab.socket(self.lab.server, family), pike)
        self.addCleanup(kamailio.stop)
        return kamailio.start()
