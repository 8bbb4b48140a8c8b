"""How Sphinx builds these pages: `make docs`."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import traitlets

import ogc_widgets

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "ogc_widgets"
author = "The ogc_widgets developers"
release = version = ogc_widgets.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "ogc_widgets"
html_theme_options = {
    # The accent of the widgets themselves.
    "light_css_variables": {
        "color-brand-primary": "#1565c0",
        "color-brand-content": "#1565c0",
    },
}

# The lessons are run by the tests; here they are only shown.
nb_execution_mode = "off"
nb_merge_streams = True
myst_heading_anchors = 3
myst_enable_extensions = ["dollarmath"]

autodoc_typehints = "description"
autodoc_member_order = "bysource"
autodoc_class_signature = "mixed"
autodoc_default_options = {"members": True, "show-inheritance": False}
napoleon_numpy_docstring = False


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-process-signature", real_signature)


def real_signature(
    _app: Sphinx, _what: str, _name: str, thing: object, *_more: object
) -> tuple[str, str] | None:
    """The arguments of a widget: traitlets hides them behind its own ``__new__``."""
    if not (inspect.isclass(thing) and issubclass(thing, traitlets.HasTraits)):
        return None
    own = inspect.signature(thing.__init__)
    bare = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for name, parameter in own.parameters.items()
        if name != "self"
    ]
    return str(inspect.Signature(bare)), ""
