"""A bad path of every kind, and whether the rows say just what it did.

--mixed=N is the number of probes of the mixed run (20000), --rate=N probes a second (2000)."""

import re
import time
import unittest

import sip_peer
from lab import inside
from path_lab import SERVER, TAIL_S, PathCase
from support import details, final_table, option

MIXED = option("mixed", 20_000)
RATE = option("rate", 2000)
SEED = option("seed", 1)


class Path(PathCase):
    def check(self, count=600, interval_ms=5, delay_ms=0, **decisions):
        """The last probes are left alone, so that nothing is on its way when the run ends."""
        self.far_end("--delay", delay_ms)
        both_late = "late_request" in decisions and "late_answer" in decisions
        quiet = count * interval_ms - 1000 * TAIL_S[both_late]
        self.relay(seed=SEED, quiet=int(quiet), **decisions)
        rows, made = self.probe(count, interval_ms)
        return rows, self.check_decisions(rows, made)

    def check_kinds(self, told, **kinds):
        """Each of these came, and nothing else of those that tell of a fault."""
        for kind in ("timeout", "late", "duplicate"):
            wanted = kind in kinds
            self.assertEqual(told[kind] > 0, wanted, told)

    def test_loss_on_the_way_there(self):
        self.check_kinds(self.check(loss_request=200)[1], timeout=1)

    def test_loss_on_the_way_back(self):
        self.check_kinds(self.check(loss_answer=200)[1], timeout=1)

    def test_delay_and_reordering_both_ways(self):
        rows, told = self.check(delay_request=400, delay_answer=400)
        self.check_kinds(told)
        self.assertGreater(max(float(row["latency"] or 0) for row in rows), 150)

    def test_late_both_ways(self):
        told = self.check(count=900, late_request=150, late_answer=150)[1]
        self.check_kinds(told, timeout=1, late=1)

    def test_duplicates_both_ways(self):
        self.check_kinds(self.check(twice_request=200, twice_answer=200)[1], duplicate=1)

    def test_corruption_both_ways(self):
        """Garbage; and bits that the UDP checksum tells of, so that the kernel drops them."""
        told = self.check(corrupt_request=100, corrupt_answer=100, bits_request=100,
                          bits_answer=100)[1]
        self.check_kinds(told, timeout=1)
        self.assertGreater(told["malformed"], 10)

    def test_answers_with_some_of_their_identity_changed(self):
        """Each of the 15 ways to damage Call-ID, branch, tag and CSeq, also where the answer came
        from elsewhere or to another port: then Call-ID or branch alone do not make it ours."""
        rows, told = self.check(count=1000, mangle=800, elsewhere=200, their_port=200,
                                other_port=200, delay_ms=20)
        self.check_kinds(told, timeout=1)
        self.assertGreater(told["foreign"], 100)
        mangled = {details(row).get("mangled") for row in rows}
        ours = {"call-id", "via", "from-tag", "cseq", "via,from-tag", "via,cseq", "from-tag,cseq",
                "via,from-tag,cseq", "call-id,from-tag", "call-id,cseq", "call-id,from-tag,cseq",
                None}
        self.assertEqual(mangled, ours)

    def test_answers_from_another_address_or_port_and_to_another_port(self):
        rows, told = self.check(elsewhere=300, their_port=300, other_port=300, delay_ms=30)
        self.check_kinds(told)
        origins = {details(row).get("from") for row in rows if row["kind"] == "reply"}
        self.assertEqual(origins, {None, "10.84.2.66:5060", "10.84.2.2:4996", "10.84.2.66:4996"})
        self.assertTrue(any("port=" in row["detail"] for row in rows))

    def test_a_nat_that_forgets_its_mappings(self):
        """What is on its way back when it forgets is lost; then it goes on from other ports."""
        _, told = self.check(count=600, remap=700, delay_ms=100)
        self.check_kinds(told, timeout=1)
        self.assertGreater(told["reply"], 300)

    def check_outage(self, way):
        """One outage in the table, with its begin, its end and all its losses; DOWN and UP once."""
        self.far_end()
        self.relay(seed=SEED, outage="500-2300", outage_way=way)
        rows, made = self.probe(600, 5)
        self.check_kinds(self.check_decisions(rows, made), timeout=1)
        rows = sorted((row for row in rows if row["kind"] != "gap"),
                      key=lambda row: row["timestamp"])
        lost = [row for row in rows if row["kind"] == "timeout"]
        self.assertTrue(250 < len(lost) < 380, "1.8 s at 200 a second")
        # The relay's clock: the first of the lost and the first after them, where it says.
        begin = min(self.first_seen.values())
        back = rows[rows.index(lost[-1]) + 1]
        for row, at in ((lost[0], 0.5), (back, 2.3)):
            self.assertAlmostEqual(float(row["timestamp"]) - begin, at, delta=0.05)
            self.assertAlmostEqual(float(row["timestamp"]), self.first_seen[row["callid"]],
                                   delta=0.05)
        since = lost[0]["time"]
        self.assertEqual(self.run_.out.count(f"DOWN {SERVER} since {since}\n"), 1, self.run_)
        self.assertEqual(self.run_.out.count("DOWN "), 1)
        seconds = float(back["timestamp"]) - float(lost[0]["timestamp"])
        after, count = re.search(rf"UP {SERVER} after (\S+) s, (\d+) lost", self.run_.out).groups()
        self.assertAlmostEqual(float(after), seconds, delta=0.1)
        self.assertEqual(int(count), len(lost))
        begun, ended = (f"{row['time'][:17]}" for row in (lost[0], back))
        longest = final_table(self.run_.out)[SERVER]["longest outage"]
        self.assertRegex(longest, rf"^{begun} - {ended}, \S+ s, {len(lost)} lost$")

    def test_an_outage_of_three_minutes_compressed(self):
        self.check_outage("both")

    def test_an_outage_on_the_way_there(self):
        self.check_outage("request")

    def test_an_outage_on_the_way_back(self):
        self.check_outage("answer")

    def test_fragments_that_are_lost(self):
        """Answers of 2,400 bytes do not fit the path, and it passes first fragments only."""
        with inside(self.lab.server):
            peer = sip_peer.SipPeer(SERVER, 5060, size=2400).start()
        self.addCleanup(peer.stop)
        self.relay(seed=SEED, fragments="drop")
        rows, _ = self.probe(100, 10, codes=(1,))
        self.assertEqual({row["kind"] for row in rows} - {"gap"}, {"timeout"})
        self.assertEqual(len(peer.requests), 100)

    def test_fragments_that_arrive(self):
        with inside(self.lab.server):
            peer = sip_peer.SipPeer(SERVER, 5060, size=2400).start()
        self.addCleanup(peer.stop)
        self.relay(seed=SEED)
        rows, _ = self.probe(100, 10)
        self.assertEqual({row["kind"] for row in rows} - {"gap"}, {"reply"})

    def test_everything_at_once(self):
        self.far_end("--delay", "5")
        quiet = MIXED / RATE - TAIL_S[True]
        self.relay(seed=SEED, quiet=int(quiet * 1000), loss_request=20, loss_answer=20,
                   delay_request=150, delay_answer=150, late_request=15, late_answer=15,
                   twice_request=30, twice_answer=30, corrupt_request=10, corrupt_answer=10,
                   bits_request=10, bits_answer=10, mangle=60, elsewhere=30, their_port=30,
                   other_port=30)
        begin = time.monotonic()
        rows, made = self.probe(MIXED, 1000 / RATE)
        told = self.check_decisions(rows, made)
        print(f"seed {SEED}: {len(made):,} probes at the relay, each as it decided: {dict(told)}, "
              f"{time.monotonic() - begin:.0f} s")
        late = sorted(self.arrived_after)
        print("answers arrived after the relay wrote them: " + ", ".join(
            f"{name} {late[int(share * (len(late) - 1))]:.3f} ms"
            for name, share in (("p50", 0.5), ("p99", 0.99), ("worst", 1))))
        self.assertGreater(len(made), MIXED * 0.97)


if __name__ == "__main__":
    unittest.main()
