"""YAML as plain values with the line of every part; nothing in it can run, repeat or nest without end."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml
from yaml.composer import ComposerError

from catalog.errors import DocumentFault
from catalog.remark import Remark
from catalog.yaml_words import problem_of

LARGEST = 512 * 1024
DEEPEST = 24
_TAG = "tag:yaml.org,2002:"
# Escapes such as "\0" spell what the text itself may not hold: no database keeps it, or it turns a line around.
_UNKEEPABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


class _Loader(yaml.SafeLoader):
    """Scalars as in YAML 1.2: `yes`, `18:00` and `2026-09-01` stay texts. Aliases and deep nesting are refused."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - as the library has it
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs leave it so
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise ComposerError(None, None, Remark("anchors and aliases are not allowed"), event.start_mark)
        if self.depth >= DEEPEST:
            raise ComposerError(None, None, Remark("nested deeper than %(most)s", most=DEEPEST), event.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


for _name, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"[-+]?[0-9]{1,18}", "-+0123456789"),
    ("float", r"[-+]?[0-9]{1,18}\.[0-9]{1,18}", "-+0123456789"),
):
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(f"^(?:{_pattern})$"), list(_first))


RESOLVERS = _Loader.yaml_implicit_resolvers
"""Which plain scalars are not texts; a writer needs the same to know what to quote."""


class _Quick(_Loader):
    """The same with events from libyaml, where the library has it: nine times as quick, with other words for faults."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        events = yaml.CSafeLoader(stream)
        for name in ("check_event", "peek_event", "get_event"):
            setattr(self, name, getattr(events, name))


def _composed(text: str, *, quick: bool) -> yaml.Node | None:
    """Raises:
    YAMLError: in the words of the library's own parser, which also has the last say on what is a fault.
    """
    if quick and yaml.__with_libyaml__:
        try:
            return _Quick(text).get_single_node()
        except (yaml.YAMLError, UnicodeEncodeError):  # it reads bytes, which a lone surrogate has none of
            return _Loader(text).get_single_node()
    return _Loader(text).get_single_node()


@dataclass
class Reading:
    """`lines` maps a path such as `services[2].steps[5].due` to its line, counted from 1; "" is the whole."""

    file: str
    value: object = None
    lines: dict[str, int] = field(default_factory=dict)
    faults: list[DocumentFault] = field(default_factory=list)

    def line(self, where: str) -> int:
        """The line of the nearest part that stands in the text: a missing key has its parent's."""
        while where not in self.lines and where:
            where = where[: max(where.rfind("."), where.rfind("["), 0)]
        return self.lines.get(where, 0)

    def fault(self, where: str, reason: str, advice: str = "") -> DocumentFault:
        return DocumentFault(self.file, self.line(where), where, reason, advice)


def read_yaml(file: str, text: str, *, quick: bool = True) -> Reading:
    """Read one document; what is wrong with it stands in `faults`, and `value` holds what could be read."""
    reading = Reading(file)
    if len(text) > LARGEST:
        reading.faults.append(
            DocumentFault(
                file, 0, "", Remark("larger than %(kilobytes)s KB", kilobytes=LARGEST // 1024), Remark("split it")
            )
        )
        return reading
    try:
        node = _composed(text, quick=quick)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else 0
        reading.faults.append(
            DocumentFault(
                file,
                line,
                "",
                Remark("not YAML: %(problem)s", problem=problem_of(error.problem)),
                Remark("check the indentation"),
            )
        )
    except yaml.YAMLError as error:
        reading.faults.append(DocumentFault(file, 0, "", Remark("not YAML: %(problem)s", problem=problem_of(error))))
    else:
        reading.value = _value(node, "", reading) if node is not None else None
    return reading


def _value(node: yaml.Node, where: str, reading: Reading) -> object:
    reading.lines[where] = node.start_mark.line + 1
    match node:
        case yaml.MappingNode(tag="tag:yaml.org,2002:map"):
            return dict(_pairs(node, where, reading))
        case yaml.SequenceNode(tag="tag:yaml.org,2002:seq"):
            return [_value(item, f"{where}[{at}]", reading) for at, item in enumerate(node.value)]
        case yaml.ScalarNode():
            return _scalar(node, where, reading)
    reading.faults.append(reading.fault(where, Remark("the tag %(tag)s is not allowed", tag=node.tag)))
    return None


def _pairs(node: yaml.MappingNode, where: str, reading: Reading) -> Iterator[tuple[str, object]]:
    seen: set[str] = set()
    for name, item in node.value:
        key = _kept(str(name.value), name, where, reading) if isinstance(name, yaml.ScalarNode) else "?"
        path = f"{where}.{key}" if where else key
        if key in seen:
            line = name.start_mark.line + 1
            reading.faults.append(
                DocumentFault(reading.file, line, path, Remark("this key stands twice"), Remark("keep one of them"))
            )
            continue
        seen.add(key)
        value = _value(item, path, reading)
        reading.lines[path] = name.start_mark.line + 1
        yield key, value


def _kept(text: str, node: yaml.Node, where: str, reading: Reading) -> str:
    """The text; with a fault, and without them, where it has characters that cannot be kept."""
    if not _UNKEEPABLE.search(text):
        return text
    reason = Remark("this holds a character that cannot be kept")
    reading.faults.append(DocumentFault(reading.file, node.start_mark.line + 1, where, reason, Remark("remove it")))
    return _UNKEEPABLE.sub("", text)


def _scalar(node: yaml.ScalarNode, where: str, reading: Reading) -> object:
    text = str(node.value)
    match node.tag.removeprefix(_TAG):
        case "str":
            return _kept(text, node, where, reading)
        case "int" if text.lstrip("+-").isdigit():
            return int(text)
        case "float" if re.fullmatch(r"[-+]?\d+\.\d+", text):
            return float(text)
        case "bool" if text in {"true", "false"}:
            return text == "true"
        case "null":
            return None
    reading.faults.append(reading.fault(where, Remark("the tag %(tag)s is not allowed", tag=node.tag)))
    return None
