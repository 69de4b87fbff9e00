# SPDX-License-Identifier: MIT
"""Where the command ``ns3-twin`` begins."""

import signal

# While the rest is imported nothing is open: Ctrl-C ends it without a word, not with a traceback.
if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def main() -> None:
    """Run the command that the arguments name."""
    from py_agent.cli.app import app

    app()
