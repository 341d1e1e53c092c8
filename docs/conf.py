"""How Sphinx builds the documentation: offline, from the repository alone.

    python -m sphinx -W --keep-going -b html docs docs/_build/html
    python -m sphinx -W --keep-going -b doctest docs docs/_build/doctest
    python docs/links.py docs/_build/html

Formulas become MathML, which browsers show without a script from elsewhere. What lives
elsewhere in the repository (notebooks, the commands' help) is copied in at build time.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import docstrings  # noqa: E402 (this and the next two are beside this file)
import generate  # noqa: E402
import mathematics  # noqa: E402

import minigan  # noqa: E402 (the repository's own, whatever is installed)

project, author, copyright = "minigan", "The minigan developers", "The minigan developers"
release = version = minigan.__version__

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["_build", "api/generated", "films"]
html_theme = "alabaster"
html_theme_options = {
    "description": "The GAN that you can read",
    "page_width": "1280px",
    "body_max_width": "auto",
    "sidebar_width": "220px",
    "show_powered_by": False,
}
html_sidebars = {"**": ["about.html", "navigation.html", "searchbox.html"]}
html_extra_path = ["films"]  # which generate.py writes
html_static_path = ["_static"]  # custom.css, which the theme looks for
html_math_renderer = "mathml"  # of mathematics.py
highlight_language = "none"  # what is indented in a docstring is a formula, not Python
smartquotes = False  # they would make one dash of the two in --json

myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # notebooks come executed; tutorials/build.py --check holds them to it

# A name is documented where it is defined, and not again where it is handed on by __all__.
autodoc_default_options = {
    "members": True,
    "member-order": "bysource",
    "ignore-module-all": True,
}
autodoc_typehints = "none"  # numpydoc's sections say it
numpydoc_show_class_members = False
nitpicky = True  # a reference to a name that does not exist is an error
default_role = "py:obj"


def setup(app):
    """Write and copy in what other files say, and render mathematics and docstrings."""
    generate.write_modules(HERE / "api" / "generated")
    generate.write_commands(HERE / "api" / "generated")
    generate.copy_tutorials(HERE.parent / "tutorials", HERE / "tutorials")
    generate.write_film(HERE / "films")
    mathematics.setup(app)
    docstrings.setup(app)
