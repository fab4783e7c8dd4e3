"""A real Kamailio on loopback: `sl` answers OPTIONS with 200, statelessly."""

import pathlib
import re
import shutil
import socket
import subprocess
import time
import unittest

from support import SippingCase

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
request_route {{
    if (method == "OPTIONS") {{
        sl_send_reply("200", "Kamailio is alive");
        exit;
    }}
    sl_send_reply("501", "Not here");
}}
"""


class Kamailio(SippingCase):
    def kamailio(self, address="127.0.0.1"):
        program = shutil.which("kamailio") or shutil.which("kamailio", path="/usr/sbin")
        self.assertIsNotNone(program, "kamailio is not installed: apt-get install kamailio")
        port = self.free_port(address)
        folder = self.folder / "kamailio"
        folder.mkdir()
        config = folder / "kamailio.cfg"
        found = sorted(pathlib.Path("/usr/lib").glob("*/kamailio/modules"))
        modules = f'mpath="{found[0]}/"' if found else ""
        host = f"[{address}]" if ":" in address else address
        config.write_text(CONFIG.format(address=host, port=port, modules=modules))
        log = open(folder / "log", "w+", encoding="utf-8")
        self.addCleanup(log.close)
        process = subprocess.Popen(
            [program, "-f", str(config), "-DD", "-E", "-Y", str(folder), "-w", str(folder),
             "-P", str(folder / "pid"), "-m", "16", "-M", "4"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(self.end, process)
        self.wait_until_it_answers(process, address, port, folder / "log")
        return port

    @staticmethod
    def end(process):
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def wait_until_it_answers(self, process, address, port, log):
        """Asks with a request of our own until the first answer."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        deadline = time.monotonic() + 15
        with socket.socket(family, socket.SOCK_DGRAM) as client:
            client.settimeout(0.2)
            while time.monotonic() < deadline and process.poll() is None:
                client.sendto(b"OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1;rport"
                              b"\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\nCall-ID: ready\r\n"
                              b"CSeq: 1 OPTIONS\r\nMax-Forwards: 1\r\nContent-Length: 0\r\n\r\n",
                              (address, port))
                try:
                    if client.recv(4096).startswith(b"SIP/2.0 200"):
                        return
                except (TimeoutError, ConnectionRefusedError):
                    time.sleep(0.05)
        self.fail(f"kamailio did not start (exit {process.poll()}):\n{log.read_text()}")

    def check(self, address, name, *arguments):
        port = self.kamailio(address)
        run = self.sipping(f"{name}:{port}", "-c", "20", "-I", "50", *arguments)
        rows = self.rows(self.folder / f"sipping-logs/{address}_{port}.csv")
        self.check_books(rows)
        kinds = self.count_kinds(rows)
        kinds.pop("gap", None)
        self.assertEqual(kinds, {"reply": 20}, run)
        for row in rows:
            if row["kind"] == "reply":
                self.assertEqual(row["response"], "SIP/2.0 200 Kamailio is alive")
                self.assertEqual((row["host"], row["detail"]), (address, ""))
                self.assertLess(float(row["latency"]), 200)
        return run

    def test_twenty_probes(self):
        run = self.check("127.0.0.1", "127.0.0.1", "-X")
        raw = re.findall(r"(?m)^(?!< ).*SIP/2\.0 200 Kamailio is alive", run.out)
        self.assertEqual(len(raw), 20, run)

    def test_over_epoll(self):
        self.check("127.0.0.1", "127.0.0.1", "--io", "epoll")

    def test_v6(self):
        self.check("::1", "[::1]")


if __name__ == "__main__":
    unittest.main()
