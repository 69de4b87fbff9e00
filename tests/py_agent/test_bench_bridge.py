from __future__ import annotations

from py_agent.bench import bridge


def test_every_transport_is_measured(monkeypatch):
    monkeypatch.setattr(bridge, "SIZES", (2,))
    report = bridge.measure(rounds=1, trips=100)
    assert set(report.numbers) == {
        "cpp_limit_us_p50",
        "shm_us_p50",
        "shm_in_place_us_p50",
        "ipc_us_p50",
        "tcp_us_p50",
        "tcp_curve_us_p50",
        "ns3_gym_way_us_p50",
    }
    for values in report.numbers.values():
        assert list(values) == ["2"]
        assert values["2"] > 0
    assert report.tables[0].row_count == 7
