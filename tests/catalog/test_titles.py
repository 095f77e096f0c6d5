import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.titles import title
from tests.catalog.factories import choice, field, service


@pytest.mark.parametrize(
    ("part", "answer", "shown"),
    [
        (field("x", "date"), "2026-09-01", "1 September 2026"),
        (field("x", "datetime"), "2026-09-01T08:30", "1 September 2026, 08:30"),
        (choice("x", "at_home"), "at_home", "At Home"),
        (choice("x", "red", "blue", kind="choices"), ["red", "blue"], "Red, Blue"),
        (field("x", "yes_no"), True, "yes"),
        (field("x", "yes_no"), False, "no"),
        (field("x", "number"), 2.5, "2.5"),
        (field("x", "person"), "kim@example.com", "Kim Lee"),
        (field("x", "location"), "lyon", "lyon"),
    ],
)
def test_answers_stand_in_titles_as_people_write_them(part: dict[str, object], answer: object, shown: str) -> None:
    asked = service(form=[part], title_template="It is {x}")
    assert title(asked, {"x": answer}, {"kim@example.com": "Kim Lee"}) == f"It is {shown}"


def test_the_plain_title_stands_in_when_an_answer_is_missing() -> None:
    asked = service(form=[field("a"), field("b")], title_template="{a} and {b}")
    assert title(asked, {"a": "x"}) == "Ask"
    assert title(service(), {}) == "Ask"


@given(st.text(max_size=50))
def test_an_answer_is_never_read_as_a_template(answer: str) -> None:
    asked = service(form=[field("a"), field("b")], title_template="{a}-{b}")
    assert title(asked, {"a": answer, "b": "{a}{0.__class__}"}) == f"{answer}-{{a}}{{0.__class__}}"


def test_a_title_is_never_longer_than_a_line_can_be() -> None:
    asked = service(form=[field("a")], title_template="{a}")
    assert len(title(asked, {"a": "x" * 300})) == 200
