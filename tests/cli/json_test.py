"""--json: one object a line on stdout with the CSV's keys, and nothing else there."""

import json
import os
import unittest

from support import KEYS, SippingCase


class Json(SippingCase):
    def test_same_keys_and_values_as_the_csv(self):
        peer = self.peer(drop_first=1, copies=2)
        run = self.ping(peer, "-c", "5", "-I", "50", "-t", "200", "--json")
        objects = [json.loads(line) for line in run.out.splitlines()]
        rows = self.rows(peer)
        self.assertEqual(len(objects), len(rows))
        for one, row in zip(objects, rows):
            self.assertEqual(list(one), KEYS)
            self.assertEqual(one["kind"], row["kind"])
            self.assertEqual(one["callid"] or "", row["callid"])
            if row["kind"] == "reply":
                self.assertAlmostEqual(float(one["latency"]), float(row["latency"]))
                self.assertEqual(one["response"], row["response"])

    def test_hostile_text_stays_json(self):
        peer = self.peer(reason='quote " backslash \\ \x01 end')
        run = self.ping(peer, "-c", "2", "-I", "50", "--json")
        objects = [json.loads(line) for line in run.out.splitlines()]
        self.assertEqual(sum(one["kind"] == "reply" for one in objects), 2)

    def test_rows_that_did_not_fit_on_the_disk_are_counted(self):
        with open("/dev/full", "w") as full:
            run = self.ping(self.peer(), "-c", "2", "-I", "50", "--json", stdout=full.fileno())
        self.assertIn("sipping: 4 lines of standard output are lost: No space left", run.err)

    def test_a_reader_that_has_enough_is_no_trouble(self):
        reader, writer = os.pipe()
        os.close(reader)
        run = self.ping(self.peer(), "-c", "2", "-I", "50", "--json", stdout=writer)
        os.close(writer)
        self.assertNotIn("standard output", run.err)

    def test_without_a_log(self):
        run = self.ping(self.peer(), "-c", "2", "-I", "50", "--json", "-w", "*")
        kinds = [json.loads(line)["kind"] for line in run.out.splitlines()]
        self.assertEqual(kinds.count("reply"), 2)
        self.assertEqual(list(self.folder.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
