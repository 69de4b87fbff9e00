"""The documentation site: `make docs`."""

from importlib.metadata import version as installed_version

project = "ns3-twin"
author = "the ns3-twin authors"
copyright = author
version = release = installed_version("ns3-twin")

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
]
exclude_patterns = ["_build", "_generated", "generate"]

# Markdown. Notebooks are shown as `make notebooks` left them.
myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "off"

# Docstrings of Google's style. `name` in them is code.
default_role = "code"
smartquotes = False  # options begin with two hyphens
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
napoleon_use_ivar = True

# A page asks nobody but its own server: no font, script or picture from elsewhere.
html_theme = "furo"
html_title = "ns3-twin"
html_favicon = "../py_agent/live/page/icon.svg"
html_extra_path = ["_generated/llms.txt"]
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_theme_options = {"sidebar_hide_name": False}
html_show_sphinx = False
