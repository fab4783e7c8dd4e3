"""A real sipp UAS on loopback that answers OPTIONS with 200."""

import shutil
import subprocess
import time
import unittest

from support import SippingCase

SCENARIO = """<?xml version="1.0" encoding="us-ascii"?>
<scenario name="answers OPTIONS">
  <recv request="OPTIONS"/>
  <send><![CDATA[

SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Allow: OPTIONS
Content-Length: 0

  ]]></send>
</scenario>
"""


def bound_udp_ports():
    """Ports of all bound IPv4 UDP sockets, from /proc/net/udp."""
    with open("/proc/net/udp", encoding="ascii") as table:
        return {int(line.split()[1].split(":")[1], 16) for line in list(table)[1:]}


class Sipp(SippingCase):
    def sipp(self):
        program = shutil.which("sipp")
        self.assertIsNotNone(program, "sipp is not installed: apt-get install sip-tester")
        folder = self.folder / "sipp"
        folder.mkdir()
        (folder / "uas.xml").write_text(SCENARIO)
        port = self.free_port()
        log = open(folder / "log", "w+", encoding="utf-8", errors="replace")
        self.addCleanup(log.close)
        process = subprocess.Popen(
            [program, "-sf", "uas.xml", "-i", "127.0.0.1", "-p", str(port), "-nostdin",
             "-timeout", "60s"], cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        deadline = time.monotonic() + 10
        while port not in bound_udp_ports():
            if process.poll() is not None or time.monotonic() > deadline:
                log.seek(0)
                self.fail(f"sipp did not start (exit {process.poll()}):\n{log.read()}")
            time.sleep(0.05)
        return port

    def test_twenty_probes(self):
        port = self.sipp()
        for io in ("uring", "epoll"):
            with self.subTest(io=io):
                log = f"{io}.csv"
                run = self.sipping(f"127.0.0.1:{port}", "-c", "20", "-I", "50", "-w", log,
                                   "--io", io)
                rows = self.rows(self.folder / log)
                self.check_books(rows)
                kinds = self.count_kinds(rows)
                kinds.pop("gap", None)
                self.assertEqual(kinds, {"reply": 20}, run)
                for row in rows:
                    if row["kind"] == "reply":
                        self.assertEqual((row["response"], row["detail"]), ("SIP/2.0 200 OK", ""))


if __name__ == "__main__":
    unittest.main()
