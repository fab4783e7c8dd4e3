"""Fetches uPlot, which draws the charts of HTML reports, from the npm registry into build/npm.

Version and sha512 are pinned here; nothing else is accepted and nothing is fetched twice. `npm
pack` does it, from the registry that npm is set to; no script of the package runs.
"""

import base64
import hashlib
import io
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile

VERSION = "1.6.32"
SHA512 = "KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy+jabjLgSLMasNuGGzQm/ep3tOkyTxpiQIw=="
FILES = ("LICENSE", "dist/uPlot.iife.min.js", "dist/uPlot.min.css")
FOLDER = pathlib.Path(__file__).resolve().parents[1] / "build/npm" / f"uplot-{VERSION}"


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
    package = f"uplot@{VERSION}"
    try:
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                ["npm", "pack", "--silent", "--pack-destination", folder, package],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, timeout=120, check=False)
            files = list(pathlib.Path(folder).glob("*.tgz"))
            if done.returncode != 0 or len(files) != 1:
                raise ValueError(done.stdout.strip() or f"npm ended with {done.returncode}")
            data = files[0].read_bytes()
        check(data)
        unpack(data, FOLDER)
    except FileNotFoundError:
        print("fetch_uplot: npm is not installed (Debian: apt-get install npm)", file=sys.stderr)
        return 1
    except (OSError, ValueError, KeyError, tarfile.TarError, subprocess.SubprocessError) as error:
        print(f"fetch_uplot: {package}: {error}\nWithout npm or a network: put the package's files "
              "into a folder and tell Meson with -Duplot=FOLDER", file=sys.stderr)
        return 1
    print(f"fetched uPlot {VERSION} into {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
