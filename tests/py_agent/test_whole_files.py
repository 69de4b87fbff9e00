# SPDX-License-Identifier: MIT
"""Files are replaced as a whole; what is no file is written to."""

from __future__ import annotations

import os
import threading

import pytest

from py_agent.whole_files import check_place, replace, replace_text


def test_what_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    place = tmp_path / "result.json"
    replace_text(place, "old")

    def half_written(fresh):
        fresh.write_text("ne")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace(place, half_written)
    assert place.read_text() == "old"
    assert os.listdir(tmp_path) == ["result.json"]


def test_no_file_is_put_in_the_place_of_a_folder(tmp_path):
    with pytest.raises(IsADirectoryError, match="directory"):
        check_place(tmp_path)
    check_place(tmp_path / "new.html")
    assert os.listdir(tmp_path) == []


def test_a_link_stays_one(tmp_path):
    place, link = tmp_path / "result.json", tmp_path / "latest.json"
    link.symlink_to(place)
    replace_text(link, "new")
    assert link.is_symlink()
    assert place.read_text() == "new"


def test_a_pipe_stays_one(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    replace_text(pipe, "new")
    reader.join()
    assert read == ["new"]
    assert pipe.is_fifo()
