"""Naming targets: on the command line, in a file, on standard input, with words behind them."""

import unittest

from sip_message import Request
from support import SIPPING, SippingCase, final_table, with_hosts

FAST = ("-c", "3", "-I", "50", "-t", "200")


class Targets(SippingCase):
    def test_every_spelling(self):
        peer = self.peer()
        for text in (f"127.0.0.1:{peer.port}", f"sip:127.0.0.1:{peer.port}",
                     f"sip:bob@127.0.0.1:{peer.port}"):
            with self.subTest(text=text):
                before = len(peer.requests)
                self.sipping(text, *FAST, "-4")
                self.assertEqual(len(peer.requests) - before, 3)
        self.sipping(f"gateway:{peer.port}", *FAST, wrapper=with_hosts("127.0.0.1 gateway\\n"))
        self.assertEqual(len(peer.requests), 12)
        self.assertEqual(peer.violations, [])

    def test_v6_spellings(self):
        peer = self.peer("::1")
        self.sipping(f"[::1]:{peer.port}", *FAST)
        self.sipping("::1", "-p", peer.port, *FAST)
        self.sipping(f"sip:bob@[::1]:{peer.port}", *FAST)
        self.assertEqual(len(peer.requests), 9)
        self.assertEqual(peer.violations, [])

    def test_both_families_in_one_run(self):
        four, six = self.peer(), self.peer("::1")
        run = self.sipping(f"127.0.0.1:{four.port}", f"[::1]:{six.port}", *FAST)
        self.assertEqual((len(four.requests), len(six.requests)), (3, 3))
        self.check_table(run, four, sent=3, received=3, lost=0)
        self.check_table(run, six, sent=3, received=3, lost=0)

    def test_file(self):
        one, two = self.peer(), self.peer()
        (self.folder / "gateways").write_text(
            f"# two gateways\r\n\r\n127.0.0.1:{one.port}   # the first\r\n"
            f"  sip:bob@127.0.0.1:{two.port}\r\n")
        self.sipping("-f", "gateways", *FAST)
        self.assertEqual((len(one.requests), len(two.requests)), (3, 3))

    def test_standard_input_and_arguments_together(self):
        one, two = self.peer(), self.peer()
        self.sipping(f"127.0.0.1:{one.port}", "-f", "-", *FAST,
                     stdin=f"127.0.0.1:{two.port}\n")
        self.assertEqual((len(one.requests), len(two.requests)), (3, 3))

    def test_words_behind_a_target(self):
        one, two = self.peer(), self.peer()
        self.folder.joinpath("gateways").write_text(
            f"127.0.0.1:{one.port} name=Berlin user=fred domain=example.org\n"
            f"127.0.0.1:{two.port} name=Bonn interval=100ms timeout=80 "
            "request-uri=sip:trunk@example.org\n")
        run = self.sipping("-f", "gateways", "-c", "3", "-I", "20", "-t", "500")
        first = Request(one.requests[0].raw, ("127.0.0.1", one.requests[0].port))
        self.assertIn("sip:fred@example.org", first.get("from"))
        second = Request(two.requests[0].raw, ("127.0.0.1", two.requests[0].port))
        self.assertEqual(second.first_line, "OPTIONS sip:trunk@example.org SIP/2.0")
        self.assertEqual({"Berlin", "Bonn"} & set(final_table(run.out)), {"Berlin", "Bonn"})
        self.assertEqual({row["target"] for row in self.probes(one, 3)}, {"Berlin"})
        fast = one.requests[-1].at - one.requests[0].at
        slow = two.requests[-1].at - two.requests[0].at
        self.assertAlmostEqual(fast, 0.04, delta=0.03)
        self.assertAlmostEqual(slow, 0.20, delta=0.04)

    def test_own_timeout(self):
        peer = self.peer(delay_ms=150)
        (self.folder / "gateways").write_text(f"127.0.0.1:{peer.port} timeout=80\n")
        self.sipping("-f", "gateways", "-c", "3", "-I", "20", code=1)
        self.assertEqual(self.count_kinds(self.probes(peer, 3)), {"timeout": 3})

    def test_two_hundred_addresses(self):
        port = self.peer("127.0.1.0").port
        peers = [self.peer(f"127.0.1.{i}", port=port) for i in range(1, 200)]
        (self.folder / "gateways").write_text(
            "".join(f"127.0.1.{i}:{port}\n" for i in range(1, 200)))
        self.sipping("-f", "gateways", "-c", "5", "-I", "200")
        for peer in peers:
            self.assertEqual(self.count_kinds(self.probes(peer, 5)), {"reply": 5})

    def refused(self, *arguments):
        """The lines of a run that is refused; nothing is sent or written."""
        run = self.sipping(*arguments, code=3)
        self.assertEqual(run.out, "")
        self.assertEqual(list(self.folder.rglob("*.csv")), [])
        return run.err.splitlines()

    def test_several_wrong_lines_are_all_told_and_nothing_is_sent(self):
        peer = self.peer()
        (self.folder / "gw.txt").write_text(
            f"127.0.0.1:{peer.port}\n"
            "Berlin;127.0.1.1;5060\n"
            "127.0.1.3 Rome\n"
            "127.0.1.0/30\n"
            f"127.0.0.1:{peer.port} header='Via: x'\n"
            "fe80::1\n")
        self.assertEqual(self.refused("-f", "gw.txt", "::1", "-4", "-c", "1"), [
            "sipping: '::1' is not IPv4, which -4 asks for",
            "sipping: gw.txt:2: 'Berlin;127.0.1.1;5060': the address comes first, write "
            "'127.0.1.1:5060 name=Berlin'",
            "sipping: gw.txt:3: unexpected word 'Rome' (only key=value may follow a target), write "
            "'127.0.1.3 name=Rome'",
            "sipping: gw.txt:4: '127.0.1.0/30': a network is no target, name its hosts one by one",
            "sipping: gw.txt:5: header='Via: x': an answer is known by it, so it is set by sipping "
            "itself",
            "sipping: gw.txt:6: 'fe80::1' is not IPv4, which -4 asks for",
            "sipping: 6 targets are wrong; nothing was sent"])
        self.assertEqual(peer.requests, [])

    def test_of_many_wrong_lines_twenty_are_told(self):
        (self.folder / "gw.txt").write_text("127.0.0.1:0\n" * 37)
        lines = self.refused("-f", "gw.txt")
        self.assertEqual(len(lines), 21)
        self.assertTrue(lines[19].startswith("sipping: gw.txt:20: "))
        self.assertEqual(lines[20], "sipping: 37 targets are wrong, the first 20 are above; "
                                    "nothing was sent")

    def test_several_wrong_targets_on_the_command_line(self):
        self.assertEqual(self.refused("a b", "127.0.0.1", ":5060"), [
            "sipping: unexpected word 'b' (only key=value may follow a target)",
            "sipping: ':5060': the host is empty",
            "sipping: 2 targets are wrong; nothing was sent"])

    def test_a_file_without_end_is_no_list(self):
        self.assertEqual(self.refused("-f", "/dev/zero"), [
            "sipping: --file '/dev/zero': more than 64 MiB, which is no list of targets"])

    def test_a_target_twice_is_asked_once(self):
        one, two = self.peer(), self.peer()
        (self.folder / "gw.txt").write_text(
            f"127.0.0.1:{one.port}\n127.0.0.1:{two.port}\n"
            f"<sip:127.0.0.1:{one.port}>   # again, from another export\n"
            f"sip:bob@127.0.0.1:{two.port} name=bob\n")
        run = self.sipping("-f", "gw.txt", *FAST)
        self.assertEqual(run.err, f"sipping: note: '127.0.0.1:{one.port}' is there twice (lines 1, "
                                  "3 of gw.txt); it is probed once\n")
        self.assertEqual(len(one.requests), 3)
        self.assertEqual({name: row["sent"] for name, row in final_table(run.out).items()},
                         {f"127.0.0.1:{one.port}": "3", f"127.0.0.1:{two.port}": "3", "bob": "3"})

    def test_a_port_without_brackets_gets_a_note(self):
        (self.folder / "gw.txt").write_text("2001:db8::5:5060\n")
        run = self.sipping("-f", "gw.txt", "--dry-run")
        self.assertEqual(run.err, "sipping: note: gw.txt:1: '2001:db8::5:5060' has no port; for "
                                  "port 5060 of 2001:db8::5 write [2001:db8::5]:5060\n")
        self.assertIn("OPTIONS sip:[2001:db8::5:5060] SIP/2.0\r\n", run.out)

    def test_as_people_paste_them(self):
        peer = self.peer()
        lines = [f"<sip:127.0.0.1:{peer.port};transport=udp>;tag=x", f"127.0.0.1;{peer.port}",
                 f"127.0.0.1\t{peer.port}", f"\ufeff127.0.0.1\u00a0{peer.port},",
                 f'"Berlin SBC" <sip:127.0.0.1:{peer.port}>']
        for count, line in enumerate(lines, 1):
            self.sipping(line, "-c", "1", "--log", "*")
            self.assertEqual(len(peer.requests), count, line)
        (self.folder / "gw.txt").write_bytes("".join(
            f"{line} request-uri=sip:{number}\r\n" for number, line in enumerate(lines)
        ).encode("utf-16"))
        run = self.sipping("-f", "gw.txt", "-c", "1")
        self.assertEqual(len(peer.requests), 2 * len(lines))
        self.assertIn("Berlin SBC", final_table(run.out))

    def test_users_with_parameters(self):
        peer = self.peer()
        self.sipping(f"sip:+1555;tgrp=T;trunk-context=x.example@127.0.0.1:{peer.port}", "-c", "1")
        request = Request(peer.requests[0].raw, ("127.0.0.1", peer.requests[0].port))
        uri = f"sip:+1555;tgrp=T;trunk-context=x.example@127.0.0.1:{peer.port}"
        self.assertEqual(request.first_line, f"OPTIONS {uri} SIP/2.0")
        self.assertEqual(request.get("to"), f"<{uri}>")
        self.assertEqual(peer.violations, [])

    def test_headers_of_a_target_go_before_those_of_all(self):
        one, two = self.peer(), self.peer()
        (self.folder / "gw.txt").write_text(
            f"127.0.0.1:{one.port} from='\"Us\" <sip:us@example.org>' contact=<sip:here> "
            "header='X-Site: one' header=Accept:\n"
            f"127.0.0.1:{two.port}\n")
        self.sipping("-f", "gw.txt", "-c", "1", "--header", "x-site: all", "--header",
                     "Contact: <sip:all>", "--header", "X-All: 1")
        first = Request(one.requests[0].raw, ("127.0.0.1", one.requests[0].port))
        self.assertRegex(first.get("from"), r'^"Us" <sip:us@example\.org>;tag=\S+$')
        self.assertEqual([first.all(name) for name in ("contact", "x-site", "accept", "x-all")],
                         [["<sip:here>"], ["one"], [], ["1"]])
        second = Request(two.requests[0].raw, ("127.0.0.1", two.requests[0].port))
        self.assertEqual([second.all(name) for name in ("contact", "x-site", "accept", "x-all")],
                         [["<sip:all>"], ["all"], ["application/sdp"], ["1"]])

    def test_above_512_targets_there_is_one_log(self):
        port = self.free_port("0.0.0.0")
        self.start("respond", "--bind", "0.0.0.0", "--port", port, "-q")
        (self.folder / "gateways").write_text(
            "".join(f"127.2.{i // 250}.{i % 250 + 1}:{port}\n" for i in range(513)))
        self.sipping("-f", "gateways", "-c", "2", "-I", "500")
        self.assertEqual([p.name for p in self.folder.rglob("*.csv")], ["all.csv"])
        rows = self.rows(self.folder / "sipping-logs/all.csv")
        self.check_books(rows)
        self.assertEqual(self.count_kinds(rows)["reply"], 1026)
        self.assertEqual(len({row["target"] for row in rows if row["kind"] == "reply"}), 513)

    def test_all_addresses(self):
        four = self.peer()
        try:
            six = self.peer("::1", port=four.port)
        except OSError as error:
            self.fail(f"port {four.port} is taken on ::1, try again: {error}")
        self.sipping(f"gateway:{four.port}", "--all-addresses", *FAST,
                     wrapper=with_hosts("127.0.0.1 gateway\\n::1 gateway\\n"))
        self.assertEqual(len(four.requests), 3)
        self.assertEqual(len(six.requests), 3)
        self.assertEqual(sorted(p.name for p in (self.folder / "sipping-logs").iterdir()),
                         [f"127.0.0.1_{four.port}.csv", f"::1_{four.port}.csv"])


