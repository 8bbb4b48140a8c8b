"""A lab for a class in JupyterLab: whose jobs these are, and what is full."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from app_screen import AppScreen
from playwright.sync_api import expect

from ogc_widgets.lab import lab
from ogc_widgets.lab.token_file import give_tokens

if TYPE_CHECKING:
    from pathlib import Path

    from lab_window import LabPage


@pytest.mark.timeout(600)
def test_student_sees_own_jobs_and_makes_room_when_a_quota_is_used_up(
    lab_page: LabPage, tmp_path: Path
) -> None:
    token = give_tokens(tmp_path / "tokens", ["anna", "ben"])
    # After one job of any size there is no room for another.
    with lab(tokens=tmp_path / "tokens", gb_each=2e-6) as server:
        lab_page.show(
            f"import ogc_widgets as ogc\napp = ogc.App({server.url!r}, 'echo')\napp",
            "table = ogc.JobTable(app.client)\ntable",
            "his = ogc.JobTable(ogc.Client(app.client.url, auth=TOKEN))\nhis".replace(
                "TOKEN", repr(token["ben"])
            ),
            width=1100,
        )
        screen = AppScreen(lab_page)
        tables = lab_page.page.locator(".ogcw-jobs")
        hers, his = (tables.nth(number).locator("tbody tr") for number in (0, 1))
        field = screen.app.locator(".ogcw-signin").get_by_label("Token", exact=True)
        field.click()
        lab_page.page.keyboard.type(token["anna"])
        lab_page.page.keyboard.press("Enter")
        expect(screen.button("Run")).to_be_visible(timeout=60_000)
        lab_page.execute("app.form.inputs = {'message': 'from anna'}")
        screen.press_run()
        screen.wait_for_job("successful")
        lab_page.execute(
            "with ogc.Client(app.client.url, auth={!r}) as ben:\n"
            "    ben.execute('echo', {{'message': 'from ben'}}, mode='sync')\n"
            "table.refresh()\nhis.refresh()".format(token["ben"])
        )
        expect(hers).to_have_count(1, timeout=60_000)
        expect(his).to_have_count(1, timeout=60_000)
        screen.button("Form").click()
        screen.button("Run").click()
        expect(screen.app).to_contain_text("Quota used up", timeout=60_000)
        expect(screen.app).to_contain_text("Remove jobs")
        lab_page.screenshot("class-1-quota", of=screen.app)
        lab_page.execute("table.remove(table.jobs[0].id)")
        expect(hers).to_have_count(0, timeout=60_000)
        screen.button("Run").click()
        screen.wait_for_job("successful")
        expect(his).to_have_count(1)
