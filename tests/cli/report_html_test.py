"""sipping report --html: the file that it writes. tests/web looks at it in a browser."""

import json
import re
import unittest

from made_logs import HEADER, log_of
from support import SippingCase


class ReportHtml(SippingCase):
    def write(self, rows):
        path = self.folder / "a.csv"
        path.write_text(HEADER + rows)
        return path

    def test_is_one_file_with_the_data_as_text(self):
        self.write(log_of("." * 5 + "xxxx" + "." * 5, status="SIP/2.0 200 <b>OK</b>"))
        text = self.sipping("report", "a.csv").out
        run = self.sipping("report", "a.csv", "--html", "page.html")
        self.assertEqual(run.out, text)
        page = (self.folder / "page.html").read_text()
        data = re.search(r'<script[^>]* id="data"[^>]*>(.*?)</script>', page, re.S).group(1)
        self.assertNotIn("<", data)
        target = json.loads(data)["targets"][0]
        self.assertEqual((target["sent"], target["lost"], len(target["outages"])), (14, 4, 1))
        lost = target["bins"]["lost"]
        self.assertEqual(sum(one[1] for one in lost), 4)
        self.assertEqual(json.loads(data)["bin_s"] * json.loads(data)["bins"] >= 14, True)
        self.assertIn("Permission is hereby granted", page, "the licence of uPlot")
        self.assertEqual(re.findall(r'(?:src|href)="(?!data:)', page), [])

    def test_tells_what_it_cannot_do_before_it_reads(self):
        log = self.write(log_of("...xxx"))
        before = log.read_bytes()
        for arguments, what in (
                (("a.csv", "--html", "a.csv"), "that is one of the files to be read"),
                (("a.csv", "--html", "none/page.html"), "No such file or directory"),
                (("a.csv", "--html", "p.html", "--per", "day"), "exclude each other"),
                (("a.csv", "--html", "p.html", "--at", "11:31"), "goes without"),
                (("a.csv", "--html", "p.html", "--target", "other"),
                 "--target 'other': no such target in these logs (there is sbc, 192.0.2.1)")):
            run = self.sipping("report", *arguments, code=3)
            self.assertIn(what, run.err)
        self.assertEqual(log.read_bytes(), before)
        self.assertFalse((self.folder / "p.html").exists())

    def test_of_a_pipe_too(self):
        log = self.write(log_of("...xxx..."))
        self.sipping("report", "a.csv", "--html", "a.html")
        self.sipping("report", "-", "--html", "b.html", stdin=log.read_text())
        pages = [re.sub(r'"made":[^,]*', "", (self.folder / name).read_text())
                 for name in ("a.html", "b.html")]
        self.assertEqual(*pages)

    def test_nothing_to_show_leaves_nothing_behind(self):
        self.write(log_of("..."))
        self.sipping("report", "a.csv", "--html", "p.html", "--from", "2020-01-01", "--to",
                     "2020-01-02", code=3)
        self.assertFalse((self.folder / "p.html").exists())

    def test_each_column_has_a_probe_in_it(self):
        self.write(log_of("." * 60, interval=60))
        self.sipping("report", "a.csv", "--html", "page.html")
        page = (self.folder / "page.html").read_text()
        data = json.loads(re.search(r' id="data"[^>]*>(.*?)</script>', page, re.S).group(1))
        self.assertGreaterEqual(data["bin_s"], 60)

    def test_names_each_unread_line_once(self):
        self.write(log_of("...") + "neither,a,row\n")
        run = self.sipping("report", "a.csv", "--html", "page.html", code=1)
        self.assertEqual(run.err.count("a.csv:5:"), 1, run.err)
        self.assertEqual((self.folder / "page.html").read_text().count('"unread_lines":1'), 1)


if __name__ == "__main__":
    unittest.main()
