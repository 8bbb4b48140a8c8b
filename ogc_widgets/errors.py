"""Exceptions and warnings: your input on one side, the server on the other.

::

    OgcError                        anything this package raises on purpose
    ├── InputError                  yours: nothing was sent (also a ValueError)
    │   ├── InvalidInputsError        some inputs cannot be sent; see .errors
    │   └── MissingExtraError         an optional dependency is not installed
    └── ServerError                 the server's, or the way to it
        ├── TransportError            no usable answer arrived
        │   ├── ConnectionFailedError   the request never reached the server
        │   │   └── PrivateAddressError    a server named a place near you
        │   ├── DeadlineError           no complete answer in time
        │   ├── BodyTooLargeError       the answer is over the limit
        │   └── RedirectError           a redirect that is not safe to follow
        │       └── InsecureRedirectError  from https down to http
        ├── ProtocolError             an answer that is not what the standard says
        ├── StrictError               an oddity, where strict() makes it an error
        ├── ProblemError              the server refused, with a status code
        │   ├── SignInError             401, or a 403 without another reason
        │   ├── NoSuchProcessError
        │   ├── NoSuchJobError
        │   ├── ResultsNotReadyError
        │   └── ResultsGoneError        the job is known, its results are not there
        ├── SubmissionUnknownError    the job may or may not have been started
        ├── JobFailedError            the job ended without results
        ├── JobGoneError              the server no longer knows the job
        └── JobTimeoutError           your patience ended, the job goes on

    OgcWarning                      the server is off the standard, we went on
    ├── DialectWarning                a document with unexpected shape
    ├── LinkWarning                   a link that had to be rebuilt or left out
    ├── UnverifiedWarning             bytes that could not be checked
    └── LeftOutWarning                files that could not be downloaded from here

Every error prints up to three sentences: what happened, what is safe, and what to
do next. None of them ever holds a token or the query part of an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from numbers import Integral, Real
from typing import Any


def printable(text: str) -> str:
    """Put U+FFFD for each half of a character: no terminal or kernel can print one."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class OgcError(Exception):
    """Base of every error that this package raises on purpose.

    Args:
        what: What happened, one sentence.
        safe: What has not been lost or changed, one sentence.
        advice: What to do next, one sentence or one line of code.
    """

    def __init__(self, what: str, *, safe: str = "", advice: str = "") -> None:
        if type(self) is OgcError:
            raise TypeError("raise one of the two families, not OgcError itself")
        self.what, self.safe, self.advice = map(printable, (what, safe, advice))
        super().__init__(self.what)

    def __str__(self) -> str:
        return "\n".join(part for part in (self.what, self.safe, self.advice) if part)


class InputError(OgcError, ValueError):
    """What you passed cannot be used; nothing was sent."""


class InvalidInputsError(InputError):
    """Some inputs cannot be sent.

    Args:
        errors: Input id to message, as in ``form.errors``.
    """

    def __init__(self, errors: Mapping[str, str]) -> None:
        lines = "; ".join(f"{key}: {message}" for key, message in errors.items())
        count = len(errors)
        super().__init__(
            f"{count} {'input' if count == 1 else 'inputs'} cannot be sent: {lines}",
            safe="Nothing was sent and the form is unchanged.",
            advice="Correct the fields named above and run again.",
        )
        self.errors = dict(errors)


class MissingExtraError(InputError, ImportError):
    """An optional dependency is not installed.

    Args:
        feature: What needs it, as the start of a sentence.
        extra: The extra of this package that brings it.
    """

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs packages that are not installed.",
            advice=f'Install them with: pip install "ogc-widgets[{extra}]"',
        )


def need_extra(feature: str, extra: str, *modules: str) -> None:
    """See that modules of an extra are there, before they are imported as others are.

    Args:
        feature: What needs them, as the start of a sentence.
        extra: The extra of this package that brings them.
        modules: Their names.

    Raises:
        MissingExtraError: One of them is not installed.
    """
    for name in modules:
        try:
            __import__(name)
        except ImportError as error:
            raise MissingExtraError(feature, extra) from error


def need_number(
    name: str,
    value: object,
    what: str = "number",
    *,
    least: float = 0,
) -> None:
    """Refuse what is no number, such as a ``number of seconds``.

    Raises:
        InputError: It is something else, or less than that.
    """
    is_bool = isinstance(value, bool)
    if is_bool or not isinstance(value, Real) or not float(value) >= least:
        bound = f" from {least:g} on" if least > -inf else ""
        raise InputError(f"{name} is a {what}{bound}, not {value!r}.")


