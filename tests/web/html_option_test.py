"""sipping report --html as a user runs it: a log with a known outage, its page in a browser."""

import pathlib
import subprocess
import tempfile
import time
import unittest

from made_logs import HEADER, row
from support import SIPPING
from webdriver import Browser

BEGIN = 1_793_664_000  # 2026-11-03 00:00 UTC
DAYS, STEP = 3, 30
OUTAGE = (41_460, 41_640)  # 11:31 to 11:34 UTC
EVIL = "<img src=x onerror=alert(1)>"
EVIL_STATUS = "SIP/2.0 503 </script><script>alert(2)</script>"


def rows():
    """(completion, row) of two targets; the second is silent for three minutes a day."""
    for target, name in enumerate((EVIL, "gw2.example.net")):
        for number in range(DAYS * 86_400 // STEP):
            sent = BEGIN + number * STEP + target
            lost = target == 1 and OUTAGE[0] <= number * STEP % 86_400 < OUTAGE[1]
            status = EVIL_STATUS if target == 0 and number > 3000 else "SIP/2.0 200 OK"
            yield sent + lost, row(sent, name, "timeout" if lost else "reply", 20.5,
                                   1_000_000_000 + 2 * number + target, status=status)


class HtmlOption(unittest.TestCase):
    def test_a_known_outage_is_in_the_page(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            lines = [text for _, text in sorted(rows())]
            (folder / "log.csv").write_text(HEADER + "".join(lines))
            subprocess.run([SIPPING, "report", "log.csv", "-q", "--html", "page.html", "--tz",
                            "UTC"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
            browser = Browser(1280, 1000)
            self.addCleanup(browser.close)
            browser.open(folder / "page.html")
            self.assertEqual(browser.log("browser"), [])
            table = browser.run("return [...document.querySelectorAll('#outages tbody tr')]"
                                ".map(r => [...r.children].map(c => c.textContent))")
            self.assertEqual(len(table), DAYS, table)
            first = BEGIN + OUTAGE[0]
            call_id = 1_000_000_000 + 2 * (OUTAGE[0] // STEP) + 1
            self.assertEqual(table[0][:2], ["gw2.example.net", time.strftime(
                "%a %Y-%m-%d %H:%M:%S", time.gmtime(first + 1))])
            self.assertIn(str(call_id), table[0])
            self.assertIn("6", table[0], "lost")
            shown = browser.run("return document.body.innerText")
            self.assertIn("3 of 3 days 1 target failed between 11:30 and 11:45: gw2.example.net",
                          shown)
            self.assertIn(EVIL, shown)
            self.assertIn(EVIL_STATUS, shown)
            self.assertEqual(browser.run("return document.images.length"), 0)
            self.assertEqual(self.figure(browser, "codes"), "200 x 8,622")
            self.assertEqual(self.figure(browser, "availability"), "99.8 %")

    def test_what_refused_is_an_outage_of_its_own_sort(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            lines = [row(BEGIN + number, "gw", "reply", 20.5, 1_000_000_000 + number,
                         status="SIP/2.0 503 Busy" if 100 <= number < 160 else "SIP/2.0 200 OK")
                     for number in range(600)]
            (folder / "log.csv").write_text(HEADER + "".join(lines))
            subprocess.run([SIPPING, "report", "log.csv", "-q", "--html", "page.html", "--tz",
                            "UTC", "--down-codes", "503"],
                           cwd=folder, check=True, stdout=subprocess.DEVNULL)
            browser = Browser(1280, 1000)
            self.addCleanup(browser.close)
            browser.open(folder / "page.html")
            self.assertEqual(browser.log("browser"), [])
            heads = browser.run("return [...document.querySelectorAll('#outages thead th')]"
                                ".map(c => c.textContent)")
            cells = browser.run("return [...document.querySelectorAll('#outages tbody td')]"
                                ".map(c => c.textContent)")
            outage = dict(zip(heads, cells, strict=True))
            self.assertEqual([outage[head] for head in ("Lost", "Refused", "Maintenance", "Sort")],
                             ["0", "60", "0", "refused"])
            self.assertEqual(self.figure(browser, "codes"), "200 x 540, 503 x 60")
            self.assertEqual(self.figure(browser, "refused"), "60")
            self.assertEqual(self.figure(browser, "availability"), "90.0 %")

    @staticmethod
    def figure(browser, name):
        return browser.run("return [...document.querySelectorAll('#figures div')].find(d => "
                           f"d.querySelector('dt').textContent === '{name}')"
                           "?.querySelector('dd').textContent ?? ''")


if __name__ == "__main__":
    unittest.main()
