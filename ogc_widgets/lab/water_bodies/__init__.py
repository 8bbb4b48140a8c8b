"""The water-bodies application package: a CWL workflow and the programs it runs.

``PACKAGE`` is the workflow. Its four steps are small programs that can also be used on
their own, each with ``--help``::

    python -m ogc_widgets.lab.water_bodies.crop --item ... --band green --aoi ...
    python -m ogc_widgets.lab.water_bodies.normalized_difference green.tif nir.tif
    python -m ogc_widgets.lab.water_bodies.otsu difference.tif
    python -m ogc_widgets.lab.water_bodies.stac --item ... --mask water.tif

Each step tells on stderr what it is doing. If it cannot go on, its last line is
``error:`` and a sentence that says why, and it ends with exit code 1.
"""

import os
import sys
from pathlib import Path

if sys.argv[:1] == ["-m"]:  # Python looks for a step that it is to run as a program
    # rasterio imports boto3 where that is installed, and the start of a step takes half
    # as long again. GDAL reads the credentials for s3:// by itself.
    sys.modules.setdefault("boto3", None)  # type: ignore[arg-type] # "not installed"
    # numpy's threads for matrices, of which a step has none, wait in a loop: a step
    # would take half as much processor time again, with other jobs beside it.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

PACKAGE = Path(__file__).with_name("water-bodies.cwl")
"""The CWL v1.2 application package."""

__all__ = ["PACKAGE"]
