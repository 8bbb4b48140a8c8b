"""What is to be done about a request that no job has come of."""

from __future__ import annotations

from typing import Literal

from ogc_widgets.errors import (
    ConnectionFailedError,
    InputError,
    PrivateAddressError,
    ProblemError,
    SignInError,
    TransportError,
)

_BUSY = frozenset({429, 503})


def fate_of(
    error: BaseException, *, is_sent: bool
) -> Literal["pause", "wait", "failed", "unknown"]:
    """Say what an error means for a request.

    Args:
        error: Why there is no job.
        is_sent: Whether it was about to leave by then.

    Returns:
        ``pause`` if the others would be refused in the same way, until the user does
        something; ``wait`` if the server may take it later; ``failed`` if nothing was
        started; ``unknown`` if a job may have been.
    """
    if isinstance(error, SignInError) or (
        is_sent and isinstance(error, InputError)  # there is no token to send
    ):
        return "pause"
    if isinstance(error, ProblemError) and error.status_code in _BUSY:
        return "wait"
    is_cut_off = isinstance(error, TransportError) and (
        not is_sent or isinstance(error, ConnectionFailedError)
    )
    if is_cut_off and not isinstance(error, PrivateAddressError):
        return "wait"
    if not is_sent or isinstance(error, (ProblemError, TransportError)):
        return "failed"
    return "unknown"
