"""Who reads the output goes away: `| head`, `| tee` that a Ctrl+C ends too; and terminals."""

import os
import pty
import signal
import subprocess
import time
import unittest

from support import SIPPING, SippingCase, details

FOREVER = ("-I", "50", "-t", "200")
TABLE = "longest outage"


class Piped(SippingCase):
    """The program with its standard output in a pipe whose other end the test holds."""

    def begin(self, *arguments, err_too=False):
        """(the run, the read end of its output)"""
        read, write = os.pipe()
        self.addCleanup(lambda: self.close(read))
        process = subprocess.Popen(
            [SIPPING, *map(str, arguments)], cwd=self.folder, stdout=write,
            stderr=subprocess.STDOUT if err_too else subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "TZ": "UTC0", "LC_ALL": "C.UTF-8"})
        os.close(write)
        self.addCleanup(self.end_of, process)
        return process, read

    @staticmethod
    def close(descriptor):
        try:
            os.close(descriptor)
        except OSError:
            pass

    @staticmethod
    def end_of(process):
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stderr:
            process.stderr.close()

    def read_lines(self, read, count):
        text = b""
        while text.count(b"\n") < count:
            piece = os.read(read, 65536)
            self.assertTrue(piece, "it ended too soon")
            text += piece
        return text.decode()

    def finish(self, process, timeout=10):
        """(exit code, standard error)"""
        try:
            _, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.fail("it goes on although nobody reads what it says")
        return process.returncode, (err or b"").decode()


class Head(Piped):
    def check_rows(self, peer):
        rows = self.rows(peer)
        self.check_books(rows, peer)
        self.assertEqual(details(rows[-1])["reason"], "stop", "rows are missing")

    def test_a_closed_pipe_ends_a_run(self):
        for options in ((), ("--json",), ("-v",), ("-q",), ("--io", "epoll")):
            with self.subTest(options=options):
                peer = self.peer()
                process, read = self.begin(f"127.0.0.1:{peer.port}", *FOREVER, *options)
                self.read_lines(read, 1 if "-q" in options else 3)
                os.close(read)
                code, err = self.finish(process)
                self.assertEqual(code, 0, err)
                self.assertIn(TABLE, err)
                self.assertNotIn("lost:", err)
                self.assertNotIn("console lines lost", err)
                self.check_rows(peer)

    def test_a_line_a_second_ends_it_too(self):
        one, two = self.peer(), self.peer()
        process, read = self.begin(f"127.0.0.1:{one.port}", f"127.0.0.1:{two.port}", *FOREVER)
        self.read_lines(read, 2)
        os.close(read)
        self.assertEqual(self.finish(process)[0], 0)
        self.check_rows(one)

    def test_a_name_that_is_still_asked_for_keeps_nobody(self):
        peer = self.peer()
        (self.folder / "gw.txt").write_text(f"127.0.0.1:{peer.port}\nno-such-name.invalid\n")
        process, read = self.begin("-f", "gw.txt", *FOREVER, "-v")
        self.read_lines(read, 4)
        os.close(read)
        self.assertEqual(self.finish(process, timeout=20)[0], 2)

    def test_the_exit_code_is_that_of_what_was_seen(self):
        process, read = self.begin(f"127.0.0.1:{self.free_port()}", *FOREVER)
        self.read_lines(read, 3)
        os.close(read)
        self.assertEqual(self.finish(process)[0], 1)

    def test_other_commands_end_too(self):
        peer = self.peer()
        target = f"127.0.0.1:{peer.port}"
        for command, lines, codes in (
                (("stress", target, "--rate", "20..200", "--step-time", "1"), 2, (0, 1)),
                (("stress", target, "--rate", "20..200", "--step-time", "1", "--json"), 1, (0, 1)),
                (("ports", target, "--max", "500"), 2, (1,)),
                (("respond", "--bind", "127.0.0.1", "-p", self.free_port()), 1, (0,)),
                (("respond", "--bind", "127.0.0.1", "-p", self.free_port(), "-q"), 1, (0,))):
            with self.subTest(command=command):
                process, read = self.begin(*command)
                self.read_lines(read, lines)
                os.close(read)
                code, err = self.finish(process)
                self.assertIn(code, codes, err)

    def test_report_ends_quietly_and_its_page_is_whole(self):
        peer = self.peer()
        self.ping(peer, "-c", "5", "-I", "20")
        for arguments in ((), ("--json",), ("--at", "00:00:00", "--around", "24h"),
                          ("--html", "page.html")):
            process, read = self.begin("report", "sipping-logs", *arguments)
            os.close(read)
            self.assertEqual(self.finish(process), (0, ""), arguments)
        self.assertTrue((self.folder / "page.html").read_text().rstrip().endswith("</html>"))


