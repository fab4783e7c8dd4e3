"""The console: the original's lines, -q -S -x -X -v, summaries, colour, DOWN and UP."""

import os
import pty
import unittest

from support import ESCAPES, SippingCase, final_table

STAMP = r"\(\d\d/\d\d/\d\d \d\d:\d\d:\d\d:\d{6}\)"
ID = r"\[id: [1-9]\d{9}\]"
FIVE = ("-c", "5", "-I", "60", "-t", "50")


def on_terminal(case, *arguments, **how):
    """Runs with stdout on a pseudo-terminal; returns (exit code, what the terminal got)."""
    master, slave = pty.openpty()
    run = case.start(*arguments, stdout=slave, **how)
    os.close(slave)
    text = b""
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:  # EIO: the other side is closed
            break
        if not chunk:
            break
        text += chunk
    os.close(master)
    run.wait()
    return run.code, text.decode("utf-8", "replace")


class Lines(SippingCase):
    def test_the_originals_lines(self):
        peer = self.peer(code=403, drop_every=2)
        run = self.ping(peer, *FIVE)
        lines = run.out.splitlines()
        there = rf"127\.0\.0\.1:{peer.port}"
        self.assertEqual(lines[0], "Press Ctrl+C to abort")
        self.assertRegex(lines[1], rf"^> {STAMP} Sending to {there} {ID}$")
        self.assertRegex(lines[2], rf"^< {STAMP} Reply from 127\.0\.0\.1 \(\d+\.\d{{3}}ms\): "
                                   r"SIP/2\.0 403 Forbidden$")
        drops = [line for line in lines if line.startswith("X ")]
        self.assertEqual(len(drops), 2, run)
        self.assertRegex(drops[0],
                         rf"^X {STAMP} Timed out waiting for response from {there} {ID}$")
        self.assertEqual(sum(line.startswith("> ") for line in lines), 5)

    def test_statistics_every_five(self):
        run = self.ping(self.peer(drop_every=2), "-c", "10", "-I", "60", "-t", "50")
        lines = run.out.splitlines()
        first = [i for i, line in enumerate(lines) if "[Recd:" in line]
        self.assertEqual(len(first), 2, run)
        self.assertRegex(lines[first[0]],
                         r"^\s+\[Recd: 3 \| Lost: 2\]\s+\[loss stats: longest run: 1  "
                         r"length of last run: 1  length of current run: 0\]$")
        self.assertRegex(lines[first[0] + 1],
                         r"^\s+\[min/max/avg \d+\.\d{3}/\d+\.\d{3}/\d+\.\d{3}\]$")
        self.assertIn("[Recd: 5 | Lost: 5]", lines[first[1]])

    def test_closed_standard_streams_lend_their_numbers_to_nobody(self):
        """Text for the terminal went into the socket or file that had got descriptor 1."""
        for closed in (">&-", "2>&-", "<&- >&- 2>&-"):
            with self.subTest(closed=closed):
                peer = self.peer()
                run = self.ping(peer, "-c", "3", "-I", "50",
                                wrapper=("sh", "-c", f'exec "$@" {closed}', "sh"))
                self.assertEqual(self.count_kinds(self.probes(peer, 3)), {"reply": 3})
                self.assertLess(run.seconds, 1.9, "waited for a console that is not there")

    def test_final_table(self):
        peer = self.peer(drop_every=2)
        run = self.ping(peer, *FIVE)
        self.check_table(run, peer, sent=5, received=3, lost=2, late=0, duplicate=0)
        head = next(line for line in run.out.splitlines() if "received" in line.lower())
        for word in ("min", "avg", "p50", "p95", "p99", "max"):
            self.assertIn(word, head.lower())
        self.assertRegex(run.out.lower(), "longest outage")

    def test_quiet(self):
        run = self.ping(self.peer(), *FIVE, "-q")
        self.assertNotRegex(run.out, r"(?m)^[<>X] ")
        self.assertIn("[Recd: 5 | Lost: 0]", run.out)

    def test_no_statistics(self):
        run = self.ping(self.peer(), *FIVE, "-S")
        self.assertNotIn("[Recd", run.out)
        self.assertEqual(run.out.count("\n> "), 5)

    def test_raw_sent_and_received(self):
        run = self.ping(self.peer(), *FIVE, "-q", "-x", "-X")
        self.assertEqual(run.out.count("OPTIONS sip:127.0.0.1"), 5)
        self.assertEqual(run.out.count(";rport="), 5)  # only an answer has a value there
        run = self.ping(self.peer(), *FIVE, "-x")
        self.assertEqual(run.out.count(";rport="), 0)
        run = self.ping(self.peer(), *FIVE, "-X")
        self.assertEqual(run.out.count("OPTIONS sip:127.0.0.1"), 0)


class Modes(SippingCase):
    def test_fast_runs_print_summaries_not_lines(self):
        run = self.ping(self.peer(), "-c", "150", "-I", "10")
        self.assertNotRegex(run.out, r"(?m)^[<>X] ")
        self.assertGreaterEqual(len(run.out.splitlines()), 4, run)

    def test_v_forces_lines(self):
        run = self.ping(self.peer(), "-c", "20", "-I", "10", "-v")
        self.assertEqual(run.out.count("\n> "), 20)
        self.assertEqual(run.out.count("\n< "), 20)

    def test_several_targets_print_no_lines(self):
        one, two = self.peer(), self.peer()
        run = self.sipping(f"127.0.0.1:{one.port}", f"127.0.0.1:{two.port}", *FIVE)
        self.assertNotRegex(run.out, r"(?m)^[<>X] ")
        self.assertEqual(len(final_table(run.out)), 2)

    def test_down_and_up(self):
        for quiet in ((), ("-q",), ("-S",)):
            with self.subTest(quiet=quiet):
                peer = self.peer(only=(3, 4, 5, 6), silent=True)
                run = self.ping(peer, "-c", "8", "-I", "60", "-t", "50", *quiet)
                self.assertEqual(run.out.count("DOWN "), 1, run)
                self.assertRegex(run.out, rf"(?m)^DOWN \S*{peer.port}\S* since ")
                self.assertRegex(run.out, rf"(?m)^UP \S*{peer.port}\S* after .*\b4 lost, at \d\d/")

    def test_two_lost_are_no_outage_unless_asked(self):
        how = dict(only=(3, 4), silent=True)
        run = self.ping(self.peer(**how), "-c", "6", "-I", "60", "-t", "50")
        self.assertNotIn("DOWN", run.out)
        run = self.ping(self.peer(**how), "-c", "6", "-I", "60", "-t", "50", "--fall", "2")
        self.assertEqual(run.out.count("DOWN "), 1)


class Colour(SippingCase):
    def test_none_in_a_pipe(self):
        run = self.ping(self.peer(drop_every=2), *FIVE)
        self.assertIsNone(ESCAPES.search(run.out + run.err))

    def test_some_on_a_terminal(self):
        peer = self.peer(drop_every=2)
        code, text = on_terminal(self, f"127.0.0.1:{peer.port}", *FIVE, env={"TERM": "xterm"})
        self.assertEqual(code, 0)
        self.assertIn("\x1b[", text)

    def test_none_where_it_was_refused(self):
        for env, option in (({"NO_COLOR": "1", "TERM": "xterm"}, ()),
                            ({"TERM": "xterm"}, ("--no-color",))):
            peer = self.peer(drop_every=2)
            code, text = on_terminal(self, f"127.0.0.1:{peer.port}", *FIVE, *option, env=env)
            self.assertEqual(code, 0)
            self.assertNotIn("\x1b", text)


if __name__ == "__main__":
    unittest.main()
