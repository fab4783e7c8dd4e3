"""200 targets on addresses of 127.0.0.0/8 at 10 probes a second each for 30 s: nothing is lost."""

import unittest

from common import both

TARGETS, SECONDS = 200, 30


class Crowd:
    def test_nothing_is_lost(self):
        port = self.free_port("0.0.0.0")
        self.start("respond", "--bind", "0.0.0.0", "--port", port, "-q")
        (self.folder / "gateways").write_text(
            "".join(f"127.0.7.{i + 1}:{port}\n" for i in range(TARGETS)))
        run = self.sipping("-f", "gateways", "-I", "100", "--duration", f"{SECONDS}s", "-w",
                           "crowd.csv", timeout=SECONDS + 20)
        rows = self.rows(self.folder / "crowd.csv")
        self.check_books(rows)
        kinds = self.count_kinds(rows)
        kinds.pop("gap", None)
        self.assertEqual(set(kinds), {"reply"}, run)
        self.assertGreaterEqual(kinds["reply"], TARGETS * SECONDS * 10 * 0.99)
        per_target = {}
        for row in rows:
            if row["kind"] == "reply":
                per_target[row["target"]] = per_target.get(row["target"], 0) + 1
        self.assertEqual(len(per_target), TARGETS)
        self.assertGreaterEqual(min(per_target.values()), SECONDS * 10 * 0.97)


globals().update(both(Crowd))
del Crowd

if __name__ == "__main__":
    unittest.main()
