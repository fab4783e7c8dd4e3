"""Holds every #include against the table of docs/ARCHITECTURE.md. No compiler: it reads lines."""

import os
import pathlib
import re
import unittest

ROOT = pathlib.Path(os.environ.get("SOURCE_ROOT", pathlib.Path(__file__).parents[3]))
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
INTERFACE_ONLY = {"probe": {"transport.hpp"}}

# Pure parts of the C++ standard library. Streams, files, threads and random_device are left out.
CORE_STANDARD = set(
    """algorithm any array atomic bit bitset cassert cctype cerrno cfloat charconv chrono climits
    cmath compare complex concepts cstddef cstdint cstdlib cstring deque exception execution
    expected functional initializer_list iterator limits list map memory memory_resource new
    numbers numeric optional queue ranges ratio set span stack stdexcept string string_view tuple
    type_traits typeindex typeinfo unordered_map unordered_set utility valarray variant vector
    version""".split())
CORE_FURTHER = {"arpa/inet.h": {"base"}}  # system header -> the core modules that may have it


def read_table(text):
    """{module: (set of modules, interface-only modules)}; None in place of the set means all."""
    table = {}
    in_table = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            in_table = False
        elif cells[0] == "module" and cells[-1] == "may include":
            in_table = True
        elif in_table and not set(cells[0]) <= set("-: "):
            words = [word.strip() for word in cells[-1].split(",")]
            plain = {word for word in words if "(" not in word} - {"std", "fmt", "liburing"}
            limited = {word.split("(")[0].strip() for word in words if "(interface only)" in word}
            table[cells[0].strip("`")] = (None if "all" in plain else plain, limited)
    return table


def path_parts(path):
    return pathlib.PurePath(path).parts


def module_of(path):
    """The module a file belongs to, by its folder."""
    parts = pathlib.PurePath(path).parts
    if parts[:2] in (("include", "sipping"), ("src", "core")):
        return parts[2]
    if parts[:2] == ("src", "shell"):
        return "shell/" + parts[2]
    if parts[:2] == ("src", "app"):
        return "app/" + parts[2]
    return "main" if parts == ("src", "main.cpp") else None


def target_of(included):
    """(module, header) of an include of ours; None for a header that is not ours."""
    parts = included.split("/")
    if parts[0] == "sipping" and len(parts) >= 3:
        return parts[1], "/".join(parts[2:])
    for layer in ("shell", "app"):
        if (ROOT / "src" / layer / included).exists() and len(parts) >= 2:
            return f"{layer}/{parts[0]}", "/".join(parts[1:])
    return None


def problem(table, path, quote, included):
    """What is wrong with this include line, or an empty string."""
    module = module_of(path)
    if module not in table:
        return f"module {module} has no row in the table"
    allowed, limited = table[module]
    ours = target_of(included)
    in_core = not module.startswith(("app/", "shell/", "main"))
    if ours is None:
        if quote == '"':
            beside = (ROOT / path).parent / included
            return "" if beside.exists() else "names no header of a module"
        if not in_core or included in CORE_STANDARD or included.startswith("fmt/"):
            return ""
        return "" if module in CORE_FURTHER.get(included, ()) else "is no business of the core"
    if ours[0] == module == "app/commands" and ours[1].split("/")[0] != path_parts(path)[3]:
        return "a command includes no other one"
    if ours[0] == module or allowed is None:
        return ""
    if ours[0] not in table:
        return f"module {ours[0]} has no row in the table"
    if ours[0] in limited:
        return "" if ours[1] in INTERFACE_ONLY.get(ours[0], ()) else "only its interface is allowed"
    return "" if ours[0] in allowed else f"the table does not allow {module} -> {ours[0]}"


def problems(table, path, text):
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match and (what := problem(table, path, *match.groups())):
            found.append(f"{path}:{number}: {match.group(2)}: {what}")
    return found


def sources():
    for folder in ("include/sipping", "src"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".hpp", ".cpp", ".h"):
                yield path.relative_to(ROOT)


class Modules(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.table = read_table((ROOT / "docs/ARCHITECTURE.md").read_text())

    def test_table_is_complete(self):
        folders = {path.name for path in (ROOT / "src/core").iterdir() if path.is_dir()}
        folders |= {"shell/" + p.name for p in (ROOT / "src/shell").iterdir() if p.is_dir()}
        folders |= {"app/" + p.name for p in (ROOT / "src/app").iterdir() if p.is_dir()}
        self.assertEqual(folders | {"main"}, set(self.table))
        self.assertEqual({name for name, (may, _) in self.table.items() if may is None},
                         {"app/commands", "main"})

    def test_only_app_may_include_config(self):
        users = [name for name, (may, _) in self.table.items()
                 if may and "config" in may and not name.startswith("app/")]
        self.assertEqual(users, [])

    def test_every_include_is_allowed(self):
        found = []
        count = 0
        for path in sources():
            count += 1
            found += problems(self.table, str(path), (ROOT / path).read_text())
        self.assertGreater(count, 20)
        self.assertEqual(found, [], "\n" + "\n".join(found))

    def test_the_check_can_fail(self):
        for path, line in (
                ("src/core/wire/via.cpp", '#include "sipping/match/table.hpp"'),
                ("src/core/stats/loss.cpp", '#include "sipping/probe/transport.hpp"'),
                ("include/sipping/record/rows.hpp", '#include "sipping/config/ping_config.hpp"'),
                ("src/core/respond/far_end.cpp", '#include "sipping/probe/engine.hpp"'),
                ("src/shell/net/resolve.cpp", '#include "sipping/config/ping_config.hpp"'),
                ("src/core/wire/via.cpp", "#include <arpa/inet.h>"),
                ("src/core/base/prng.cpp", "#  include <sys/socket.h>"),
                ("src/core/base/prng.cpp", "#include <iostream>"),
                ("src/core/base/prng.cpp", '#include "io/ring.hpp"'),
                ("src/core/nowhere/a.cpp", "#include <vector>"),
                ("src/app/text/table.hpp", '#include "session/prober.hpp"'),
                ("src/app/history/log_rows.cpp", '#include "session/targets.hpp"'),
                ("src/app/commands/ports/path.cpp", '#include "commands/stress/stress.hpp"')):
            self.assertEqual(len(problems(self.table, path, line)), 1, f"{path}: {line}")
        for path, line in (
                ("src/core/match/table.cpp", '#include "sipping/wire/identity.hpp"'),
                ("src/core/base/endpoint.cpp", "#include <arpa/inet.h>"),
                ("src/core/respond/far_end.cpp", '#include "sipping/probe/transport.hpp"'),
                ("src/main.cpp", '#include "sipping/config/ping_config.hpp"'),
                ("src/app/commands/ports/path.cpp", '#include "commands/ports/report.hpp"')):
            self.assertEqual(problems(self.table, path, line), [])


if __name__ == "__main__":
    unittest.main()
