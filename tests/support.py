"""What the Python suites share: running sipping, reading its CSV and table, starting the far end.

The program under test is named by the environment variable SIPPING. Everything a test starts it
ends by pid, and every run happens in a temporary folder of its own.
"""

import contextlib
import csv
import json
import os
import pathlib
import random
import re
import socket
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))
import sip_peer  # noqa: E402

SIPPING = os.environ.get("SIPPING", str(ROOT / "build/src/app/sipping"))


def option(name, default):
    """The number of --NAME=N, which is taken out of the test's own arguments."""
    for argument in sys.argv[1:]:
        if argument.startswith(f"--{name}="):
            sys.argv.remove(argument)
            return int(argument.partition("=")[2])
    return default


def private_mounts(script):
    """A wrapper that runs a command in a mount namespace of its own after the shell `script`."""
    unshare = ["unshare", "--mount"]
    if subprocess.run([*unshare, "true"], capture_output=True).returncode != 0:
        # In a chroot / is no mount point whose propagation could be changed.
        unshare += ["--propagation", "unchanged"]
    return (*unshare, "sh", "-ec", script + '; exec "$@"', "sh")


def with_hosts(text):
    """A wrapper under which names resolve from this hosts file alone: boxes differ in theirs, and
    the smallest has none."""
    return private_mounts(
        "mkdir etc-copy && cp -a /etc/. etc-copy/ && "
        f"printf '{text}' > etc-copy/hosts && echo 'hosts: files' > etc-copy/nsswitch.conf && "
        "mount --bind etc-copy /etc")
def with_dns(server):
    """A wrapper under which names resolve by this DNS server alone (dns_server.DnsServer)."""
    return private_mounts(
        "rm -rf etc-copy && mkdir etc-copy && cp -a /etc/. etc-copy/ && "
        "rm -f etc-copy/resolv.conf && "
        f"echo 'nameserver {server.address}' > etc-copy/resolv.conf && "
        "echo 'hosts: dns' > etc-copy/nsswitch.conf && mount --bind etc-copy /etc")


KEYS = "time,timestamp,host,latency,callid,response,target,source_port,kind,detail".split(",")
CLASSIC_KEYS = KEYS[:6]
ATTEMPTS = {"reply", "provisional", "timeout", "icmp", "send-error", "local", "pending"}
ON_THE_WIRE = ATTEMPTS - {"send-error", "local"}
FURTHER = {"late", "duplicate", "gap", "unread"}
DROPS = {"timeout", "icmp", "send-error", "local", "pending"}
LONG_NAMES = {"-I": "--interval", "-t": "--timeout", "-c": "--count", "-p": "--port"}
ESCAPES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all controls but tab and line feed


def json_rows(text):
    """The rows among --json's lines; what else is there are events."""
    return [one for one in map(json.loads, text.splitlines()) if "event" not in one]


def json_events(text, name=None):
    """The events among --json's lines, or those of this name."""
    events = [one for one in map(json.loads, text.splitlines()) if "event" in one]
    return [one for one in events if name in (None, one["event"])]


class Run:
    """A finished (or running) sipping: exit code, stdout, stderr and the folder it ran in."""

    def __init__(self, arguments, folder, wrapper=(), env=None, stdin=None, stdout=None):
        self.folder = pathlib.Path(folder)
        self.out = self.err = ""
        self.code = None
        variables = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC0",
                     "HOME": str(folder)}
        # Sanitizers and the like are configured through the environment: hand those on.
        variables |= {k: v for k, v in os.environ.items() if k.endswith("_OPTIONS")}
        variables |= env or {}
        self._keep_out = tempfile.TemporaryFile() if stdout is None else stdout
        self._keep_err = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [*wrapper, SIPPING, *map(str, arguments)], cwd=folder, env=variables,
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=self._keep_out, stderr=self._keep_err)
        if stdin is not None:
            # One that has read enough may end before it has taken all.
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.write(stdin.encode())
                self.process.stdin.close()
        self.started = time.monotonic()

    def out_so_far(self):
        self._keep_out.seek(0)
        return self._keep_out.read().decode("utf-8", "replace")

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, timeout=30):
        """Waits for the end; a program that does not end is killed and the test fails."""
        try:
            self.code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"still running after {timeout} s: {self.process.args}") from None
        finally:
            if not isinstance(self._keep_out, int):
                self.out = self.out_so_far()
            self._keep_err.seek(0)
            self.err = self._keep_err.read().decode("utf-8", "replace")
        self.seconds = time.monotonic() - self.started
        return self

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for file in (self._keep_out, self._keep_err):
            if not isinstance(file, int):
                file.close()

    def __str__(self):
        return (f"{' '.join(self.process.args)}\nexit {self.code}\n--- stdout\n{self.out}"
                f"--- stderr\n{self.err}---")


