"""Deploying application packages: looked at first, then sent, replaced, removed.

The panel is loaded when it is first used (PEP 562).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.lazy import loader

if TYPE_CHECKING:
    from ogc_widgets.deploy.deploy_panel import DeployPanel

_HOME_OF = {"DeployPanel": "ogc_widgets.deploy.deploy_panel"}

__all__ = ["DeployPanel"]

__getattr__ = loader(__name__, _HOME_OF)
