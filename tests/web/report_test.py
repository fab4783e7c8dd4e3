"""The report's page in headless Chromium, with 300 targets and two weeks, in another time zone."""

import base64
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import made_report
from webdriver import DRAWN, Browser

RECT = "const r = document.querySelector(arguments[0]).getBoundingClientRect();" \
       "return [r.left, r.top, r.width, r.height]"
RANGE = "const d = document.getElementById('zoom').dataset; return [+d.from, +d.to]"


class ReportPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.page = pathlib.Path(cls.folder.name) / "report.html"
        source = cls.page.with_suffix(".json")
        source.write_text(json.dumps(made_report.report(), ensure_ascii=False), encoding="utf-8")
        subprocess.run([os.environ["WRITE_PAGE"], source, cls.page], check=True)
        cls.browser = Browser(1280, 1000)
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.browser.open(self.page)

    def texts(self, selector):
        return self.browser.run("return [...document.querySelectorAll(arguments[0])]"
                                ".map(e => e.textContent)", selector)

    def drag(self, selector, a, b):
        self.browser.run("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})",
                         selector)
        left, top, width, height = self.browser.run(RECT, selector)
        y = top + height / 2
        self.browser.pointer((left + a * width, y), "down", (left + (a + b) / 2 * width, y),
                             (left + b * width, y), "up")
        return left + width / 2, y

    def test_loads_fast_without_errors_and_without_network(self):
        for kind in ("browser", "performance"):
            self.browser.log(kind)  # of the browser's own first page, and of other tests
        times = []
        for _ in range(3):
            self.browser.open(self.page)
            times.append(float(self.browser.run(DRAWN)))
        print(f"drawn after {[round(t) for t in times]} ms, {self.page.stat().st_size} bytes")
        self.assertLess(min(times), 3000)
        self.assertLess(self.page.stat().st_size, 6_000_000)
        self.assertEqual(self.browser.log("browser"), [])
        asked = [json.loads(entry["message"])["message"] for entry in
                 self.browser.log("performance")]
        urls = {message["params"]["request"]["url"] for message in asked
                if message["method"] == "Network.requestWillBeSent"}
        self.assertIn(f"file://{self.page}", urls)
        self.assertEqual([u for u in urls if not u.startswith(("file://", "data:"))], [])

    def test_errors_would_be_seen(self):
        self.browser.run("setTimeout(() => { throw new Error('seen') })")
        self.browser.run("new Image().src = 'https://127.0.0.1:9/x.png'")
        seen = " ".join(entry["message"] for entry in self.browser.log("browser"))
        self.assertIn("seen", seen)
        self.assertIn("Content Security Policy", seen)

    def test_drag_zooms_and_double_click_resets(self):
        whole = self.browser.run(RANGE)
        for selector in (".u-over", "#cells"):
            x, y = self.drag(selector, .25, .5)
            begin, end = self.browser.run(RANGE)
            span = whole[1] - whole[0]
            self.assertAlmostEqual((begin - whole[0]) / span, .25, delta=.01, msg=selector)
            self.assertAlmostEqual((end - whole[0]) / span, .5, delta=.01, msg=selector)
            self.browser.run("document.querySelector('[data-do=all]').click()")
        x, y = self.drag(".u-over", .3, .4)
        self.browser.pointer((x, y), "down", "up", "down", "up")
        self.assertEqual(self.browser.run(RANGE), whole)

    def test_buttons_move_the_range(self):
        whole = self.browser.run(RANGE)
        self.browser.run("document.querySelector('[data-do=in]').click()")
        begin, end = self.browser.run(RANGE)
        self.assertAlmostEqual(end - begin, (whole[1] - whole[0]) / 2, delta=1)
        self.browser.run("document.querySelector('[data-do=later]').click()")
        self.assertGreater(self.browser.run(RANGE)[0], begin)

    def test_known_outages_are_in_the_table_and_a_click_goes_there(self):
        rows = self.texts("#outages tbody tr")
        self.assertEqual(len(rows), 14 * len(made_report.DAILY))
        for day in ("Mon 2026-10-19", "Sun 2026-11-01"):  # summer time and winter time
            found = [row for row in rows if f"{day} 11:31:00" in row and "sbc8." in row]
            self.assertEqual(len(found), 1, day)
            self.assertIn("3 min 0 s", found[0])
        self.browser.run("[...document.querySelectorAll('#outages tbody tr')].find(r => "
                         "r.textContent.includes('sbc8.')).click()")
        begin, end = self.browser.run(RANGE)
        at = made_report.outage_times()[0]
        self.assertTrue(begin < at < at + 180 < end, (begin, end))
        self.assertLess(end - begin, 4 * 3600)
        self.assertEqual(self.browser.run("return pick.value"), "8")

    def test_table_filters_and_sorts(self):
        self.browser.run("filter.value = '2026-10-25 11:31'; filter.dispatchEvent("
                         "new Event('input'))")
        self.assertEqual(len(self.texts("#outages tbody tr")), len(made_report.DAILY))
        self.browser.run("document.querySelector('#outages th button').click()")
        names = self.texts("#outages tbody td:first-child")
        self.assertEqual(names, sorted(names))

    def test_hostile_text_is_text(self):
        self.assertEqual(self.browser.run("return document.querySelectorAll("
                                          "'img, #names b, #findings b, footer i').length"), 0)
        shown = self.browser.run("return document.body.innerText")
        self.assertIn(made_report.HOSTILE_REASON, shown)
        self.assertIn("<b onmouseover=alert(2)>sbc7</b>\\u202e:5060", shown)
        self.assertNotIn("\u202e", shown)
        self.assertIn("<i>a.csv:3: no number", shown)

    def test_heatmap_colours_runs_and_folds_the_quiet(self):
        self.assertEqual(len(self.texts("#names button")), 10)
        self.assertIn("290 more targets", self.texts("#fold")[0])
        red = self.browser.run("""const c = document.querySelector('#cells canvas');
            const p = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
            const loud = y => { let n = 0; for (let x = 0; x < c.width; x++) {
                const i = 4 * (y * c.width + x); n += p[i] > 120 && p[i + 1] < 120; } return n; };
            return [loud(0), loud(9)]""")
        self.assertGreaterEqual(red[0], 14)
        self.assertEqual(red[1], 0)
        self.browser.run("fold.click()")
        self.assertEqual(len(self.texts("#names button")), 300)

    def test_an_outage_of_rare_probes_is_loud_and_hidden_characters_are_shown(self):
        report = made_report.report(targets=2)
        one = report["targets"][0]  # each run is of one loss within its column
        one["bins"]["lost"] = [[bin_, 1, 1] for bin_, *_ in one["bins"]["lost"]]
        one |= {"target": "a\u061cb", "site": "berlin", "outage_seconds": 7200.0,
                "outages_left_out": 3000}
        source = self.page.with_name("rare.json")
        source.write_text(json.dumps(report))
        page = source.with_suffix(".html")
        subprocess.run([os.environ["WRITE_PAGE"], source, page], check=True)
        self.browser.open(page)
        loud = self.browser.run("""const c = document.querySelector('#cells canvas');
            const p = c.getContext('2d').getImageData(0, 0, c.width, 1).data;
            let n = 0; for (let x = 0; x < c.width; x++)
                n += p[4 * x] > 120 && p[4 * x + 1] < 120; return n""")
        self.assertGreaterEqual(loud, 14)
        shown = self.browser.run("return document.body.innerText")
        self.assertIn("a\\u061cb @berlin", shown)
        self.assertIn("2 h 0 min", shown)

    def test_prints(self):
        self.browser.log("browser")
        pdf = base64.b64decode(self.browser.call("POST", "/print", {"background": True}))
        self.assertTrue(pdf.startswith(b"%PDF-"))
        self.assertGreaterEqual(pdf.count(b"/Type /Page\n"), 2)
        self.assertEqual(self.browser.log("browser"), [])

    def test_fits_a_phone(self):
        self.browser.call("POST", "/goog/cdp/execute", {
            "cmd": "Emulation.setDeviceMetricsOverride",
            "params": {"width": 390, "height": 800, "deviceScaleFactor": 2, "mobile": True}})
        self.addCleanup(self.browser.call, "POST", "/goog/cdp/execute", {
            "cmd": "Emulation.clearDeviceMetricsOverride", "params": {}})
        self.browser.open(self.page)
        self.assertLessEqual(
            self.browser.run("return document.documentElement.scrollWidth"), 390)


if __name__ == "__main__":
    unittest.main()