def read_csv(path, keys=None):
    """The rows as dictionaries. The header must be the documented one, every line whole."""
    text = pathlib.Path(path).read_bytes().decode("utf-8")
    if not text.endswith("\n"):
        raise AssertionError(f"{path}: the last line is cut: {text[-80:]!r}")
    lines = list(csv.reader(text.splitlines(), strict=True))
    keys = keys or KEYS
    if lines[0] != keys:
        raise AssertionError(f"{path}: header {lines[0]}")
    for line in lines[1:]:
        if len(line) != len(keys):
            raise AssertionError(f"{path}: {len(line)} columns in {line}")
    return [dict(zip(keys, line)) for line in lines[1:]]


def details(row):
    """detail as a dictionary: 'a=1;b=2' -> {'a': '1', 'b': '2'}."""
    return dict(pair.partition("=")[::2] for pair in row["detail"].split(";") if pair)


def final_table(text):
    """{target: {column: value}} of the last table in `text`.

    Columns are two or more blanks apart. The heading begins with `target`; the table ends at the
    first line that has another number of columns.
    """
    lines = [re.split(r"\s{2,}", line.strip()) for line in text.splitlines()]
    heads = [i for i, cells in enumerate(lines) if cells[0].lower() == "target" and "sent" in cells]
    if not heads:
        raise AssertionError("no final table in:\n" + text)
    head = lines[heads[-1]]
    table = {}
    for cells in lines[heads[-1] + 1:]:
        if len(cells) != len(head):
            break
        table[cells[0]] = dict(zip(head, cells))
    table.pop("total", None)
    return table


