"""Bad usage: one clear line on stderr, exit 3, nothing on stdout, no log begun."""

import unittest

from support import SippingCase

TARGET = "127.0.0.1:9"


class Options(SippingCase):
    def test_no_arguments(self):
        self.assertIn("Usage: sipping", self.sipping().out)
        self.check_refused("-c", "1", names="target")

    def test_unknown_options(self):
        self.check_refused("--colour-of-magic", TARGET, names="--colour-of-magic")
        self.check_refused("-Z", TARGET, names="-Z")

    def test_bad_numbers(self):
        for option, value in (("-I", "abc"), ("-I", ""), ("-I", "1x"), ("-I", "-5"), ("-I", "nan"),
                              ("-t", "soon"), ("-t", "-1"), ("-c", "many"), ("-c", "-1"),
                              ("-c", "1.5"), ("-c", "99999999999999999999999"),
                              ("--ttl", "256"), ("--ttl", "-1"), ("--ttl", "x"),
                              ("--dscp", "64"), ("--ports", "0"), ("--ports", "x"),
                              ("--max-loss", "101"), ("--max-loss", "x"), ("--duration", "x"),
                              ("--rate", "0"), ("--rate", "x"), ("--window", "0"),
                              ("--fall", "0"), ("--rise", "0")):
            with self.subTest(option=option, value=value):
                extra = ["--flood"] if option == "--window" else []
                self.check_refused(option, value, *extra, TARGET, names=option)

    def test_zero_interval(self):
        for value in ("0", "0ms", "0.0"):
            with self.subTest(value=value):
                self.check_refused("-I", value, TARGET, names="-I")

    def test_zero_timeout(self):
        self.check_refused("-t", "0", TARGET, names="-t")

    def test_missing_value(self):
        self.check_refused(TARGET, "-I", names="-I")

    def test_words_that_are_none_of_the_choices(self):
        for option in ("--io", "--csv", "--port-policy"):
            with self.subTest(option=option):
                self.check_refused(option, "sideways", TARGET, names=[option, "sideways"])

    def test_options_that_exclude_each_other(self):
        self.check_refused("--rate", "10", "-I", "100", TARGET, names=["--rate", "-I"])
        self.check_refused("--flood", "--rate", "10", TARGET, names=["--flood", "--rate"])
        self.check_refused("--flood", "-I", "100", TARGET, names=["--flood", "-I"])

    def test_bad_addresses(self):
        self.check_refused("--bind", "300.1.1.1", TARGET, names=["--bind", "300.1.1.1"])
        self.check_refused("--port-range", "2000-1000", TARGET, names="--port-range")
        self.check_refused("--port-range", "0-70000", TARGET, names="--port-range")

    def test_targets_of_the_other_family(self):
        self.check_refused("-6", TARGET, names=[TARGET, "IPv6", "-6"])
        self.check_refused("-4", "::1", names=["::1", "IPv4", "-4"])
        self.check_refused("--bind", "::1", TARGET, names=[TARGET, "IPv6", "--bind"])

    def test_headers_that_would_break_the_request(self):
        self.check_refused("--header", "no colon", TARGET, names="--header")
        self.check_refused("--header", "X: a\r\nVia: b", TARGET, names="--header")
        self.check_refused("--header", "Call-ID: 1", TARGET, names="Call-ID")

    def test_unknown_option_of_respond(self):
        self.check_refused("respond", "--nonsense", names="--nonsense")
        self.check_refused("respond", "--port", "65536", names="--port")
        self.check_refused("respond", "--drop", "101", names="--drop")
        self.check_refused("respond", "--code", "42", names="--code")


class Targets(SippingCase):
    def test_empty_host(self):
        for text in ("", ":5060", "sip:@", "sip:"):
            with self.subTest(text=text):
                self.check_refused(text, names="")

    def test_bad_ports(self):
        for port in ("0", "65536", "abc", "-1", "99999999999"):
            with self.subTest(port=port):
                self.check_refused(f"127.0.0.1:{port}", names=f"127.0.0.1:{port}")
        for port in ("0", "65536", "x"):
            with self.subTest(option=port):
                self.check_refused("-p", port, "127.0.0.1", names="-p")

    def test_bad_brackets(self):
        for text in ("[::1", "[::1]x", "[]:5060", "[127.0.0.1.1]:5060"):
            with self.subTest(text=text):
                self.check_refused(text, names=text)

    def test_file_with_a_bad_line_17(self):
        good = "".join(f"127.0.0.1:{6000 + i}\n" for i in range(16))
        for bad in ("127.0.0.1:65536", "host:", "127.0.0.1 interval=never", "127.0.0.1 colour=red"):
            with self.subTest(bad=bad):
                path = self.folder / "gateways.txt"
                path.write_text(good + bad + "\n127.0.0.1\n")
                self.check_refused("-f", path, names="gateways.txt:17")

    def test_a_folder_for_a_file(self):
        self.check_refused("-f", self.folder, names=["--file", str(self.folder), "directory"])

    def test_missing_file(self):
        self.check_refused("-f", self.folder / "nowhere.txt", names="nowhere.txt")

    def test_bad_line_on_standard_input(self):
        self.check_refused("-f", "-", stdin="127.0.0.1:5060\nhost:0\n", names=":2")

    def test_file_without_a_target(self):
        (self.folder / "none.txt").write_text("# nothing\n\n")
        self.check_refused("-f", self.folder / "none.txt", names="none.txt")


class Reserved(SippingCase):
    def test_a_name_that_does_not_exist_yet(self):
        self.check_refused("watch", "x", names="'watch' is not in this version yet")
        self.assertNotRegex(self.sipping("--help").out, r"\bwatch\b")

    def test_those_that_exist_are_in_the_help(self):
        text = self.sipping("--help").out
        for name in ("ports", "stress", "report", "trace", "respond"):
            self.assertRegex(text, rf"also: \S*\b{name}\b")
            self.assertIn(f"sipping {name}", self.sipping(name, "--help").out)


class Log(SippingCase):
    def test_unwritable_folder(self):
        (self.folder / "sipping-logs").write_text("a file where the folder should be")
        run = self.sipping("-c", "1", TARGET, code=4)
        self.assertRegex(run.err, r"(?m)^sipping: .*sipping-logs")
        self.assertEqual(run.out.count("Sending to"), 0, run)

    def test_file_in_a_folder_that_cannot_be_made(self):
        (self.folder / "file").write_text("in the way")
        run = self.sipping("-c", "1", "-w", "file/folder/a.csv", TARGET, code=4)
        self.assertRegex(run.err, r"(?m)^sipping: .*file/folder")
        self.assertEqual(run.out.count("Sending to"), 0, run)


class Help(SippingCase):
    def test_help(self):
        for option in ("-h", "--help"):
            run = self.sipping(option)
            self.assertEqual(run.err, "")
            for word in ("-I", "--interval", "-u", "-i", "-d", "-p", "--ttl", "-w", "-t", "-c",
                         "-x", "-X", "-q", "-S", "--io", "--json", "--mine"):
                self.assertIn(word, run.out)
            self.assertLessEqual(max(map(len, run.out.splitlines())), 120)

    def test_help_of_respond(self):
        run = self.sipping("respond", "--help")
        for word in ("--port", "--code", "--delay", "--drop", "--seed", "-q"):
            self.assertIn(word, run.out)

    def test_version(self):
        run = self.sipping("--version")
        self.assertRegex(run.out, r"^sipping \d+\.\d+\.\d+\n")
        self.assertEqual(run.err, "")


if __name__ == "__main__":
    unittest.main()
