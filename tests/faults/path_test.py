"""A bad path of every kind, and whether the rows say just what it did.

--mixed=N is the number of probes of the mixed run (20000), --rate=N probes a second (2000)."""

import time
import unittest

import sip_peer
from lab import inside
from path_lab import SERVER, PathCase
from support import details, option

MIXED = option("mixed", 20_000)
RATE = option("rate", 2000)
SEED = option("seed", 1)


class Path(PathCase):
    def check(self, count=400, interval_ms=5, delay_ms=0, **decisions):
        self.far_end("--delay", delay_ms)
        self.relay(seed=SEED, **decisions)
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
        self.check_kinds(self.check(late_request=150, late_answer=150)[1], timeout=1, late=1)

    def test_duplicates_both_ways(self):
        self.check_kinds(self.check(twice_request=200, twice_answer=200)[1], duplicate=1)

    def test_corruption_both_ways(self):
        rows, told = self.check(corrupt_request=100, mangle_one=150, mangle_two=150,
                                mangle_foreign=100, mangle_garbage=100)
        self.check_kinds(told, timeout=1)
        mangled = {details(row).get("mangled") for row in rows}
        self.assertLessEqual({"call-id", "via,from-tag"}, mangled)

    def test_answers_from_another_address_and_to_another_port(self):
        rows, told = self.check(elsewhere=300, other_port=300, delay_ms=30)
        self.check_kinds(told)
        self.assertTrue(any("from=10.84.2.66:5060" in row["detail"] for row in rows))
        self.assertTrue(any("port=" in row["detail"] for row in rows))

    def test_a_nat_that_forgets_its_mappings(self):
        """What is on its way back when it forgets is lost; then it goes on from other ports."""
        _, told = self.check(count=600, remap=700, delay_ms=100)
        self.check_kinds(told, timeout=1)
        self.assertGreater(told["reply"], 300)

    def test_an_outage_of_three_minutes_compressed(self):
        """One outage in the table, with all its losses; DOWN and UP once."""
        self.far_end()
        self.relay(seed=SEED, outage="500-2300", outage_way="both")
        rows, made = self.probe(600, 5)
        told = self.check_decisions(rows, made)
        lost = sorted(float(row["timestamp"]) for row in rows if row["kind"] == "timeout")
        self.assertEqual(len(lost), told["timeout"])
        self.assertTrue(250 < len(lost) < 380, "1.8 s at 200 a second")
        total = next(line for line in self.run_.out.splitlines() if line.startswith(SERVER))
        self.assertIn(f"{len(lost)} lost", total)
        self.assertEqual(self.run_.out.count(f"DOWN {SERVER} since "), 1)
        self.assertRegex(self.run_.out, rf"UP {SERVER} after 1\.[789]\d* s, {len(lost)} lost")

    def test_an_outage_on_the_way_there(self):
        told = self.check(count=500, outage="500-1500", outage_way="request")[1]
        self.check_kinds(told, timeout=1)

    def test_an_outage_on_the_way_back(self):
        told = self.check(count=500, outage="500-1500", outage_way="answer")[1]
        self.check_kinds(told, timeout=1)

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
        self.relay(seed=SEED, loss_request=20, loss_answer=20, delay_request=100, delay_answer=100,
                   late_request=15, late_answer=15, twice_request=20, twice_answer=20,
                   corrupt_request=10, mangle_one=20, mangle_two=20, mangle_foreign=10,
                   mangle_garbage=10, elsewhere=20, other_port=20)
        begin = time.monotonic()
        rows, made = self.probe(MIXED, 1000 / RATE)
        told = self.check_decisions(rows, made)
        print(f"seed {SEED}: {len(made):,} probes at the relay, each as it decided: {dict(told)}, "
              f"{time.monotonic() - begin:.0f} s")
        self.assertGreater(len(made), MIXED * 0.97)


if __name__ == "__main__":
    unittest.main()
