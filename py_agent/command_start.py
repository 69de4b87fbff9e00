# SPDX-License-Identifier: MIT
"""What the command ``ns3-twin`` does before anything else; nothing in other programs."""

import signal
import sys


def let_signals_end_it() -> None:
    """Nothing is open while the rest is imported: Ctrl-C ends the command without a traceback."""
    is_command = sys.argv[:1] != [] and sys.argv[0].rpartition("/")[2] == "ns3-twin"
    if is_command and signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


let_signals_end_it()
