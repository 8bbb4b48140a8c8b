"""Answers about large outlines, kept for the next time that they are asked for.

A drawn or loaded shape passes between page, map and form several times, and each step
checks it again because it may come from anywhere. For outlines of 100 000 corners a
check takes seconds, so the last answers are kept; they are found by the content of the
question, and handed out as copies.
"""

from __future__ import annotations

import marshal
import threading
from collections import OrderedDict
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, cast

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
Geometry = dict[str, Any]

_WORTH_BYTES = 50_000  # smaller questions are answered faster than remembered
_MOST = 6
_PLAIN_VERSION = 2


class _Answers:
    """The last answers of one function, by the content of the question."""

    def __init__(self) -> None:
        self._by_question: OrderedDict[bytes, Geometry] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, question: bytes) -> Geometry | None:
        with self._lock:
            known = self._by_question.get(question)
            if known is not None:
                self._by_question.move_to_end(question)
            return known

    def put(self, question: bytes, answer: Geometry) -> None:
        with self._lock:
            self._by_question[question] = answer
            while len(self._by_question) > _MOST:
                self._by_question.popitem(last=False)


def remembered(ask: Callable[P, Geometry]) -> Callable[P, Geometry]:
    """Keep the last answers of a function from JSON-like values to a geometry.

    Asked about its own answer, the function must give it again, or refuse its type.
    """
    answers = _Answers()

    @wraps(ask)
    def answer(*args: P.args, **kwargs: P.kwargs) -> Geometry:
        question = _question(args, kwargs)
        if question is None:
            return ask(*args, **kwargs)
        known = answers.get(question)
        if known is None:
            known = ask(*args, **kwargs)
            answers.put(question, known)
            again = _question((known, *args[1:]), kwargs)
            if again is not None:
                answers.put(again, known)
        return cast("Geometry", _copied(known))

    return answer


def _question(args: Any, kwargs: dict[str, Any]) -> bytes | None:  # noqa: ANN401
    """What a call asks, as bytes; None where it is not plain data, or is small."""
    try:
        # Later versions write a value differently, depending on who else holds it.
        question = marshal.dumps((args, sorted(kwargs.items())), _PLAIN_VERSION)
    except (ValueError, TypeError):
        return None
    return question if len(question) >= _WORTH_BYTES else None


def _copied(value: Any) -> Any:  # noqa: ANN401 # JSON
    if isinstance(value, dict):
        return {key: _copied(member) for key, member in value.items()}
    if not isinstance(value, list) or not value:
        return value
    if not isinstance(value[0], list):
        return [_copied(m) if isinstance(m, dict) else m for m in value]
    if value[0] and not isinstance(value[0][0], list):
        return [position[:] for position in value]  # a ring: most of the work
    return [_copied(member) for member in value]
