# SPDX-License-Identifier: MIT
"""What the command ``ns3-twin`` does before anything else; nothing in other programs."""

# Not `signal` itself: its enumerations are more files to read, and Ctrl-C may come meanwhile.
import _signal as signal  # type: ignore[import-not-found]
import sys


def let_signals_end_it() -> None:
    """Nothing is open while the rest is imported: Ctrl-C ends the command without a traceback."""
    is_command = sys.argv[:1] != [] and sys.argv[0].rpartition("/")[2] == "ns3-twin"
    if is_command and signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


let_signals_end_it()
