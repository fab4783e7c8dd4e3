"""Where `tools/bench speed` sends to: a responder of ours on 127.0.0.1, or, so that the sender is
the bottleneck, an XDP program at the far end of a veth pair (peers/far_end.bpf.c). Each place
counts the answers it made, which the books of a run are held against."""
import os
import pathlib
import re
import shutil
import socket
import threading

import harness
import namespaces

FAR_END = pathlib.Path(__file__).resolve().parent / "peers" / "far_end.bpf.c"
SIP_PORT = 5060  # the XDP program answers there


class Loopback:
    """A fresh responder for each run, so that its totals are those of the run."""

    def __init__(self):
        self.port = harness.free_port()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def run(self, program, job):
        job.host, job.port = "127.0.0.1", self.port
        with harness.Responder(self.port) as responder:
            outcome = program(job)
        found = re.search(r"received (\d+) answered (\d+)", responder.last_words)
        if not found:
            raise harness.Failure(f"the responder's last words were: {responder.last_words}")
        outcome.made = int(found.group(2))
        return outcome


class Wire:
    """Two namespaces; what the near end sends is turned round within the driver."""

    def __init__(self, folder):
        self.compiled = pathlib.Path(folder) / "far_end.o"
        self.pair = namespaces.Pair()

    @staticmethod
    def missing():
        """Why this place cannot be had, or None."""
        if os.geteuid() != 0:
            return "network namespaces and XDP need root"
        for command in ("ip", "ethtool", "clang"):
            if shutil.which(command) is None:
                return f"{command} is not installed (bench/README.md names the packages)"
        if not pathlib.Path("/usr/include/bpf/bpf_helpers.h").exists():
            return "libbpf-dev is not installed"
        return None

    def __enter__(self):
        # Types of the kernel's headers come from the host's folder, which -target bpf leaves out.
        host = harness.run_quietly(["clang", "-print-multiarch"]).strip()
        harness.run_quietly(["clang", "-O2", "-target", "bpf", f"-I/usr/include/{host}", "-Wall",
                             "-c", str(FAR_END), "-o", str(self.compiled)])
        self.pair.__enter__()
        try:
            # Only what is measured shall be on the wire: no neighbour discovery, no ARP.
            for name, device in self.ends():
                namespaces.ip("-n", name, "link", "set", device, "addrgenmode", "none")
                namespaces.ip("-n", name, "address", "flush", "dev", device, "scope", "link")
            far = harness.run_quietly(["ip", "-n", self.pair.far, "-brief", "link", "show",
                                       "far0"]).split()[2]
            namespaces.ip("-n", self.pair.near, "neighbour", "replace", namespaces.FAR_ADDRESS,
                          "lladdr", far, "dev", "near0", "nud", "permanent")
            for (name, device), section in zip(self.ends(), ("near", "far")):
                namespaces.ip("-n", name, "link", "set", "dev", device, "xdpdrv", "obj",
                              str(self.compiled), "sec", section)
        except BaseException:
            self.pair.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.pair.__exit__()

    def ends(self):
        return (self.pair.near, "near0"), (self.pair.far, "far0")

    def made(self):
        text = harness.run_quietly([*self.pair.in_far(), "ethtool", "-S", "far0"])
        return sum(map(int, re.findall(r"rx_queue_\d+_xdp_tx: (\d+)", text)))

    def run(self, program, job):
        job.host, job.port = namespaces.FAR_ADDRESS, SIP_PORT
        job.prefix = tuple(self.pair.in_near())
        before = self.made()
        outcome = program(job)
        outcome.made = self.made() - before
        return outcome


def first_request(program, job):
    """What `program` sends when it is to send one request, which is answered so that it ends, and
    the CPU seconds of that run: what its start and end cost."""
    seen = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far:
        far.bind(("127.0.0.1", 0))
        far.settimeout(10)

        def answer_first():
            request, sender = far.recvfrom(65535)
            seen.append(request)
            far.sendto(b"SIP/2.0 200 OK" + request[request.index(b"\r\n"):], sender)

        job.host, job.port, job.count = "127.0.0.1", far.getsockname()[1], 1
        helper = threading.Thread(target=answer_first, daemon=True)
        helper.start()
        outcome = program(job)
        helper.join(timeout=10)
    if not seen:
        raise harness.Failure("a program sent no request at all")
    return seen[0], outcome.run.cpu_s
