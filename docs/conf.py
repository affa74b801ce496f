"""Sphinx configuration; the configuration reference is made from the schema itself."""

import sys
from pathlib import Path

from potlearn import __version__

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "potlearn"
author = "The potlearn developers"
version = release = __version__
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_design",
    "charts",
    "mathml",
    "page_checks",
]
myst_enable_extensions = ["dollarmath", "amsmath", "deflist", "colon_fence"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
autodoc_type_aliases = {
    name: name for name in ("Array", "ArrayLike", "Atoms", "Indices", "Mask", "Species")
}
python_maximum_signature_line_length = 80
napoleon_numpy_docstring = True
napoleon_google_docstring = False
napoleon_use_ivar = True
# Words of a type such as {quantity: rmse} are no references.
suppress_warnings = ["ref.python"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "potlearn"
html_math_renderer = "mathml"
html_static_path = ["_static"]
html_css_files = ["potlearn.css"]


def write_configuration_reference(app):
    """Write the pages of all keys of the configurations."""
    from potlearn.cli.schema import schema_as_markdown
    from potlearn.tasks.settings import FitConfig
    from potlearn.tasks.settings.dynamics import DynamicsConfig
    from potlearn.tasks.settings.select import SelectConfig
    from potlearn.tasks.settings.study import CompareConfig, SearchConfig
    from potlearn.tasks.settings.tune import TuneConfig

    folder = Path(app.srcdir, "api", "generated")
    folder.mkdir(parents=True, exist_ok=True)
    for name, config, title in (
        ("configuration", FitConfig, "Configuration of a fit"),
        ("selection", SelectConfig, "Configuration of a selection"),
        ("comparison", CompareConfig, "Configuration of a comparison"),
        ("search", SearchConfig, "Configuration of a search"),
        ("tuning", TuneConfig, "Configuration of a front"),
        ("dynamics", DynamicsConfig, "Configuration of a simulation"),
    ):
        (folder / f"{name}.md").write_text(schema_as_markdown(config, title), encoding="utf-8")


def setup(app):
    """Connect the generated page to the build."""
    app.connect("builder-inited", write_configuration_reference)
