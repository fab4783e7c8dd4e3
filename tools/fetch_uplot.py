"""Fetches uPlot, which draws the charts of HTML reports, from the npm registry into build/npm.

Version and sha512 are pinned here; nothing else is accepted and nothing is fetched twice. Needs no
npm, but asks the registry that npm is set to: npm_config_registry, else `npm config get registry`.
"""

import base64
import hashlib
import io
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request

VERSION = "1.6.32"
SHA512 = "KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy+jabjLgSLMasNuGGzQm/ep3tOkyTxpiQIw=="
FILES = ("LICENSE", "dist/uPlot.iife.min.js", "dist/uPlot.min.css")
BYTES_LIMIT = 4 << 20
FOLDER = pathlib.Path(__file__).resolve().parents[1] / "build/npm" / f"uplot-{VERSION}"


def registry():
    """The registry's address without a slash at its end."""
    for name in ("npm_config_registry", "NPM_CONFIG_REGISTRY"):
        if os.environ.get(name):
            return os.environ[name].rstrip("/")
    if npm := shutil.which("npm"):
        said = subprocess.run([npm, "config", "get", "registry"], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=False).stdout.strip()
        if said.startswith(("http://", "https://")):
            return said.rstrip("/")
    return "https://registry.npmjs.org"


def check(package):
    """Raises ValueError unless these are the pinned bytes."""
    found = base64.b64encode(hashlib.sha512(package).digest()).decode()
    if found != SHA512:
        raise ValueError(f"not the pinned package: its sha512 is {found}, not {SHA512}")


def unpack(package, folder):
    """Puts the files that are needed into the folder, all of them or none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as beside:
        new = pathlib.Path(beside) / "uplot"
        with tarfile.open(fileobj=io.BytesIO(package), mode="r:gz") as archive:
            for name in FILES:
                (new / name).parent.mkdir(parents=True, exist_ok=True)
                (new / name).write_bytes(archive.extractfile("package/" + name).read())
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)


def main():
    if all((FOLDER / name).is_file() for name in FILES):
        return 0
    url = f"{registry()}/uplot/-/uplot-{VERSION}.tgz"
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            package = answer.read(BYTES_LIMIT)
        check(package)
        unpack(package, FOLDER)
    except (OSError, ValueError, KeyError, tarfile.TarError) as error:
        reason = getattr(error, "reason", error)
        print(f"fetch_uplot: {url}: {reason}\nWithout a network: put the package's files into a "
              "folder and tell Meson with -Duplot=FOLDER", file=sys.stderr)
        return 1
    print(f"fetched uPlot {VERSION} into {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