def need_count(name: str, value: object, least: int = 0, *, safe: str = "") -> None:
    """Refuse what is no whole number of things.

    Raises:
        InputError: It is something else, or less than that.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        said = f"{name} is a whole number from {least} on, not {value!r}."
        raise InputError(said, safe=safe)


def need_dict(
    name: str, value: object, of: str, *, safe: str = "", advice: str = ""
) -> None:
    """Refuse what is no dict, such as one of ``input id to value``.

    Raises:
        InputError: It is something else.
    """
    if not isinstance(value, Mapping):
        said = f"{name} are a dict of {of}, not {type(value).__name__}."
        raise InputError(said, safe=safe, advice=advice)


def need_like(name: str, value: object, what: str, *, has: str, example: str) -> None:
    """Refuse what is of another kind, which is known by an attribute.

    Raises:
        InputError: It has no such attribute.
    """
    if not hasattr(value, has):
        said = f"{name} takes {what}, not {type(value).__name__}."
        raise InputError(said, advice=f"For example: {example}")


def need_client(name: str, client: object) -> None:
    """Refuse what is no client that blocks, such as an address.

    Raises:
        InputError: It is something else.
    """
    example = f"ogc.{name}(ogc.Client(url))"
    need_like(name, client, "a client", has="aio", example=example)


def need_job(name: str, job: object) -> None:
    """Refuse what is no job, such as an id.

    Raises:
        InputError: It is something else.
    """
    need_like(name, job, "a job", has="watch", example="client.job(job_id)")


def need_batch(name: str, batch: object) -> None:
    """Refuse what is no batch, such as a list of inputs.

    Raises:
        InputError: It is something else.
    """
    example = "client.execute_many(process_id, inputs_list)"
    need_like(name, batch, "a batch", has="entries", example=example)


class ServerError(OgcError):
    """The server, or the way to it, did not do what was asked."""


class TransportError(ServerError):
    """No usable answer arrived."""


class ConnectionFailedError(TransportError):
    """The request never reached the server; sending it again is safe."""


class PrivateAddressError(ConnectionFailedError):
    """A server led to an address that it has no business with: nothing was sent."""


class DeadlineError(TransportError):
    """No complete answer arrived in time."""


class BodyTooLargeError(TransportError):
    """The answer is larger than the limit for its kind."""


class RedirectError(TransportError):
    """The server redirects to a place where the request must not go."""


class InsecureRedirectError(RedirectError):
    """The server redirects from https to http."""


class ProtocolError(ServerError):
    """The answer is not what the standard says, and could not be understood."""


class StrictError(ServerError):
    """An oddity that is a warning outside of ``ogc.strict()``.

    Args:
        what: What is off the standard, one sentence.
        advice: What to do next.
        category: The warning that it would be.
    """

    def __init__(self, what: str, *, advice: str, category: type[OgcWarning]) -> None:
        super().__init__(what, advice=advice)
        self.category = category


class ProblemError(ServerError):
    """The server refused the request (RFC 9457, and the dialects of it).

    Args:
        what: What happened, one sentence.
        status_code: HTTP status code of the answer.
        problem: The document that the server sent, or an empty dict.
        safe: What has not been lost or changed.
        advice: What to do next.
        retry_after_s: Seconds after which the server wants to be asked again, or
            ``None`` where it does not say.
    """

    def __init__(
        self,
        what: str,
        *,
        status_code: int,
        problem: Mapping[str, Any] | None = None,
        safe: str = "",
        advice: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(what, safe=safe, advice=advice)
        self.status_code = status_code
        self.retry_after_s = retry_after_s
        self.problem = dict(problem or {})


class SignInError(ProblemError):
    """The server wants (other) credentials: 401, or 403 that gives no other reason."""


class NoSuchProcessError(ProblemError):
    """The server does not know this process."""


class NoSuchJobError(ProblemError):
    """The server does not know this job."""


class ResultsNotReadyError(ProblemError):
    """The job has no results yet."""


class ResultsGoneError(ProblemError):
    """The server knows the job and has no results of it, or none any more."""


class SubmissionUnknownError(ServerError):
    """The request was sent, but whether a job was started is not known.

    Args:
        what: What happened, one sentence.
        candidates: Jobs of the same process that appeared since, newest first.
        seen: What the list of jobs shows, one sentence.
        problem: The document that the server sent, if any.
    """

    def __init__(
        self,
        what: str,
        *,
        candidates: tuple[Any, ...] = (),
        seen: str = "",
        problem: Mapping[str, Any] | None = None,
    ) -> None:
        safe = "It is not known whether the job started; it was not sent again."
        super().__init__(
            what,
            safe=f"{safe} {seen}".strip(),
            advice="Look at client.jobs() before you run it again.",
        )
        self.candidates = candidates
        self.problem = dict(problem or {})


class JobFailedError(ServerError):
    """The job ended without results (failed or dismissed)."""


class JobGoneError(ServerError):
    """The server no longer knows the job."""


class JobTimeoutError(ServerError, TimeoutError):
    """Waiting ended before the job did; the job goes on."""


class OgcWarning(UserWarning):
    """The server is off the standard, and this package went on regardless."""


class DialectWarning(OgcWarning):
    """A document with an unexpected shape."""


class LinkWarning(OgcWarning):
    """A link had to be rebuilt, or was left out."""


class UnverifiedWarning(OgcWarning):
    """Bytes whose length or checksum could not be checked."""


class LeftOutWarning(OgcWarning):
    """Files of the results that cannot be reached from here were not downloaded."""
