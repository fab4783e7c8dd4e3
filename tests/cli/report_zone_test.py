"""sipping report where a local time is none, or comes twice; and what CSV readers get."""

import csv
import io
import re
import unittest

from made_logs import HEADER, log_of
from support import SippingCase

WINTER = 1_445_734_800  # 2015-10-25 01:00 UTC: 03:00 becomes 02:00 in Berlin


class Zones(SippingCase):
    def report(self, rows, *arguments):
        (self.folder / "a.csv").write_text(HEADER + rows)
        return self.sipping("report", "a.csv", *arguments, "--tz", "Europe/Berlin").out

    def test_the_hour_that_comes_twice_says_which_one_it_is(self):
        out = self.report(log_of("." * 60 + "x" * 20 + "." * 300, begin=WINTER - 130,
                                 interval=2), "--csv")
        outage, = csv.DictReader(io.StringIO(out))
        self.assertEqual((outage["begin"], outage["end"]), (
            "2015-10-25 02:59:50.000+02:00", "2015-10-25 02:00:30.000+01:00"))
        again = self.report(log_of("." * 100, begin=WINTER - 130, interval=2), "--at",
                            outage["begin"], "--around", "1")
        self.assertEqual(again.count("\n"), 1, again)
        later = self.report(log_of("..xxx..", begin=WINTER + 4 * 3600), "--csv")
        self.assertIn(",2015-10-25 06:00:02.000,", later)

    def test_a_site_with_a_comma_is_one_field(self):
        rows = re.sub(r"(\d+@a,b)", r'"\1"', log_of("..xxxx..", site="a,b"))
        out = self.report(rows, "--csv")
        row, = csv.DictReader(io.StringIO(out))
        self.assertEqual(row["site"], "a,b")
        self.assertTrue(row["last_callid"].endswith("@a,b"), row)
        self.assertNotIn(None, row)


if __name__ == "__main__":
    unittest.main()
