"""What a pack expects of its services: example answers, and the plan that they are to make."""

from collections.abc import Mapping

from pydantic import JsonValue

from catalog.part import AnswerPlace, FieldKey, Key, Line, Part, Rule


class Expected(Part):
    """What is to be so of the plan; what is not named may be as it likes.

    `order`: each of these steps waits, at once or through others, for the one before it. `waits_for` names all that a
    step waits for, of what is in the plan. `undecided`: a form step that nobody has filled in decides about it; one for
    whose questions there are answers counts as filled in. `opens` and `due` are rules as a step has them. With
    `refused`, the answers are to be refused at exactly these questions, such as `start_on` or `starters[1].start_on` in
    the second row of a table, and nothing else is expected.
    """

    title: str | None = None
    present: tuple[Key, ...] = ()
    absent: tuple[Key, ...] = ()
    undecided: tuple[Key, ...] = ()
    queues: Mapping[Key, Key] = {}
    waits_for: Mapping[Key, tuple[Key, ...]] = {}
    order: tuple[Key, ...] = ()
    opens: Mapping[Key, Rule] = {}
    due: Mapping[Key, Rule] = {}
    refused: tuple[AnswerPlace, ...] = ()

    @property
    def steps(self) -> Mapping[str, tuple[str, ...]]:
        """All steps that are named, by where."""
        lists = {"present": self.present, "absent": self.absent, "undecided": self.undecided, "order": self.order}
        maps = {"queues": self.queues, "waits_for": self.waits_for, "opens": self.opens, "due": self.due}
        needed = {f"waits_for.{key}": needs for key, needs in self.waits_for.items()}
        return {**lists, **{where: tuple(named) for where, named in maps.items()}, **needed}


class PackTest(Part):
    """`answers` change the service's own example: null takes one away. The people are as conditions read them."""

    name: Line
    service: Key
    answers: Mapping[FieldKey, JsonValue] = {}
    requester: Mapping[FieldKey, JsonValue] = {}
    subject: Mapping[FieldKey, JsonValue] = {}
    expect: Expected
