"""A real Kamailio for tests: `sl` answers OPTIONS with 200, statelessly; on request `pike` bans
who asks too often, by silence."""

import pathlib
import shutil
import socket
import subprocess
import time

CONFIG = """#!KAMAILIO
debug=0
log_stderror=yes
fork=yes
children=2
disable_tcp=yes
auto_aliases=no
dns=no
rev_dns=no
listen=udp:{address}:{port}
{modules}
loadmodule "sl.so"
loadmodule "pv.so"
{pike_module}
request_route {{
    {pike_check}
    if (method == "OPTIONS") {{
        sl_send_reply("200", "Kamailio is alive");
        exit;
    }}
    sl_send_reply("501", "Not here");
}}
"""

PIKE = """loadmodule "pike.so"
modparam("pike", "sampling_time_unit", {unit})
modparam("pike", "reqs_density_per_unit", {density})
modparam("pike", "remove_latency", {latency})
modparam("pike", "pike_log_level", -1)
"""

READY = (b"OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1;rport\r\nFrom: <sip:a>;tag=1"
         b"\r\nTo: <sip:b>\r\nCall-ID: ready\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 1\r\n"
         b"Content-Length: 0\r\n\r\n")


def pike(density, unit=2, latency=4):
    """For Kamailio(pike=...): more than `density` requests of one address in `unit` seconds are a
    flood (of an address not seen before up to three times as many); the ban ends with the first
    `unit` that had fewer. An address is forgotten after `latency` seconds of silence."""
    return {"density": density, "unit": unit, "latency": latency}


class Kamailio:
    """Start it with start(), end it with stop(). `prefix` runs it in a network namespace, where
    `open_socket(family)` must open the socket that asks whether it is up."""

    def __init__(self, folder, address, port, prefix=(), open_socket=None, pike=None):
        self.folder = pathlib.Path(folder) / f"kamailio-{port}"
        self.address, self.port, self.prefix, self.pike = address, port, list(prefix), pike
        self.open_socket = open_socket or (lambda family: socket.socket(family, socket.SOCK_DGRAM))
        self.log = self.process = None

    def start(self):
        program = shutil.which("kamailio") or shutil.which("kamailio", path="/usr/sbin")
        if program is None:
            raise AssertionError("kamailio is not installed: apt-get install kamailio")
        self.folder.mkdir()
        config = self.folder / "kamailio.cfg"
        config.write_text(self.config())
        self.log = open(self.folder / "log", "w+", encoding="utf-8")
        folder = str(self.folder)
        self.process = subprocess.Popen(
            [*self.prefix, program, "-f", str(config), "-DD", "-E", "-Y", folder, "-w", folder,
             "-P", str(self.folder / "pid"), "-m", "16", "-M", "4"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.wait_until_it_answers()
        return self

    def config(self):
        found = sorted(pathlib.Path("/usr/lib").glob("*/kamailio/modules"))
        return CONFIG.format(
            address=f"[{self.address}]" if ":" in self.address else self.address, port=self.port,
            modules=f'mpath="{found[0]}/"' if found else "",
            pike_module=PIKE.format(**self.pike) if self.pike else "",
            pike_check="if (!pike_check_req()) exit;" if self.pike else "")

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.log is not None:
            self.log.close()

    def wait_until_it_answers(self):
        """Asks with a request of our own until the first answer."""
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        deadline = time.monotonic() + 15
        with self.open_socket(family) as client:
            client.settimeout(0.2)
            while time.monotonic() < deadline and self.process.poll() is None:
                client.sendto(READY, (self.address, self.port))
                try:
                    if client.recv(4096).startswith(b"SIP/2.0 200"):
                        return
                except (TimeoutError, ConnectionRefusedError):
                    time.sleep(0.05)
        text = (self.folder / "log").read_text()
        raise AssertionError(f"kamailio did not start (exit {self.process.poll()}):\n{text}")
