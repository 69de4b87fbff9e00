"""The page in a browser: frames arrive, the map moves, the slider, two runs, one file."""

from __future__ import annotations

import threading
from urllib.parse import urlsplit

import numpy as np
import pytest
from typer.testing import CliRunner

from ns3_bridge import Field, Schema
from py_agent.cli.app import app
from py_agent.experiment.run_settings import RunSettings
from py_agent.experiment.runner import Run
from py_agent.live.messages import SlotPacker, Told, begin_message, end_message
from py_agent.live.recorded import recorded_messages
from py_agent.live.server import LiveServer
from py_agent.live.watcher import LiveWatcher

PLENTY = 10**9
SLOT_SHOWN = "Number(/slot (\\d+)/.exec(document.querySelector('.run h2')?.textContent)?.[1] ?? -1)"


@pytest.fixture
def serve():
    """Start servers; they are closed at the end."""
    started = []

    def make(**options):
        started.append(LiveServer(**options))
        return started[-1]

    yield make
    for server in started:
        server.close()


def test_a_run_is_watched_paused_and_replayed(serve, visit, small_run):
    server = serve(can_pause=True)
    server.gate.hold()  # until the page is there
    run = small_run("twin-fill", duration_s=3.0)
    simulation = threading.Thread(target=run.execute, kwargs={"watcher": server.watcher()})
    simulation.start()
    seen = visit(server.url)
    page = seen.page

    seen.says("paused: ns-3 waits")
    assert page.evaluate(SLOT_SHOWN) == 0
    before = seen.picture()
    page.click("#step")
    seen.wait_for(f"{SLOT_SHOWN} === 1")
    page.click("#play")
    seen.wait_for(f"{SLOT_SHOWN} > 20")
    assert seen.picture() != before
    seen.says("ended")
    simulation.join()
    seen.wait_for(f"{SLOT_SHOWN} === 150")
    assert page.is_visible("#forecasts")

    end = seen.picture()
    seen.go_to(0.0)
    assert page.evaluate(SLOT_SHOWN) == 0
    assert seen.picture() != end
    seen.go_to(1.0)
    assert page.evaluate(SLOT_SHOWN) == 150
    seen.go_to(0.2)
    page.select_option("#speed", "8")
    page.click("#play")
    seen.wait_for(f"{SLOT_SHOWN} === 150")
    ours = urlsplit(server.url).netloc
    assert {urlsplit(url).netloc for url in seen.asked} == {ours}


def test_two_runs_stand_beside_each_other(serve, visit, recorded):
    past = [m for i, f in enumerate(recorded) for m in recorded_messages(f, str(i), PLENTY)]
    seen = visit(serve(past=past).url)
    seen.wait_for("document.querySelectorAll('.run canvas.map').length === 2")
    seen.has_all(101)
    seen.go_to(0.9)
    titles = seen.page.locator(".run h2").all_inner_texts()
    assert [title.partition(",")[0] for title in titles] == ["srpt", "random"]
    assert seen.picture(0) != seen.picture(1)
    first, second = (seen.page.locator(".run").nth(i).bounding_box() for i in (0, 1))
    assert first["x"] + first["width"] <= second["x"]
    assert seen.page.locator("#curves .legend").first.inner_text().split("\n") == [
        "srpt, seed 1",
        "random, seed 1",
    ]
    seen.page.click("#choice button >> nth=0")
    seen.wait_for("document.querySelectorAll('.run').length === 1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_window_shows_all_without_scrolling_sideways(serve, visit, recorded, scheme):
    past = recorded_messages(recorded[0], "1", PLENTY)
    size = {"width": 420, "height": 800}
    seen = visit(serve(past=past).url, viewport=size, color_scheme=scheme)
    seen.has_all(101)
    seen.go_to(0.5)
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 420


def test_one_file_holds_page_and_runs(visit, recorded, tmp_path):
    file = tmp_path / "runs.html"
    told = CliRunner().invoke(app, ["view", *(str(f.path) for f in recorded), "--html", str(file)])
    assert told.exit_code == 0, told.output
    assert f"{file}, {file.stat().st_size / 1000:.0f} kB" in told.output.replace("\n", "")
    seen = visit(file.as_uri(), offline=True)
    seen.has_all(101)
    seen.wait_for("document.querySelectorAll('.run canvas.map').length === 2")
    seen.go_to(0.1)
    before = seen.picture()
    seen.go_to(0.9)
    assert seen.picture() != before
    outside = [url for url in seen.asked if urlsplit(url).scheme not in ("file", "data", "blob")]
    assert outside == []


def test_any_scenario_has_its_fields_drawn(serve, visit):
    queue = Field("queue_packets", "int32", (3,), "packets", 0, 100, missing=-1, dims=("link",))
    rate = Field("rate_mbps", "float32", (1,), "Mbit/s", 0.1, 10)
    schema = Schema("mine", 0, 0, "1", "", (queue,), (rate,), {}, ())
    facts = {"slots": 40, "slot_s": 0.1, "slots_per_frame": 1, "policy": "mine", "seed": 1}
    packer = SlotPacker("1", schema)
    decided = {"rate_mbps": np.ones(1)}
    server = serve()
    server.publish(begin_message(Told("1", "mine, seed 1", schema, facts)))
    for slot in range(40):
        seen = {"queue_packets": np.array([slot % 7, -1, 40 - slot])}
        server.publish(packer.pack(slot, 0.1 * slot, -float(slot), seen, decided))
    server.publish(end_message("1", "failed", "the link broke"))
    page = visit(server.url)
    page.says("a run failed")
    assert not page.page.is_visible("canvas.map")
    page.wait_for("document.querySelectorAll('#fields .u-over').length === 2")  # all there are
    page.page.select_option("#field", "observation.queue_packets")
    page.wait_for("document.querySelectorAll('#fields .u-over').length === 1")
    page.wait_for("document.querySelector('#field-help').textContent.includes('link 3')")
    page.page.select_option("#field", "action.rate_mbps")
    page.wait_for("document.querySelector('#fields figcaption').textContent.includes('Mbit/s')")


def test_a_program_that_decides_when_it_asks_is_replayed_step_by_step(serve, visit, tmp_path):
    flows = {"n_flows": 2, "duration_s": 2.0}
    told = []
    watcher = LiveWatcher("1", told.append)
    settings = RunSettings(scenario="tcp", policy="cubic", settings=flows, runs_dir=tmp_path)
    folder = Run(settings).execute(watcher=watcher)
    past = list(recorded_messages(folder, "1", PLENTY))
    slots = [message.data for message in told if message.is_slot]
    assert [message.data for message in past if message.is_slot] == slots  # as it was watched
    page = visit(serve(past=past).url)
    page.says("recorded")
    page.wait_for("document.querySelectorAll('#fields .u-over').length > 0")
    page.go_to(0.5)
    at = page.page.evaluate(SLOT_SHOWN)
    page.page.keyboard.press("ArrowRight")
    page.wait_for(f"{SLOT_SHOWN} === {at + 1}")
    page.page.keyboard.press("ArrowLeft")
    page.page.keyboard.press("ArrowLeft")
    page.wait_for(f"{SLOT_SHOWN} === {at - 1}")
