"""Live job panel and job table."""

from ogc_widgets.panel.job_panel import JobPanel

__all__ = ["JobPanel"]
