"""What the page takes from others is what they published."""

import hashlib
import re

from py_agent.live.assets import PAGE


def test_uplot_is_as_published():
    told = (PAGE / "uplot" / "SOURCE.txt").read_text()
    sums = dict(re.findall(r"^([0-9a-f]{64})  (\S+)$", told, re.MULTILINE))
    files = {file.name for file in (PAGE / "uplot").iterdir()} - {"SOURCE.txt"}
    assert set(sums.values()) == files
    for expected, name in sums.items():
        assert hashlib.sha256((PAGE / "uplot" / name).read_bytes()).hexdigest() == expected
