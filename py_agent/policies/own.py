# SPDX-License-Identifier: MIT
"""Policies of the user's own: ``package.module:Class``, or a class in a file."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from ns3_bridge import Ns3TwinError
from py_agent.contract import PolicyFailed

_SUFFIX = ".py"


class UnknownPolicy(Ns3TwinError, LookupError):
    """Raised when a policy's name is not known or its class cannot be loaded."""


def make_own(name: str) -> Any:
    """Call the class that a name leads to, without arguments; raises as `own_class`."""
    made = own_class(name)
    if not callable(made):
        raise UnknownPolicy(f"policy {name!r} is not a class, but {type(made).__name__}")
    with contextlib.suppress(ValueError):  # a class in C may tell nothing of its arguments
        _check_arguments(name, inspect.signature(made))
    with _failing(name, "cannot be made"):
        return made()


def own_class(name: str) -> Any:
    """What a name leads to.

    Args:
        name: ``package.module:Class``, also of a module in the current folder, or
            ``path/to/file.py:Class``.

    Raises:
        UnknownPolicy: there is no such module, file or class.
        PolicyFailed: the module cannot be imported for an error in it.
    """
    where, _, class_name = name.rpartition(":")
    module = _module_of_file(name, Path(where)) if where.endswith(_SUFFIX) else _module(name, where)
    try:
        return getattr(module, class_name)
    except AttributeError:
        raise UnknownPolicy(f"policy {name!r}: {where} has no {class_name!r}") from None


def _module(name: str, where: str) -> ModuleType:
    if not where.replace(".", "").isidentifier():
        file = Path(where).with_suffix(_SUFFIX)
        hint = f", did you mean {file}:{name.rpartition(':')[2]}?" if file.is_file() else ""
        raise UnknownPolicy(
            f"policy {name!r}: {where!r} is neither a module nor a file {_SUFFIX}{hint}"
        )
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    with _failing(name, "cannot be imported"):
        return importlib.import_module(where)


def _module_of_file(name: str, file: Path) -> ModuleType:
    """The module in a file; what lies beside it can be imported from it, as in a script."""
    path = file.resolve()
    if not path.is_file():
        raise UnknownPolicy(f"policy {name!r}: there is no file {file}")
    known = sys.modules.get(path.stem)
    if getattr(known, "__file__", None) == str(path):
        return known  # type: ignore[return-value]  # it has a file
    if known is not None:
        raise UnknownPolicy(
            f"policy {name!r}: a module {path.stem!r} is imported already, from "
            f"{getattr(known, '__file__', 'Python itself')}: rename {file.name}"
        )
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None  # the suffix is Python's
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # as `pickle` looks for it
    try:
        with _failing(name, "cannot be imported"):
            spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[path.stem]
        raise
    return module


def _check_arguments(name: str, signature: inspect.Signature) -> None:
    needed = [
        argument.name
        for argument in signature.parameters.values()
        if argument.default is argument.empty
        and argument.kind not in (argument.VAR_POSITIONAL, argument.VAR_KEYWORD)
    ]
    if needed:
        raise UnknownPolicy(
            f"policy {name!r} is made without arguments, and needs {', '.join(needed)}: give "
            "them defaults, or name a class without arguments that fills them in"
        )


@contextlib.contextmanager
def _failing(name: str, what: str) -> Iterator[None]:
    """Tell an error in the user's code from a name that leads nowhere."""
    try:
        yield
    except Ns3TwinError:
        raise
    except ModuleNotFoundError as error:
        where = name.rpartition(":")[0]
        if error.name is not None and (where == error.name or where.startswith(f"{error.name}.")):
            raise UnknownPolicy(f"policy {name!r}: there is no module {error.name!r}") from None
        raise PolicyFailed(f"policy {name!r} {what}: {error}") from error
    except Exception as error:
        raise PolicyFailed(f"policy {name!r} {what}: {type(error).__name__}: {error}") from error
