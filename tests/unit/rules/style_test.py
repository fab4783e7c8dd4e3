"""Lines up to 100 columns, no tabs, no blanks at line ends, files up to about 300 lines."""

import os
import pathlib
import unittest

ROOT = pathlib.Path(os.environ.get("SOURCE_ROOT", pathlib.Path(__file__).parents[3]))
COLUMNS = 100
LINES_WANTED = 300
LINES_LIMIT = 400


def sources():
    for folder in ("include", "src", "bench", "tests", "tools"):
        for path in sorted((ROOT / folder).rglob("*")):
            script = path.parent == ROOT / "tools" and path.suffix == "" and path.is_file()
            if path.suffix in (".cpp", ".hpp", ".c", ".py", ".sh") or script:
                yield path


def problems(name, text):
    found = []
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS:
            found.append(f"{name}:{number}: {len(line)} columns")
        if "\t" in line:
            found.append(f"{name}:{number}: a tab")
        if line != line.rstrip():
            found.append(f"{name}:{number}: blanks at the end")
    if not text.endswith("\n"):
        found.append(f"{name}: no line end at the end")
    if len(lines) - 1 > LINES_LIMIT:
        found.append(f"{name}: {len(lines) - 1} lines")
    return found


class Style(unittest.TestCase):
    def test_sources(self):
        found = []
        long_files = []
        count = 0
        for path in sources():
            count += 1
            text = path.read_text(encoding="utf-8")
            found += problems(path.relative_to(ROOT), text)
            if text.count("\n") > LINES_WANTED:
                long_files.append(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines")
        if long_files:
            print(f"over {LINES_WANTED} lines (is each one concept?):", *long_files, sep="\n  ")
        self.assertGreater(count, 30)
        self.assertEqual(found, [], "\n" + "\n".join(found))

    def test_the_check_can_fail(self):
        for text in ("x" * 101 + "\n", "\tx\n", "x \n", "x", "x\n" * 401):
            self.assertEqual(len(problems("sample", text)), 1, text[:20])
        self.assertEqual(problems("sample", "x" * 100 + "\n"), [])


if __name__ == "__main__":
    unittest.main()
