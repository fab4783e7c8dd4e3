"""What lies under subprojects/ is what its README says, byte for byte, and has its licence."""

import hashlib
import os
import pathlib
import re
import unittest

ROOT = pathlib.Path(os.environ.get("SOURCE_ROOT", pathlib.Path(__file__).parents[3]))


class ThirdParty(unittest.TestCase):
    def test_files_are_those_of_the_readme(self):
        folders = sorted(path for path in (ROOT / "subprojects").iterdir() if path.is_dir())
        self.assertNotEqual(folders, [])
        for folder in folders:
            said = dict(re.findall(r"(?m)^([0-9a-f]{64})  (\S+)$", (folder / "README").read_text()))
            there = {path.name for path in folder.iterdir()} - {"README"}
            self.assertEqual(set(said.values()), there)
            self.assertIn("LICENSE", there)
            for checksum, name in said.items():
                found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
                self.assertEqual(found, checksum, name)


if __name__ == "__main__":
    unittest.main()
