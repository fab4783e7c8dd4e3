"""README and handbook: links lead somewhere, every option is one of the program and every one of
the program is explained, and nothing is said twice."""

import os
import pathlib
import re
import unittest

ROOT = pathlib.Path(os.environ.get("SOURCE_ROOT", pathlib.Path(__file__).parents[3]))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs/handbook").glob("*.md"))]
OTHERS = [ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md", "bench/README.md")]
README_LINES = 150
# Words with two dashes that are no options of ours: of other programs, in examples.
FOREIGN = {"--buildtype", "--user"}


def slug(heading):
    """As forges make anchors of headings."""
    return re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading.lower())).replace(" ", "-")


def anchors(path):
    return {slug(heading) for heading in re.findall(r"(?m)^#+ (.*)$", path.read_text())}


def prose(path):
    """Without examples."""
    return re.sub(r"(?m)^    .*$", "", path.read_text())


def options_of(text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*[a-z0-9]", text))


class Handbook(unittest.TestCase):
    def test_links_lead_somewhere(self):
        lost = []
        for page in PAGES + OTHERS:
            for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
                if re.match(r"[a-z]+:", link):
                    continue
                name, _, anchor = link.partition("#")
                target = page.parent / name if name else page
                if not target.exists() or (anchor and anchor not in anchors(target)):
                    lost.append(f"{page.relative_to(ROOT)}: {link}")
        self.assertEqual(lost, [])

    def test_every_page_is_linked_from_the_first_one(self):
        first = PAGES[0].read_text()
        for page in PAGES[1:]:
            self.assertIn(f"(docs/handbook/{page.name})", first)

    def test_the_first_page_is_short(self):
        self.assertLessEqual(PAGES[0].read_text().count("\n"), README_LINES)

    def test_options_are_the_program_s(self):
        helps = (ROOT / "src/app/cli/help.cpp").read_text()
        known = options_of(helps)
        said = set().union(*(options_of(page.read_text()) for page in PAGES))
        self.assertEqual(known - said, set(), "not explained")
        tools = options_of((ROOT / "tools/bench").read_text()) | FOREIGN
        self.assertEqual(said - known - tools, set(), "not ours")

    def test_no_sentence_stands_twice(self):
        seen = {}
        twice = []
        for page in PAGES:
            for sentence in re.split(r"(?<=[.:?])\s+", re.sub(r"\s+", " ", prose(page))):
                if len(sentence) < 60 or sentence.startswith("|"):
                    continue
                if sentence in seen:
                    twice.append(f"{seen[sentence]}, {page.name}: {sentence}")
                seen[sentence] = page.name
        self.assertEqual(twice, [])


if __name__ == "__main__":
    unittest.main()
