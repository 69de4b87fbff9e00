"""A scenario of the user's own: one C++ file, compiled, described, driven."""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import ns3_scenarios
from ns3_scenarios import build as building
from ns3_scenarios.build import BuildFailed, build

REPOSITORY = Path(__file__).parents[2]
SAYS = '#include <cstdio>\nint main() {{ std::puts("{}"); }}\n'
WAITS = "#include <cstdio>\nint main() { std::getchar(); }\n"
# A type of ns-3 by its name: no function of its module is called.
LOOKS_UP = """#include "ns3/type-id.h"
int main() {
    ns3::TypeId type;
    return ns3::TypeId::LookupByNameFailSafe("ns3::WifiNetDevice", &type) ? 0 : 1;
}
"""


@pytest.fixture
def compiled(tmp_path, build_cache):
    """Compile a program of some lines, say where; the file is called `name`."""

    def compile_text(text, name="program.cc", modules=(), output="program"):
        source = tmp_path / name
        source.write_text(text)
        return build([source], modules, tmp_path / output, build_cache)

    return compile_text


def output_of(program):
    return subprocess.run([program], capture_output=True, check=True, timeout=60).stdout.decode()


def test_the_example_compiles_and_is_steered(tmp_path, build_cache):
    program = build(
        [REPOSITORY / "examples" / "bottleneck.cc"], [], tmp_path / "bottleneck", build_cache
    )
    env = ns3_scenarios.make(str(program), {"duration_s": 10.0, "load_mbps": 4.0})

    def mean_queue(rate_mbps):
        env.reset(seed=1)
        queue, truncated = [], False
        while not truncated:
            observation, _, _, truncated, _ = env.step({"rate_mbps": [rate_mbps]})
            queue.append(observation["queue_packets"][0])
        return sum(queue) / len(queue)

    assert mean_queue(0.5) > 50
    assert mean_queue(10) < 5
    env.close()


def test_what_the_compiler_says_reaches_the_user(tmp_path, build_cache):
    broken = tmp_path / "broken.cc"
    broken.write_text("int main() { return undeclared; }\n")
    with pytest.raises(BuildFailed, match="undeclared"):
        build([broken], [], tmp_path / "broken", build_cache)
    with pytest.raises(BuildFailed, match=r"no such file: .*missing\.cc"):
        build([tmp_path / "missing.cc"], [], tmp_path / "missing", build_cache)


def test_ninja_does_where_there_is_no_make_and_what_lacks_is_named(compiled, monkeypatch):
    found = building.find_tool

    def without(*names):
        monkeypatch.setattr(building, "find_tool", lambda n: None if n in names else found(n))

    without("make", "ninja")
    with pytest.raises(BuildFailed, match=r"make: apt install make$"):
        compiled(SAYS.format("nothing"))
    without("cmake")
    with pytest.raises(BuildFailed, match=r"cmake: pip install cmake$"):
        compiled(SAYS.format("nothing"))
    if found("ninja") is None:
        pytest.skip("there is no ninja here")
    without("make")
    assert output_of(compiled(SAYS.format("by ninja"))) == "by ninja\n"


def test_only_the_file_of_ones_own_is_compiled(tmp_path, compiled, build_cache):
    compiled(WAITS)  # ns-3 is there now
    empty = tmp_path / "cache"
    empty.mkdir()
    (empty / "ns3-wheel").symlink_to(build_cache / "ns3-wheel")
    build([tmp_path / "program.cc"], [], tmp_path / "program", empty)
    assert [path.name for path in empty.glob("build-*/**/*.o")] == ["program.cc.o"]


@pytest.mark.parametrize("name", ["7 Größen.cc", "#1 it's (a) $test & more.cc", "[x] 中.cc"])
def test_a_file_may_have_any_name(compiled, name):
    assert output_of(compiled(SAYS.format("here"), name, output=name[:-3])) == "here\n"


@pytest.mark.parametrize("name", ["a;b.cc", "a[b.cc", "a\\b.cc", "a${HOME}.cc"])
def test_a_name_that_cmake_cannot_take_is_refused_in_one_line(compiled, name):
    with pytest.raises(BuildFailed, match=r"cmake cannot take .*: rename it.*$"):
        compiled(SAYS.format("here"), name)


def test_a_module_that_is_named_by_type_ids_alone_is_linked_when_it_is_asked_for(compiled):
    assert subprocess.run([compiled(LOOKS_UP)], timeout=60, check=False).returncode == 1
    assert output_of(compiled(LOOKS_UP, modules=["wifi"])) == ""


def test_an_unknown_module_is_named_with_the_nearest_one(compiled):
    with pytest.raises(BuildFailed, match="unknown ns-3 module 'wify', did you mean wifi"):
        compiled(WAITS, modules=["lte", "wify"])


def test_a_program_that_runs_goes_on_while_another_takes_its_place(compiled):
    program = compiled(WAITS)
    with subprocess.Popen([program], stdin=subprocess.PIPE) as running:
        assert output_of(compiled(SAYS.format("new"))) == "new\n"
        assert running.poll() is None
        running.communicate(b"\n", timeout=60)
    assert running.returncode == 0


def test_a_place_that_cannot_be_written_is_told(tmp_path, compiled):
    with pytest.raises(BuildFailed, match=r"cannot write .*: No such file or directory"):
        compiled(WAITS, output="no/program")
    with pytest.raises(BuildFailed, match="would take the place of its source"):
        compiled(WAITS, output="program.cc")
    assert [path.name for path in tmp_path.iterdir()] == ["program.cc"]


def test_two_builds_of_one_file_at_once_both_succeed(compiled):
    with ThreadPoolExecutor() as pool:
        programs = list(
            pool.map(lambda i: compiled(SAYS.format("both"), output=f"program-{i}"), range(2))
        )
    assert [output_of(program) for program in programs] == ["both\n", "both\n"]


def test_a_build_waits_for_another_until_its_deadline(tmp_path, compiled, build_cache):
    compiled(SAYS.format("first"))
    cache = next(
        path
        for path in build_cache.glob("build-*/CMakeCache.txt")
        if str(tmp_path / "program.cc") in path.read_text()
    )
    lock = cache.with_name("lock")
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        holder = rf"\(process {os.getpid()}\) holds {re.escape(str(lock))}; waited 0.3 s"
        with pytest.raises(BuildFailed, match=holder):
            build([tmp_path / "program.cc"], [], tmp_path / "late", build_cache, deadline_s=0.3)
    assert not (tmp_path / "late").exists()
