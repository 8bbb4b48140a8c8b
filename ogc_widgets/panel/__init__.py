"""Live job panel, job table and server card."""

from ogc_widgets.panel.job_panel import JobPanel
from ogc_widgets.panel.job_table import JobTable
from ogc_widgets.panel.server_card import ServerCard

__all__ = ["JobPanel", "JobTable", "ServerCard"]
