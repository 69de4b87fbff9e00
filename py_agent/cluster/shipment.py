# SPDX-License-Identifier: MIT
"""Work that travels with the files that it names, by their contents."""

from __future__ import annotations

import dataclasses
import functools
import io
import pickle
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from py_agent.input_files import digest
from py_agent.whole_files import replace

#: Around a file's name: `a.xml; b.csv`, `twin-drl=FILE`, `FILE:Class`.
_SEPARATOR = re.compile(r"\s*[;=:]\s*")
_PYTHON = ".py"


@dataclasses.dataclass(frozen=True)
class Shipment:
    """An item of work, packed.

    Attributes:
        content: the item, with keys in place of the names of files.
        files: what these are: file by key, which is its contents' digest and its name.
    """

    content: bytes
    files: Mapping[str, Path]


def pack(item: Any) -> Shipment:
    """Pack an item of work.

    Texts and paths that name an existing file absolutely travel with it, alone or in one of the
    forms of our settings: ``a.xml; b.csv``, ``twin-drl=FILE``, ``FILE.py:Class``. With a file of
    Python go the modules beside it that it has imported.

    Args:
        item: what can be pickled.
    """
    buffer = io.BytesIO()
    packer = _Packer(buffer)
    packer.dump(item)
    return Shipment(buffer.getvalue(), packer.files)


def unpack(content: bytes, file_of: Callable[[str], bytes], folder: Path) -> Any:
    """The item, with files named as they lie here.

    Args:
        content: of the shipment.
        file_of: contents of a file by its key.
        folder: where files are put, each once.
    """
    return _Unpacker(io.BytesIO(content), file_of, folder).load()


class _Packer(pickle.Pickler):
    def __init__(self, buffer: io.BytesIO) -> None:
        super().__init__(buffer, protocol=pickle.HIGHEST_PROTOCOL)
        self.files: dict[str, Path] = {}

    def persistent_id(self, value: Any) -> Any:
        """Keys of files, for a text or path that names some; None: it is pickled as ever."""
        if not isinstance(value, str | Path):
            return None
        parts = [self._key(part) for part in _parts(str(value))]
        if all(is_text for is_text, _, _ in parts):
            return None
        return isinstance(value, Path), parts

    def _key(self, part: str) -> tuple[bool, str, tuple[str, ...]]:
        path = Path(part)
        if not (path.is_absolute() and _is_file(path)):
            return True, part, ()
        beside = tuple(self._keep(file) for file in _imported_beside(path))
        return False, self._keep(path), beside

    def _keep(self, path: Path) -> str:
        key = f"{digest(path)}/{path.name}"
        self.files[key] = path
        return key


class _Unpacker(pickle.Unpickler):
    def __init__(self, buffer: io.BytesIO, file_of: Callable[[str], bytes], folder: Path) -> None:
        super().__init__(buffer)
        self._file_of, self._folder = file_of, folder

    def persistent_load(self, kept: Any) -> str | Path:
        """The text or path, of files that lie here."""
        is_path, parts = kept
        text = "".join(
            content if is_text else str(self._place(content, beside))
            for is_text, content, beside in parts
        )
        return Path(text) if is_path else text

    def _place(self, key: str, beside: tuple[str, ...]) -> Path:
        path = self._folder / key
        for other in (key, *beside):
            target = path.parent / other.rpartition("/")[2]
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                replace(target, functools.partial(_write, content=self._file_of(other)))
        return path


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o700)  # it may be a program


def _parts(text: str) -> Iterator[str]:
    """What lies between separators, and these; a file's name, which may have some, is one part."""
    start = 0
    while True:
        end = _end_of_file(text, start)
        if end is None:
            next_one = _SEPARATOR.search(text, start)
            end = len(text) if next_one is None else next_one.start()
        yield text[start:end]
        separator = _SEPARATOR.match(text, end)
        if separator is None:
            return
        yield separator[0]
        start = separator.end()


def _end_of_file(text: str, start: int) -> int | None:
    """Where the longest absolute name of a file ends that begins there; None: there is none."""
    if not text.startswith("/", start):
        return None
    ends = [found.start() for found in _SEPARATOR.finditer(text, start)]
    longest_first = [len(text), *reversed(ends)]
    return next((end for end in longest_first if _is_file(Path(text[start:end]))), None)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that is too long, or no name of a file at all
        return False


def _imported_beside(path: Path) -> list[Path]:
    """Modules in the same folder as a file of Python that this process has imported."""
    if path.suffix != _PYTHON:
        return []
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    found = {Path(file) for file in files if file and file.endswith(_PYTHON)}
    return sorted(file for file in found if file.parent == path.parent and file != path)
