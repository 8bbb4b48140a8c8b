"""The file that gives each person a token of their own.

A line is ``name: sha256:...``. There is no token in it, because jobs run as the user of
the server and could read it. ``ogc-widgets lab-token`` adds a line; people leave when
theirs is removed.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ogc_widgets.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_LINE = re.compile(rf"({_NAME.pattern}): (sha256:[0-9a-f]{{64}})")
# Others may not read it, and nobody but its owner may write it. A group may read: that
# of a server which could not, and should not, change it.
_FOREIGN = 0o026


def hashed(token: str) -> str:
    """Return what stands in the file for a token.

    Tokens are random and long, so that a fast hash is as good as a slow one.
    """
    digest = hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
    return f"sha256:{digest}"


def read_tokens(path: Path) -> dict[str, str]:
    """Return the names of people by the hashes of their tokens.

    Raises:
        InputError: The file cannot be read, others may do so too, or a line of it is
            not understood.
    """
    try:
        with path.open(encoding="utf-8") as file:
            mode = os.fstat(file.fileno()).st_mode
            lines = file.read().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not a text"
        raise InputError(
            f"The file of tokens {path} cannot be read: {reason}.",
            safe="Nobody was let in.",
            advice=f"Make one with: ogc-widgets lab-token {path} NAME",
        ) from None
    if os.name == "posix" and mode & _FOREIGN:
        raise InputError(
            f"The file of tokens {path} can be read or written by others.",
            safe="Nobody was let in.",
            advice=f"Correct it with: chmod o-rwx,g-w {path}",
        )
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        match = _LINE.fullmatch(text)
        if match is None:  # the line is not shown: it may hold a token
            raise InputError(
                f"Line {number} of {path} is not understood.",
                safe="Nobody was let in.",
                advice="A line is 'name: sha256:...', as lab-token writes it.",
            )
        found[match[2]] = match[1]
    return found


def give_tokens(path: Path, names: Sequence[str]) -> dict[str, str]:
    """Give people new tokens, of which the file keeps the hashes only.

    Args:
        path: The file; it is made where there is none.
        names: Whose tokens; one that somebody had before does not count any more.

    Returns:
        The tokens by name. They are nowhere else.

    Raises:
        InputError: A name or the file is not usable; nothing was changed.
    """
    for name in names:
        if not _NAME.fullmatch(name):
            raise InputError(
                f"{name!r} is no name for a token.",
                safe="Nothing was changed.",
                advice="Use letters, digits and . _ @ - (at most 64).",
            )
    lines: list[str] = []
    if path.exists():
        read_tokens(path)
        lines = path.read_text(encoding="utf-8").splitlines()
    given = {name: secrets.token_urlsafe() for name in names}
    kept = [line for line in lines if line.partition(":")[0].strip() not in given]
    fresh = [f"{name}: {hashed(token)}" for name, token in given.items()]
    try:
        _write(path, "\n".join([*kept, *fresh]) + "\n")
    except OSError as error:
        raise InputError(
            f"The file of tokens {path} cannot be written: {error.strerror}.",
            safe="Nothing was changed.",
        ) from None
    return given


def _write(path: Path, text: str) -> None:
    # A server may read it at any moment, so it is replaced as a whole.
    path.parent.mkdir(parents=True, exist_ok=True)
    known = path.stat() if path.exists() else None
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=f".{path.name}-", delete=False, encoding="utf-8"
    ) as file:
        file.write(text)
    fresh = Path(file.name)  # for its owner only (0600)
    try:
        if known is not None:
            fresh.chmod(known.st_mode & 0o777)
            if hasattr(os, "chown"):  # a group that reads it goes on doing so
                os.chown(fresh, known.st_uid, known.st_gid)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
