import pytest

from catalog.document import shipped
from catalog.graded import grades
from catalog.service import Field, FieldKind, Graded, Option
from tests.catalog.factories import pack, reasons

ASK = """\
  - key: ask
    title: Ask
    summary: Something.
    need: any
    {graded}
    form:
      - {{key: others, label: Others, kind: yes_no, help: Tell us.}}
      - {{key: soon, label: Soon, kind: choice, help: Tell us., options: [{{value: now, label: Now}}]}}
      - {{key: story, label: Story, kind: long_text, help: Tell us.}}
      - {{key: inside, label: Inside, kind: yes_no, help: Tell us., confidential_to: [desk]}}
    steps:
      - {{key: do, title: Do it, queue: desk}}
"""


def test_answers_are_graded_and_silence_is_medium() -> None:
    form = (
        Field(key="others", label="Others", kind=FieldKind.YES_NO),
        Field(key="soon", label="Soon", kind=FieldKind.CHOICE, options=(Option(value="now", label="Now"),)),
    )
    service = (
        shipped()
        .service("laptop-fault")
        .model_copy(
            update={
                "form": form,
                "impact": Graded(field="others", levels={"true": "high"}),
                "urgency": Graded(field="soon", levels={"now": "low"}),
            }
        )
    )

    assert grades(service, {"others": True, "soon": "now"}) == ("high", "low")
    assert grades(service, {"others": False}) == ("medium", "medium")
    assert grades(service.model_copy(update={"impact": None}), {"soon": "now"}) == ("medium", "low")
    assert grades(service.model_copy(update={"impact": None, "urgency": None}), {}) is None


@pytest.mark.parametrize(
    ("graded", "reason"),
    [
        ("impact: {field: gone, levels: {}}", "there is no field 'gone'"),
        ("urgency: {field: story, levels: {}}", "the answers to 'story' cannot be graded"),
        (
            "impact: {field: inside, levels: {}}",
            "the priority would tell who may not know it what 'inside' was answered",
        ),
        ("urgency: {field: soon, levels: {later: low}}", "'soon' has no answer 'later'"),
        ('impact: {field: others, levels: {"maybe": low}}', "'others' has no answer 'maybe'"),
    ],
)
def test_what_cannot_be_graded_is_a_fault(graded: str, reason: str) -> None:
    assert [found for _, found in reasons(pack(ASK.format(graded=graded)))] == [reason]


def test_what_can_be_graded_is_none() -> None:
    text = pack(ASK.format(graded='impact: {field: others, levels: {"true": high, "false": low}}'))

    assert reasons(text) == []
