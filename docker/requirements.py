# SPDX-License-Identifier: MIT
"""Print what an image installs beside the package itself, as pyproject.toml says.

python requirements.py gateway   # what a gateway beside ns-3 needs
python requirements.py agent     # everything, all extras but the large and separate ones
python requirements.py ray       # what a node of a cluster needs beside that, with Ray's dashboard
"""

import sys
from pathlib import Path

import tomllib

# Of runs, of the twin, of users' models, and of pages that show runs.
NOT_FOR_A_GATEWAY = {
    *("matplotlib", "pyarrow", "river", "scikit-learn", "scipy", "tensorboard", "threadpoolctl"),
    "websockets",
}
EXTRAS_LEFT_OUT = {"ray", "sumo"}  # an image of its own; makes traces, beforehand


def name(requirement: str) -> str:
    """The package's name."""
    return requirement.split("[")[0].split(">")[0].split("=")[0].strip()


project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
wanted = set(project["dependencies"])
if sys.argv[1] == "ray":
    wanted = {*project["optional-dependencies"]["ray"], "ray[default]"}
elif sys.argv[1] == "gateway":
    wanted = {line for line in wanted if name(line) not in NOT_FOR_A_GATEWAY}
else:
    for extra in project["optional-dependencies"].keys() - EXTRAS_LEFT_OUT:
        wanted.update(project["optional-dependencies"][extra])
print("\n".join(sorted(wanted)))
