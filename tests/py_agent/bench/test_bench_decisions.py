from __future__ import annotations

from py_agent.bench import decisions


def test_every_way_is_measured_at_the_same_decisions():
    measured = decisions.measure(rounds=1, seconds=0.5)
    assert set(measured.numbers) == {
        *("decisions_per_simulated_s", "us_per_decision", "times_ours"),
        *("simulated_s_per_s", "our_speed_over"),
    }
    assert measured.numbers["decisions_per_simulated_s"] > 300
    for name in ("us_per_decision", "simulated_s_per_s", "times_ours", "our_speed_over"):
        assert set(measured.numbers[name]) == {"ours", "ns3_ai_way", "ns3_gym_way"}
        assert all(value > 0 for value in measured.numbers[name].values())
    assert measured.tables[0].row_count == 3