class Tee(Piped):
    """Ctrl+C goes to all of a pipeline, and tee often dies first."""

    def interrupted(self, *options, err_too=False, unread=False):
        """A run whose reader dies together with a Ctrl+C; its standard error."""
        peer = self.peer()
        process, read = self.begin(f"127.0.0.1:{peer.port}", *FOREVER, *options, err_too=err_too)
        self.read_lines(read, 3)
        if unread:  # it takes nothing any more, and dies a little later
            process.send_signal(signal.SIGINT)
            time.sleep(0.1)
            os.close(read)
        else:
            os.close(read)
            process.send_signal(signal.SIGINT)
        code, err = self.finish(process)
        self.assertEqual(code, 0, err)
        return err

    def test_the_table_goes_to_standard_error(self):
        for unread in (False, True):
            self.assertIn(TABLE, self.interrupted(unread=unread))

    def test_where_that_is_the_same_pipe_it_lies_beside_the_log(self):
        for unread in (False, True):
            for path in self.folder.glob("sipping-logs/table.*"):
                path.unlink()
            self.interrupted(err_too=True, unread=unread)
            table, = self.folder.glob("sipping-logs/table.*.txt")
            self.assertIn(TABLE, table.read_text())
            self.assertIn("Books: due", table.read_text())

    def test_a_reader_that_is_there_gets_it_and_nobody_else(self):
        peer = self.peer()
        process, read = self.begin(f"127.0.0.1:{peer.port}", *FOREVER)
        self.read_lines(read, 3)
        process.send_signal(signal.SIGINT)
        text = b""
        while piece := os.read(read, 65536):
            text += piece
        self.assertIn(TABLE, text.decode())
        self.assertEqual(self.finish(process), (0, ""))


class Terminal(SippingCase):
    def shown(self, *arguments, **variables):
        """What a run shows on a terminal."""
        leader, follower = pty.openpty()
        run = self.start(*arguments, stdout=follower, env=variables)
        os.close(follower)
        text = b""
        while True:
            try:
                piece = os.read(leader, 65536)
            except OSError:  # EIO: the other side is closed
                break
            if not piece:
                break
            text += piece
        os.close(leader)
        run.wait()
        return text.decode()

    def test_a_dumb_terminal_gets_no_escapes(self):
        target = f"127.0.0.1:{self.free_port()}"
        for arguments in ((target, "-c", "4", "-I", "50", "-t", "100"),
                          ("ports", target, "-t", "100", "-w", "*")):
            self.assertIn("\x1b[", self.shown(*arguments, TERM="xterm"))
            self.assertNotIn("\x1b[", self.shown(*arguments, TERM="dumb"))
        self.assertIn("\x1b[", self.shown(target, "-c", "4", "-I", "50", "-t", "100", "--color",
                                          "always", TERM="dumb"))


class TwoCtrlC(SippingCase):
    def test_the_pending_ones_are_named(self):
        peer = self.peer(delay_ms=5000)
        run = self.start(f"127.0.0.1:{peer.port}", "-I", "100", "-t", "10s", "--site", "x")
        peer.wait_for(3, timeout=5)
        run.signal(signal.SIGINT)
        time.sleep(0.2)
        run.signal(signal.SIGINT)
        run.wait(5)
        pending = [row["callid"] for row in self.rows(peer) if row["kind"] == "pending"]
        self.assertGreaterEqual(len(pending), 3)
        named = ", ".join(f"{call_id} to 127.0.0.1:{peer.port}" for call_id in pending[:10])
        more = f" and {len(pending) - 10} more" if len(pending) > 10 else ""
        self.assertIn(f"Left while {len(pending)} probes still waited, neither answered nor lost "
                      f"(rows of kind pending): {named}{more}\n", run.out)

    def test_one_alone_names_none(self):
        peer = self.peer()
        run = self.start(f"127.0.0.1:{peer.port}", "-I", "100")
        peer.wait_for(3, timeout=5)
        run.signal(signal.SIGINT)
        self.assertNotIn("still waited", run.wait(5).out)


if __name__ == "__main__":
    unittest.main()
