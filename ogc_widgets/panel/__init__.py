"""Live job panel, job table, server card and sign-in box."""

from ogc_widgets.panel.job_panel import JobPanel
from ogc_widgets.panel.job_table import JobTable
from ogc_widgets.panel.server_card import ServerCard
from ogc_widgets.panel.sign_in import SignIn

__all__ = ["JobPanel", "JobTable", "ServerCard", "SignIn"]
