"""What the scenarios declare: settings, fields, tables."""

from __future__ import annotations

import ns3_scenarios
from ns3_bridge import describe
from py_agent.view.markdown import description_markdown


def pages() -> dict[str, str]:
    """The declaration of each scenario that is installed, ``{NAME-declaration.md: text}``."""
    return {
        f"{name}-declaration.md": description_markdown(describe([ns3_scenarios.program(name)]))
        for name in ns3_scenarios.names()
    }
