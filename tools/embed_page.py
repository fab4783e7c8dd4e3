"""Makes the C++ source that holds the report's page: embed_page.py OUT UPLOT PAGE.html FILE...

The sources of src/web/report (style sheets and scripts, in the order given) and uPlot become one
page. It is cut in two where the data goes. The page's policy names the hashes of its own script
and style, so nothing else can run in it. Nothing is minified but what comes so.
"""

import base64
import hashlib
import pathlib
import sys

UPLOT_MARK = "(v1.6.32) */"
LITERAL = 90  # characters of a line of the C++ source


def policy(style, script):
    """What the page may do: run these two, show images of its own, and no more."""
    def digest(text):
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    return "; ".join(("default-src 'none'", f"script-src {digest(script)}",
                      f"style-src {digest(style)}", "img-src data:", "base-uri 'none'",
                      "form-action 'none'", "require-trusted-types-for 'script'"))


def in_element(text, name):
    """The text as the content of <script> or <style>; what would end the element early is an error.
    """
    low = text.lower()
    if "</" + name in low or "<!--" in low:
        raise ValueError(f"</{name} or <!-- within a {name}")
    return text


def assemble(uplot, page, sources):
    """The whole page with {{data}} still in it."""
    licence = (uplot / "LICENSE").read_text(encoding="utf-8").strip()
    library = (uplot / "uPlot.iife.min.js").read_text(encoding="utf-8").strip()
    if UPLOT_MARK not in library[:200]:
        raise ValueError(f"{uplot}: not the version of uPlot that is wanted: {library[:60]!r}")
    styles = [(uplot / "uPlot.min.css").read_text(encoding="utf-8").strip()]
    styles += [path.read_text(encoding="utf-8") for path in sources if path.suffix == ".css"]
    scripts = [path.read_text(encoding="utf-8") for path in sources if path.suffix == ".js"]
    script = "\n".join((f"/* uPlot\n{licence}\n*/", library, "(() => {", "'use strict';", *scripts,
                        "})();", ""))
    style = in_element("\n".join(styles), "style")
    script = in_element(script, "script")
    text = page.read_text(encoding="utf-8")
    for name, value in (("policy", policy(style, script)), ("style", style), ("script", script)):
        if text.count("{{" + name + "}}") != 1:
            raise ValueError(f"{page}: {{{{{name}}}}} must be there once")
        head, tail = text.split("{{" + name + "}}")
        text = head + value + tail
    return text


def literals(text):
    """C++ string literals, one a line."""
    data = text.encode()
    safe = {byte: chr(byte) for byte in range(32, 127)}
    safe |= {ord('"'): '\\"', ord("\\"): "\\\\", ord("?"): "\\?", ord("\n"): "\\n"}
    lines = []
    for start in range(0, len(data), LITERAL):
        part = data[start:start + LITERAL]
        lines.append('    "' + "".join(safe.get(byte, f"\\{byte:03o}") for byte in part) + '"')
    return "\n".join(lines)


def source(text):
    before, after = text.split("{{data}}")
    return f"""// Made by tools/embed_page.py; do not edit.
#include "sipping/page/page_parts.hpp"

namespace sipping::page {{

const std::string_view before_data{{
{literals(before)}, {len(before.encode())}}};

const std::string_view after_data{{
{literals(after)}, {len(after.encode())}}};

}}  // namespace sipping::page
"""


def main(out, uplot, page, *sources):
    try:
        text = assemble(pathlib.Path(uplot), pathlib.Path(page), [pathlib.Path(p) for p in sources])
        pathlib.Path(out).write_text(source(text), encoding="ascii")
    except (OSError, ValueError) as error:
        print(f"embed_page: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
