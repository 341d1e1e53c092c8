"""How Sphinx builds the documentation: offline, from the repository alone.

    python -m sphinx -W --keep-going -b html docs docs/_build/html
    python -m sphinx -W --keep-going -b doctest docs docs/_build/doctest
    python docs/links.py docs/_build/html

Formulas become MathML, which browsers show without a script from elsewhere. What lives
elsewhere in the repository (notebooks, the commands' help) is copied in at build time.
"""

import configparser
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
    "sphinx.ext.autosummary",
    "sphinx.ext.doctest",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
]
exclude_patterns = ["_build", "api/generated/*.md", "films"]
autosummary_generate = False  # generate.py writes the pages
html_theme = "furo"
html_title = "minigan"
html_theme_options = {"navigation_with_keys": True}
html_extra_path = ["films"]  # which generate.py writes
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_copy_source = False
html_math_renderer = "mathml"  # of mathematics.py
highlight_language = "none"  # what is indented in a docstring is a formula, not Python
copybutton_exclude = ".linenos, .gp, .go"  # no prompts, and no output
smartquotes = False  # they would make one dash of the two in --json

myst_enable_extensions = ["dollarmath", "colon_fence", "deflist", "substitution"]
myst_substitutions = generate.substitutions()
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


def address():
    """The repository's address, ``url`` in setup.cfg; empty as long as it has none."""
    metadata = configparser.ConfigParser()
    metadata.read(HERE.parent / "setup.cfg", encoding="utf-8")
    return metadata.get("metadata", "url", fallback="")


def setup(app):
    """Write and copy in what other files say, and render mathematics and docstrings."""
    generate.write_modules(HERE / "api" / "generated")
    generate.write_commands(HERE / "api" / "generated")
    generate.write_gallery(HERE / "api" / "generated", HERE / "gallery")
    generate.copy_tutorials(HERE.parent / "tutorials", HERE / "tutorials", address())
    generate.write_films(HERE / "films")
    generate.write_poster(HERE / "films")
    mathematics.setup(app)
    docstrings.setup(app)