class Zones(SippingCase):
    """A link-local address on an interface of a network namespace of its own."""

    def run_inside(self, *arguments, **how):
        script = ("ip link set lo up; ip link add d0 type veth peer d1; ip link set d1 up; "
                  "ip link set d0 up; "
                  "ip -6 addr add fe80::5/64 dev d0 nodad; "
                  '"$0" respond -p 5070 -q --duration 5 >/dev/null & sleep 0.3; exec "$@"')
        return self.sipping(*arguments, wrapper=("unshare", "--net", "sh", "-c", script, SIPPING),
                            **how)

    def test_no_zone_in_sip_and_brackets_around_the_address(self):
        for text in ("[fe80::5%d0]:5070", "sip:[fe80::5%25d0]:5070", "fe80::5%d0 5070"):
            with self.subTest(text=text):
                run = self.run_inside(text, "-c", "2", "-I", "50", "-x", "--log", "*")
                self.assertEqual(run.out.count("OPTIONS sip:[fe80::5]:5070 SIP/2.0"), 2, run)
                self.assertEqual(run.out.count("Via: SIP/2.0/UDP [fe80::5]:"), 2)
                self.assertEqual(run.out.count("To: <sip:[fe80::5]:5070>"), 2)
                self.assertEqual(run.out.count("Contact: <sip:sipping@[fe80::5]:"), 2)
                self.assertIn("Reply from fe80::5", run.out)
                requests = [line for line in run.out.splitlines() if line.startswith("    ")]
                self.assertNotIn("%", "".join(requests))

    def test_the_interface_may_come_from_device(self):
        run = self.run_inside("[fe80::5]:5070", "--device", "d0", "-c", "1")
        self.assertIn("Reply from fe80::5", run.out)

    def test_what_is_wrong_with_a_zone(self):
        for text, options, wrong in (
                ("fe80::5", (), "'fe80::5': a link-local address needs an interface: fe80::5%eth0, "
                                "or --device"),
                ("fe80::5%d9", (), "'fe80::5%d9': this box has no interface 'd9'"),
                ("fe80::5%lo", ("--device", "d0"), "'fe80::5%lo': --device d0 is another "
                                                   "interface")):
            run = self.run_inside(text, *options, code=3)
            self.assertEqual(run.err, f"sipping: {wrong}\n")


class Names(SippingCase):
    def test_a_dead_target_does_not_hide_behind_one_of_the_same_name(self):
        alive = self.peer()
        dead = self.free_port()
        run = self.sipping(f"127.0.0.1:{alive.port} name=PBX", f"127.0.0.1:{dead} name=PBX", "-w",
                           "a.csv", "-c", "5", "-I", "50", "-t", "100", "-q", code=1)
        self.assertIn("sipping: note: 2 targets are called 'PBX'; they are told apart as "
                      f"'PBX (127.0.0.1:{alive.port})' and so on\n", run.err)
        report = self.sipping("report", "a.csv")
        self.assertRegex(report.out, rf"(?m)^PBX \(127.0.0.1:{dead}\) +5 +0 +5 +100.00 ")
        self.assertRegex(report.out, rf"(?m)^PBX \(127.0.0.1:{alive.port}\) +5 +5 +0 +0.00 ")


if __name__ == "__main__":
    unittest.main()
