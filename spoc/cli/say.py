"""How commands speak: to people on standard output with a little colour, to programs as JSON."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from catalog.errors import AnswerFault, DocumentFault, InvalidAnswers, InvalidCatalogue
from routing.phrase import Phrase, marked
from spoc.errors import Invalid, Mendable, Misconfigured
from spoc.words import ENGLISH, FOLDER, Sentence, choose, languages, said, said_as_is, speak

UNREADABLE = marked("%(file)s cannot be read: %(why)s.")
out = Console(highlight=False, markup=False)  # titles and folders may hold brackets
NAMES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Where a machine says which language its user reads; the first that is set decides, as for other programs."""


def speak_as_set(environment: Mapping[str, str], folder: Path = FOLDER) -> None:
    """Use the language of the environment, such as de_DE.UTF-8; English where there are no texts in it."""
    name = next((environment[one] for one in NAMES if environment.get(one)), ENGLISH)
    speak(choose(name.partition(".")[0].partition("@")[0].replace("_", "-"), languages(folder)), folder)


def tell(sentence: Sentence | str, *strong: str, style: str = "") -> None:
    """A line for people, with what is `strong` in it in bold; an address stays whole, however narrow the window."""
    line = Text(said_as_is(sentence), style)
    line.highlight_words([one for one in strong if one], "bold")
    out.print(line, soft_wrap=True)


def print_plain(text: str) -> None:
    """The text alone, for a program or a clipboard."""
    print(text)  # noqa: T201 - standard output is the result


def print_json(found: Any) -> None:
    print_plain(json.dumps(found, ensure_ascii=False, indent=2, default=str))


def unreadable(file: Path | str, error: OSError | UnicodeDecodeError) -> Misconfigured:
    """What to raise for a file that is not there, may not be read, or is no text."""
    why = Phrase("it is no text in UTF-8") if isinstance(error, UnicodeDecodeError) else error.strerror
    return Misconfigured(UNREADABLE, file=file, why=why)


def fault_line(fault: DocumentFault) -> str:
    """`pack.yaml:3: services[0].title: This is needed (add it)`, in the reader's language."""
    place = f"{fault.file}:{fault.line}: " + (f"{fault.where}: " if fault.where else "")
    advice = f" ({said_as_is(fault.advice)})" if fault.advice else ""
    return f"{place}{said_as_is(fault.reason)}{advice}"


def error_text(error: Exception) -> str:
    """What is the case, in the reader's language; a line for each fault where there are several."""
    match error:
        case InvalidCatalogue():
            return "\n".join(map(fault_line, error.faults))
        case InvalidAnswers():
            return "\n".join(_named(fault) for fault in error.faults)
        case Invalid() if not error.template:
            return " ".join(_named(fault) for fault in error.faults)
        case Sentence() if error.template:
            return said(error)
    return str(error)


def _named(fault: Mendable | AnswerFault) -> str:
    """A sentence such as "Give it once." says nothing without the name of what is meant."""
    return f"{fault.field}: {said(fault)}" if fault.field else said(fault)
