"""Live job panel, job table, server card, sign-in box and search for items.

The widgets are loaded when they are first used (PEP 562): an app shows most of them
only when somebody asks for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.lazy import loader

if TYPE_CHECKING:
    from ogc_widgets.panel.item_search import ItemSearch
    from ogc_widgets.panel.job.job_panel import JobPanel
    from ogc_widgets.panel.jobs.job_table import JobTable
    from ogc_widgets.panel.server_card import ServerCard
    from ogc_widgets.view.sign_in_box import SignIn

_HOME_OF = {
    "ItemSearch": "ogc_widgets.panel.item_search",
    "JobPanel": "ogc_widgets.panel.job.job_panel",
    "JobTable": "ogc_widgets.panel.jobs.job_table",
    "ServerCard": "ogc_widgets.panel.server_card",
    "SignIn": "ogc_widgets.view.sign_in_box",
}

__all__ = ["ItemSearch", "JobPanel", "JobTable", "ServerCard", "SignIn"]

__getattr__ = loader(__name__, _HOME_OF)
