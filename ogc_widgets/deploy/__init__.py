"""Deploying application packages: looked at first, then sent, replaced, removed."""

from ogc_widgets.deploy.deploy_panel import DeployPanel

__all__ = ["DeployPanel"]
