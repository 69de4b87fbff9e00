"""The simulator still does, bit by bit, what it did when the golden traces were recorded."""

from __future__ import annotations

import copy
import json

import golden
import pytest

RECORDED = json.loads(golden.FILE.read_text())


@pytest.mark.parametrize("name", [*golden.SETTINGS, *golden.WIFI_SETTINGS])
def test_golden_trace(name):
    seen = (
        golden.record(golden.SETTINGS[name])
        if name in golden.SETTINGS
        else golden.record(golden.WIFI_SETTINGS[name], "wifi")
    )
    found = golden.differences(RECORDED["traces"][name], seen)
    if not found:
        return
    message = f"setting {name!r}: " + "; ".join(found)
    here = golden.machine()
    if here != RECORDED["machine"]:
        pytest.skip(
            f"the last bit may differ on this machine ({here}, recorded on {RECORDED['machine']}): "
            f"record traces of an unchanged checkout here to compare with: make golden. {message}"
        )
    pytest.fail(f"{message}. If this is what you wanted: make golden", pytrace=False)


def test_a_difference_is_told_by_field_and_slot():
    expected = next(iter(RECORDED["traces"].values()))
    seen = copy.deepcopy(expected)
    for name, slot in (("rsrp_dbm", 40), ("reward", 7)):
        digits = seen[name]["slots"]
        changed = "0" if digits[2 * slot] != "0" else "1"
        seen[name] = {
            "hash": "other",
            "slots": digits[: 2 * slot] + changed + digits[2 * slot + 1 :],
        }
    seen["extra"] = seen.pop("time_s")
    assert golden.differences(expected, expected) == []
    assert golden.differences(expected, seen) == [
        "extra is new",
        "time_s is no longer there",
        "reward differs from slot 7 on",
        "rsrp_dbm differs from slot 40 on",
    ]