class SippingCase(unittest.TestCase):
    """A test with a temporary folder, peers and runs that are gone when it ends."""

    io = ""  # "uring" or "epoll": given to every run with --io

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sipping-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def free_port(self, address="127.0.0.1"):
        """A UDP port nobody has at this moment, below the ephemeral range: a prober of another test
        that runs beside this one opens a thousand ports up there, and answers OPTIONS."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        while True:
            port = random.randrange(20000, 32000)
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                try:
                    probe.bind((address, port))
                except OSError:
                    continue
            return port

    def peer(self, address="127.0.0.1", **behaviour):
        peer = sip_peer.SipPeer(address, **behaviour).start()
        self.addCleanup(peer.stop)
        return peer

    def start(self, *arguments, **how):
        arguments = list(arguments)
        if self.io and "--io" not in arguments:
            arguments += ["--io", self.io]
        run = Run(arguments, self.folder, **how)
        self.addCleanup(run.close)
        return run

    def sipping(self, *arguments, code=0, timeout=30, **how):
        """Runs to the end and checks the exit code."""
        run = self.start(*arguments, **how).wait(timeout)
        self.assertEqual(run.code, code, str(run))
        return run

    def ping(self, peer, *arguments, **how):
        return self.sipping(f"{peer.address}:{peer.port}", *arguments, **how)

    def log_path(self, peer):
        return self.folder / "sipping-logs" / f"{peer.address}_{peer.port}.csv"

    def rows(self, peer_or_path, keys=None):
        is_peer = isinstance(peer_or_path, sip_peer.SipPeer)
        return read_csv(self.log_path(peer_or_path) if is_peer else peer_or_path, keys)

    def probes(self, peer, count=None):
        """The rows of attempts, with the books checked."""
        rows = self.rows(peer)
        self.check_books(rows, peer)
        attempts = [row for row in rows if row["kind"] in ATTEMPTS]
        if count is not None:
            self.assertEqual(len(attempts), count)
        return attempts

    def check_books(self, rows, peer=None):
        """One attempt row per probe, ids unique, forms right; with a peer: it saw what we say."""
        attempts = [row for row in rows if row["kind"] in ATTEMPTS]
        ids = [row["callid"] for row in attempts]
        self.assertEqual(len(ids), len(set(ids)), "a Call-ID stands in two attempt rows")
        for row in rows:
            self.assertIn(row["kind"], ATTEMPTS | FURTHER, row)
            if row["kind"] in ("gap", "unread"):
                self.assertEqual([row[key] for key in ("latency", "callid", "response")],
                                 ["", "", ""], row)
                self.assertIn("reason", details(row), row)
                continue
            self.assertRegex(row["callid"], r"^[1-9]\d{9}(@\S+)?$")
            self.assertRegex(row["time"], r"^\d\d/\d\d/\d\d \d\d:\d\d:\d\d:\d{6}$")
            self.assertRegex(row["timestamp"], r"^\d{10}\.\d{6}$")
            if row["kind"] in DROPS:
                self.assertEqual((row["latency"], row["response"]), ("drop", "drop"), row)
            else:
                self.assertRegex(row["latency"], r"^\d+\.\d{3}$")
                if "syntax" not in details(row):
                    self.assertRegex(row["response"], r"^SIP/2\.0 \d{3}")
            if row["kind"] in FURTHER:
                self.assertIn(row["callid"], ids, "a further row without its probe's own row")
        if peer is not None:
            sent = {row["callid"]: row for row in attempts if row["kind"] in ON_THE_WIRE}
            peer.wait_for(len(sent), timeout=2)
            seen = {request.call_id: request for request in peer.requests}
            self.assertEqual(set(sent), set(seen), "rows and what the peer saw differ")
            for call_id, row in sent.items():
                self.assertEqual(int(row["source_port"]), seen[call_id].port, row)
                self.assertLess(abs(float(row["timestamp"]) - seen[call_id].at), 0.5, row)

    def check_undisturbed(self, run, peer):
        """Probes went on, whatever else happened: no long pause, few skipped, none made up for. A
        busy box skips some, so this is no matter of milliseconds."""
        skipped = int(re.search(r"; skipped ([\d,]+)", run.out)[1].replace(",", ""))
        self.assertLess(skipped, len(peer.requests) / 3, run)
        sent = [request.at for request in peer.requests]
        pauses = [after - before for before, after in zip(sent, sent[1:])]
        self.assertLess(max(pauses), 0.7, f"no probe for {max(pauses):.1f} s")

    def count_kinds(self, rows):
        kinds = {}
        for row in rows:
            kinds[row["kind"]] = kinds.get(row["kind"], 0) + 1
        return kinds

    def check_table(self, run, peer, **expected):
        """Columns of the final table, for example sent=5, received=4."""
        table = final_table(run.out)
        name = next((name for name in table if str(peer.port) in name), None)
        self.assertIsNotNone(name, f"no row for port {peer.port} in {table}")
        found = {column: table[name].get(column) for column in expected}
        self.assertEqual(found, {column: str(value) for column, value in expected.items()}, run)

    def check_refused(self, *arguments, names, code=3, **how):
        """Bad usage: one line on stderr that names the culprit, nothing done."""
        run = self.sipping(*arguments, code=code, **how)
        self.assertEqual(run.out, "", run)
        lines = run.err.splitlines()
        self.assertEqual(len(lines), 1, run)
        self.assertRegex(lines[0], r"^sipping: \S", run)
        for name in [names] if isinstance(names, str) else names:
            known_as = {name, LONG_NAMES.get(name, name)}
            self.assertTrue(any(word in lines[0] for word in known_as), f"{name} not in {run}")
        self.assertEqual(list(self.folder.rglob("*.csv")), [], "a log was begun")
        return run

    def finish(self, run, number=signal.SIGINT, code=0, timeout=15):
        """Ends a running sipping cleanly."""
        run.signal(number)
        run.wait(timeout)
        self.assertEqual(run.code, code, str(run))
        return run
