"""The client: every verb of the standard, awaitable from any loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ogc_widgets.client.deployment import Deployment
from ogc_widgets.client.job_management import JobManagement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ogc_widgets.client.auth.credentials import Auth
    from ogc_widgets.client.http.environment import Verify


class AsyncClient(JobManagement, Deployment):
    """A client for one OGC API - Processes server, with awaitable verbs.

    The verbs can be awaited in any asyncio loop; the requests themselves are made in
    the package's own thread, so a busy loop does not hold them up.

    Args:
        url: Address of the landing page.
        auth: A bearer token, ``(user, password)``, a function that returns a token
            (asked again when the server refuses the last one), or one of the ways in
            :mod:`ogc_widgets.auth <ogc_widgets.client.auth>`.
        headers: Further headers, such as ``{"X-Api-Key": "..."}``. Like ``auth``, they
            are sent to this server only.
        params: Members of the query of every request, such as ``{"apikey": "..."}``;
            a query in ``url`` is taken in the same way. No message shows their values.
        timeout_s: Seconds for one complete exchange.
        verify: ``True``, the path of a CA file, an SSL context, or ``False`` to accept
            any certificate.

    Attributes:
        url: The address in use, without a trailing slash.

    Raises:
        InputError: The address or the credentials cannot be used.
    """

    def __init__(
        self,
        url: str,
        *,
        auth: Auth = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        timeout_s: float = 30,
        verify: Verify = True,
    ) -> None:
        super().__init__(
            url,
            auth=auth,
            headers=headers,
            params=params,
            timeout_s=timeout_s,
            verify=verify,
        )

    def _signed_in(self) -> None:
        super()._signed_in()
        for job in tuple(self._jobs):
            job.resume()
