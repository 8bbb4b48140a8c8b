"""Live job panel and job table."""

from ogc_widgets.panel.job_panel import JobPanel
from ogc_widgets.panel.job_table import JobTable

__all__ = ["JobPanel", "JobTable"]
