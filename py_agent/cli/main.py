# SPDX-License-Identifier: MIT
"""Where the command ``ns3-twin`` begins."""


def main() -> None:
    """Run the command that the arguments name."""
    from py_agent.cli.app import app

    app()
