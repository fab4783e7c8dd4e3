"""--json: one object a line on stdout with the CSV's keys, and nothing else there."""

import json
import os
import unittest

from support import KEYS, SippingCase, details, json_events, json_rows


class Json(SippingCase):
    def test_same_keys_and_values_as_the_csv(self):
        peer = self.peer(drop_first=1, copies=2)
        run = self.ping(peer, "-c", "5", "-I", "50", "-t", "200", "--json")
        objects = json_rows(run.out)
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
        objects = json_rows(run.out)
        self.assertEqual(sum(one["kind"] == "reply" for one in objects), 2)

    def test_rows_that_did_not_fit_on_the_disk_are_counted(self):
        with open("/dev/full", "w") as full:
            run = self.ping(self.peer(), "-c", "2", "-I", "50", "--json", stdout=full.fileno())
        self.assertIn("sipping: 6 lines of standard output are lost: No space left", run.err)

    def test_a_reader_that_has_enough_is_no_trouble(self):
        reader, writer = os.pipe()
        os.close(reader)
        run = self.ping(self.peer(), "-c", "2", "-I", "50", "--json", stdout=writer)
        os.close(writer)
        self.assertNotIn("standard output", run.err)

    def test_without_a_log(self):
        run = self.ping(self.peer(), "-c", "2", "-I", "50", "--json", "-w", "*")
        kinds = [row["kind"] for row in json_rows(run.out)]
        self.assertEqual(kinds.count("reply"), 2)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_events_are_objects_of_their_own(self):
        peer = self.peer(code=503, drop_first=4)
        run = self.ping(peer, "-c", "8", "-I", "100", "-t", "60", "--json", "--down-codes", "503",
                        code=1)
        names = [event["event"] for event in json_events(run.out)]
        self.assertEqual(names, ["DOWN", "SEEN", "REFUSING", "SUMMARY"], run.out)
        down, = json_events(run.out, "DOWN")
        self.assertEqual((down["target"], down["lost"]), (f"127.0.0.1:{peer.port}", 3))
        rows = [row for row in json_rows(run.out) if row["kind"] == "timeout"]
        self.assertEqual(down["since"], rows[0]["timestamp"])
        refusing, = json_events(run.out, "REFUSING")
        self.assertEqual((refusing["code"], refusing["lost"], refusing["refused"]), (503, 4, 3))
        summary, = json_events(run.out, "SUMMARY")
        self.assertEqual([summary[key] for key in ("state", "sent", "received", "lost", "refused")],
                         ["REFUSING", 8, 4, 4, 4])
        self.assertEqual(summary["codes"], {"503": 4})

    def test_up_and_status_and_requests(self):
        peer = self.peer(drop_first=3, ask=("OPTIONS",))
        run = self.ping(peer, "-c", "5", "-I", "50", "-t", "100", "--json")
        up, = json_events(run.out, "UP")
        self.assertEqual((up["lost"], up["unsent"]), (3, 0))
        self.assertAlmostEqual(up["after_s"], 0.15, delta=0.04)
        request, = json_events(run.out, "REQUEST")
        self.assertEqual((request["from"], request["method"], request["answered"]),
                         (f"127.0.0.1:{peer.port}", "OPTIONS", True))
        sources, = json_events(run.out, "REQUESTS")
        self.assertEqual(sources["sources"][0]["requests"], 2)
        self.assertEqual(sources["others"], 0)

    def test_unread_and_syntax_are_in_rows_and_summary(self):
        peer = self.peer(garbage=("text",), broken=("no-colon",))
        run = self.ping(peer, "-c", "3", "-I", "50", "--json")
        rows = json_rows(run.out)
        unread = [row for row in rows if row["kind"] == "unread"]
        self.assertEqual(len(unread), 3)
        self.assertEqual(list(unread[0]), KEYS)
        self.assertEqual(unread[0]["detail"], {"reason": "not-sip", "length": "25",
                                               "bytes": "hello..is.this.thing.on?."})
        csv = [row for row in self.rows(peer) if row["kind"] == "unread"]
        self.assertEqual([details(row) for row in csv], [row["detail"] for row in unread])
        summary, = json_events(run.out, "SUMMARY")
        self.assertEqual((summary["unread"], summary["syntax"]), (3, {"no-colon:server": 3}))


if __name__ == "__main__":
    unittest.main()
