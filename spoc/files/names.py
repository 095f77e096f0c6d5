"""What a file is called when it is shown: the sender's name, without what could mislead or do harm."""

import unicodedata
from typing import Final

LONGEST: Final = 120
UNNAMED: Final = "file"
_NOT_IN_NAMES: Final = frozenset('/\\:*?"<>|')
_LEFT_OUT: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def cleaned(name: str) -> str:
    """One line without path, control and format characters, at most 120 characters, its ending kept.

    Compatible characters are made plain first, so that a full-width dot is a dot before anything is decided by it.
    """
    plain = unicodedata.normalize("NFKC", name[-20 * LONGEST :])
    kept = "".join(one for one in plain if unicodedata.category(one) not in _LEFT_OUT)
    last = kept.replace("\\", "/").rpartition("/")[2]
    safe = "".join("_" if one in _NOT_IN_NAMES else one for one in last)
    return _shortened(" ".join(safe.split()).strip(" ."))


def ending_of(name: str) -> str:
    """Lower case, without the dot; "" where there is none."""
    stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot and stem else ""


def _shortened(name: str) -> str:
    if len(name) <= LONGEST:
        return name or UNNAMED
    ending = ending_of(name)
    kept = f".{ending}" if 0 < len(ending) < 8 else ""  # noqa: PLR2004 - no ending in use is longer
    return name[: LONGEST - len(kept)].rstrip(" .") + kept
