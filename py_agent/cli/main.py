# SPDX-License-Identifier: MIT
"""Where the command ``ns3-twin`` begins."""

import signal
import sys
from pathlib import Path

# While the rest is imported nothing is open: Ctrl-C ends it without a word, not with a traceback.
if Path(sys.argv[0]).name == "ns3-twin" and signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def main() -> None:
    """Run the command that the arguments name."""
    from py_agent.cli.app import app

    app()
