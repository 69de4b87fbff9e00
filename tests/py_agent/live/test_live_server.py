"""Who gets the page, and what it costs the simulation."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from ns3_bridge import InvalidSetting
from py_agent.live.gate import Gate
from py_agent.live.messages import Message
from py_agent.live.server import LiveServer

PATIENCE_S = 60.0


@pytest.fixture
def serve():
    """Start servers; they are closed at the end."""
    started = []

    def make(*arguments, **options):
        started.append(LiveServer(*arguments, **options))
        return started[-1]

    yield make
    for server in started:
        server.close()


def get(url, path="", host=None, **headers):
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=PATIENCE_S)
    connection.request("GET", place.path + path, headers={"Host": host or place.netloc, **headers})
    answer = connection.getresponse()
    answer.body = answer.read()
    connection.close()
    return answer


def listen(url, **options):
    return connect(url.replace("http", "ws") + "live", open_timeout=PATIENCE_S, **options)


def wait_until(holds):
    end_s = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end_s
        time.sleep(0.01)


def test_the_page_and_its_files_are_served_under_a_policy(serve):
    url = serve().url
    for path, kind in (
        ("", "text/html"),
        ("main.js", "text/javascript"),
        ("style.css", "text/css"),
    ):
        answer = get(url, path)
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith(kind)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["nothing.js", "../server.py", "..%2fserver.py", "uplot/LICENSE"])
def test_nothing_else_is_served(serve, path):
    assert get(serve().url, path).status == 404


def test_a_page_of_another_site_is_refused(serve):
    url = serve().url
    with pytest.raises(InvalidStatus) as refused:
        listen(url, origin="https://example.org")
    assert refused.value.response.status_code == 403
    with listen(url, origin=url.rstrip("/")) as ours:
        assert json.loads(ours.recv(PATIENCE_S))["kind"] == "clock"


def test_a_foreign_name_of_this_machine_is_refused(serve):
    url = serve().url
    assert get(url, host="example.org").status == 403
    assert get(url, host="[").status == 403
    assert get(url, host=f"localhost:{urlsplit(url).port}").status == 200


def test_elsewhere_than_on_loopback_a_token_is_needed(serve):
    url = serve("0.0.0.0").url
    place = urlsplit(url)
    token = place.path.strip("/")
    assert len(token) >= 40
    bare = f"http://127.0.0.1:{place.port}/"
    assert get(f"{bare}{token}/").status == 200
    for wrong in ("", "main.js", "live", f"{token[:-1]}/", f"{token}x/", "é/"):
        path = "".join(c if c.isascii() else "%C3%A9" for c in wrong)
        assert get(bare, path).status == 403, wrong
    with pytest.raises(InvalidStatus):
        listen(bare)
    with listen(f"{bare}{token}/"):
        pass


def test_garbage_is_answered_by_nothing_on_the_terminal(serve, capfd):
    url = serve().url
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port), timeout=PATIENCE_S) as peer:
        peer.sendall(bytes(range(256)) * 40)
        with contextlib.suppress(ConnectionError):
            while peer.recv(4096):
                pass
    assert get(url).status == 200
    assert capfd.readouterr() == ("", "")


def test_a_port_that_is_taken_is_told(serve):
    taken = urlsplit(serve().url).port
    with pytest.raises(InvalidSetting, match=rf"port {taken}: .*in use"):
        LiveServer(port=taken)


def test_who_comes_late_gets_all_that_has_been(serve):
    server = serve()
    for number in range(300):
        server.publish(Message("1", number.to_bytes(2, "little")))
    with listen(server.url) as page:
        page.recv(PATIENCE_S)
        got = [int.from_bytes(page.recv(PATIENCE_S), "little") for _ in range(300)]
        server.publish(Message("1", b"new"))
        assert page.recv(PATIENCE_S) == b"new"
    assert got == list(range(300))


def test_a_slow_page_misses_slots_and_no_text_and_nobody_waits(serve):
    server = serve()
    slot, number = bytes(100_000), 2000
    with listen(server.url, max_queue=1) as page:
        page.recv(PATIENCE_S)
        wait_until(lambda: server.visits == 1)
        for i in range(number):  # 200 MB, which no buffer of the system takes
            server.publish(Message("1", slot))
            if i % 100 == 0:
                server.publish(Message("1", str(i)))
        server.publish(Message("1", "last"))
        got = []
        while not got or got[-1] != "last":
            got.append(page.recv(PATIENCE_S))
    texts = [message for message in got if isinstance(message, str)]
    assert texts == [*(str(i) for i in range(0, number, 100)), "last"]
    assert 0 < len(got) - len(texts) < number


def test_a_person_pauses_lets_slots_pass_and_lets_it_go_on(serve):
    server = serve(can_pause=True)
    passed = []

    def simulate():
        while not passed or passed[-1] < 1_000_000:
            server.gate.wait()
            passed.append(len(passed))
            if server.gate.is_closed:
                stepped.set()
            if done.is_set():
                return
            time.sleep(0.001)

    done, stepped = threading.Event(), threading.Event()
    simulation = threading.Thread(target=simulate)
    simulation.start()
    try:
        with listen(server.url) as page:
            assert json.loads(page.recv(PATIENCE_S)) == {
                "kind": "clock",
                "can_pause": True,
                "paused": False,
            }
            page.send("nonsense")
            page.send(json.dumps({"kind": "pause"}))
            assert json.loads(page.recv(PATIENCE_S))["paused"]
            time.sleep(0.1)
            stepped.clear()
            before = len(passed)
            time.sleep(0.1)
            assert len(passed) == before
            page.send(json.dumps({"kind": "step"}))
            assert stepped.wait(PATIENCE_S)
            wait_until(lambda: len(passed) == before + 1)
            time.sleep(0.1)
            assert len(passed) == before + 1
        wait_until(lambda: len(passed) > before + 1)  # nobody is left who could let it go on
    finally:
        done.set()
        server.gate.release()
        simulation.join()


def test_a_pause_ends_by_itself_before_ns3_gives_up():
    ended = []
    gate = Gate(lambda: ended.append(gate.is_closed), longest_pause_s=0.05)
    gate.hold()
    gate.wait()
    assert ended == [False]


def test_pages_cannot_pause_what_does_not_wait(serve):
    server = serve()
    with listen(server.url) as page:
        assert not json.loads(page.recv(PATIENCE_S))["can_pause"]
        page.send(json.dumps({"kind": "pause"}))
        page.send(json.dumps([1]))
        server.publish(Message("1", "after"))
        assert page.recv(PATIENCE_S) == "after"
    assert not server.gate.is_closed


def test_a_server_that_ends_hands_out_what_is_left(serve):
    server = LiveServer()
    with listen(server.url) as page:
        page.recv(PATIENCE_S)
        wait_until(lambda: server.visits == 1)
        for number in range(50):
            server.publish(Message("1", str(number)))
        server.close(linger_s=PATIENCE_S)
        assert [page.recv(PATIENCE_S) for _ in range(50)] == [str(n) for n in range(50)]
    assert not [t for t in threading.enumerate() if t.name == "ns3-twin-live"]
