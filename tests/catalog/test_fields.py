"""Money, references, headings, notes, and options that hang on other answers."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from catalog.answers import check, merge, read_form, schema, visible_fields
from catalog.checks import Known
from catalog.conditions import compiled
from catalog.document import shipped
from catalog.errors import InvalidAnswers
from catalog.expand import expand
from catalog.groups import sections
from catalog.money import LARGEST, Money, comparable, read_money
from catalog.schema import schema as answers_schema
from catalog.service import Service
from catalog.titles import title
from tests.catalog.factories import FACTS, KNOWN, choice, field, pack, reasons, service, step

EURO = Known(currency="EUR")


def faults(asked: Service, raw: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidAnswers) as refused:
        check(asked, raw, KNOWN)
    return [(fault.field, fault.code) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("given", "amount", "currency"),
    [
        ("1250", "1250.00", "EUR"),
        ("1250,5", "1250.50", "EUR"),
        ("0.125 KWD", "0.125", "KWD"),
        (1250, "1250.00", "EUR"),
        ({"amount": "-12.30", "currency": "usd"}, "-12.30", "USD"),
        ({"amount": 7}, "7.00", "EUR"),
        ({"amount": "999999999999.999"}, "999999999999.999", "EUR"),
    ],
)
def test_an_amount_is_kept_exactly_with_its_currency(given: object, amount: str, currency: str) -> None:
    asked = service(form=[field("price", "money")])
    assert check(asked, {"price": given}, EURO) == {"price": {"amount": amount, "currency": currency}}


@pytest.mark.parametrize(
    "given",
    [
        *(12.5, True, "12.3456", "1.000,00", "twelve", "12 euros", "12 EUR 3", [12], "1" * 13, "１２"),
        *({"amount": 12.5}, {"amount": "1", "x": 1}, {"amount": "1", "currency": 5}, {"amount": "1", "currency": "€"}),
    ],
)
def test_what_is_no_exact_amount_is_refused(given: object) -> None:
    assert faults(service(form=[field("price", "money")]), {"price": given}) == [("price", "type_money")]


def test_an_amount_without_a_currency_has_that_of_its_field_before_that_of_the_organisation() -> None:
    asked = service(form=[field("price", "money", currency="CHF")])
    assert check(asked, {"price": "5"}, EURO)["price"] == {"amount": "5.00", "currency": "CHF"}


def test_limits_of_money_are_exact() -> None:
    asked = service(form=[field("price", "money", minimum=0.1, maximum=0.3)])
    assert check(asked, {"price": "0.3"}, KNOWN)
    assert faults(asked, {"price": "0.301"}) == [("price", "too_large")]
    assert faults(asked, {"price": "0.099"}) == [("price", "too_small")]


@given(*[st.decimals(-LARGEST + 1, LARGEST - 1, places=3)] * 2)
def test_conditions_compare_amounts_as_exactly_as_decimals(one: Decimal, other: Decimal) -> None:
    amounts = {"one": Money(one, "EUR").kept(), "other": Money(other, "EUR").kept()}
    assert compiled("one.amount > other.amount").verdict(amounts).holds is (one > other)
    assert compiled("one.amount == other.amount").verdict(amounts).holds is (one == other)


@given(st.decimals(-LARGEST + 1, LARGEST - 1, places=3))
def test_an_amount_that_is_kept_is_read_again_as_the_same(amount: Decimal) -> None:
    kept = Money(amount, "EUR").kept()
    again = read_money(kept, "USD")
    assert again == Money(amount, "EUR")
    assert again is not None
    assert again.kept() == kept


def test_conditions_read_amounts_within_lists_and_maps_too() -> None:
    price = {"amount": "2.50", "currency": "EUR"}
    assert comparable([{"price": price}, 1, "x"]) == [{"price": {"amount": 2.5, "currency": "EUR"}}, 1, "x"]


def test_a_web_form_sends_amount_and_currency_apart() -> None:
    asked = service(form=[field("price", "money", required=True), field("what")])
    items = [("answers.price", "12,50"), ("answers.price.currency", "EUR")]
    assert read_form(asked, items) == {"price": {"amount": "12,50", "currency": "EUR"}}
    assert read_form(asked, [("answers.price", ""), ("answers.price.currency", "EUR")]) == {}
    assert read_form(asked, [("answers.what.currency", "EUR")]) == {"what.currency": "EUR"}
    assert faults(asked, {"price": {"currency": "EUR"}}) == [("price", "required")]


def test_titles_show_amounts() -> None:
    asked = service(form=[field("price", "money")], title_template="Buy for {price}")
    assert title(asked, {"price": {"amount": "12.50", "currency": "EUR"}}) == "Buy for 12.50 EUR"


def test_a_reference_is_one_short_line_of_its_pattern() -> None:
    asked = service(form=[field("device", "reference", pattern="[A-Z]{2}-[0-9]+")])
    assert check(asked, {"device": " HO-1042 "}, KNOWN) == {"device": "HO-1042"}
    assert faults(asked, {"device": "HO 1042"}) == [("device", "pattern")]
    assert faults(service(form=[field("device", "reference")]), {"device": "x" * 81}) == [("device", "too_long")]
    assert faults(service(form=[field("device", "reference")]), {"device": "a\nb"}) == [("device", "one_line")]


def with_heading() -> Service:
    return service(
        form=[
            field("first"),
            field("place", "section", help="Where it stands."),
            field("floor"),
            field("mind_the_step", "note", visible_when='floor == "2"'),
            field("other", section="Elsewhere"),
            field("room"),
        ]
    )


def test_a_section_heads_what_follows_unless_that_names_its_own() -> None:
    shown = sections(visible_fields(with_heading(), {"floor": "2"}))
    assert [(one.title, one.lead, [part.key for part in one.fields]) for one in shown] == [
        ("", "", ["first"]),
        ("Place", "Where it stands.", ["floor", "mind_the_step", "room"]),
        ("Elsewhere", "", ["other"]),
    ]


def test_a_heading_whose_questions_are_all_hidden_is_not_shown() -> None:
    asked = service(form=[field("a"), field("more", "section"), field("b", visible_when='a == "x"')])
    assert [one.title for one in sections(visible_fields(asked, {}))] == [""]


def test_a_note_comes_and_goes_and_takes_no_answer() -> None:
    assert "mind_the_step" not in [one.key for one in visible_fields(with_heading(), {"floor": "1"})]
    assert check(with_heading(), {"floor": "2"}, KNOWN) == {"floor": "2"}
    raw = {"floor": "2", "mind_the_step": "x", "place": "y"}
    assert faults(with_heading(), raw) == [("place", "silent"), ("mind_the_step", "silent")]
    assert set(answers_schema(with_heading())["properties"]) == {"first", "floor", "other", "room"}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (field("x", "note", required=True, default="y"), "a note takes no answer, and so no default, required"),
        (field("x", "section", visible_when="a == 1"), "a section is shown whenever one of its questions is"),
        (field("x", currency="EUR"), "only money has a currency"),
    ],
)
def test_what_cannot_stand_at_a_kind_is_said(given: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        service(form=[given])


def laptops() -> Service:
    offers = [
        {"value": "windows", "label": "Windows"},
        {"value": "mac", "label": "Mac", "when": 'team == "design"'},
        {"value": "own", "label": "Their own", "when": 'team == "outside"'},
    ]
    extras = [{"value": "dock", "label": "Dock", "when": 'laptop == "windows"'}]
    return service(
        form=[
            choice("team", "design", "sales", "outside", required=True),
            field("laptop", "choice", options=offers, required=True),
            field("extras", "choices", options=extras),
        ]
    )


def test_an_option_is_on_offer_where_its_condition_holds() -> None:
    def offered(**raw: str) -> list[list[str]]:
        return [[option.value for option in one.options] for one in visible_fields(laptops(), raw)[1:]]

    assert offered(team="design") == [["windows", "mac"]]
    assert offered(team="sales", laptop="windows") == [["windows"], ["dock"]]
    assert offered(team="sales", laptop="mac") == [["windows"]]


def test_an_option_that_is_not_on_offer_is_refused_by_name() -> None:
    assert check(laptops(), {"team": "design", "laptop": "mac"}, KNOWN) == {"team": "design", "laptop": "mac"}
    assert faults(laptops(), {"team": "sales", "laptop": "mac"}) == [("laptop", "not_offered")]
    assert faults(laptops(), {"team": "sales", "laptop": "amiga"}) == [("laptop", "option")]


def test_a_question_without_any_option_on_offer_is_not_asked() -> None:
    raw: dict[str, Any] = {"team": "design", "laptop": "mac"}
    assert [one.key for one in visible_fields(laptops(), raw)] == ["team", "laptop"]
    assert faults(laptops(), {**raw, "extras": ["dock"]}) == [("extras", "hidden")]


def test_options_of_a_question_that_hangs_on_a_refused_answer_are_not_blamed() -> None:
    assert faults(laptops(), {"team": "moon", "laptop": "mac"}) == [("team", "option")]


def test_a_default_that_is_not_on_offer_answers_nothing() -> None:
    offers = [{"value": "a", "label": "A", "when": 'x == "1"'}, {"value": "b", "label": "B"}]
    asked = service(form=[field("x"), field("y", "choice", options=offers, default="a", required=True)])
    assert check(asked, {"x": "1"}, KNOWN) == {"x": "1", "y": "a"}
    assert faults(asked, {"x": "2"}) == [("y", "required")]


def test_a_change_of_mind_drops_former_choices_that_are_not_on_offer_any_more() -> None:
    former = {"team": "design", "laptop": "windows", "extras": ["dock"]}
    assert merge(laptops(), former, {"laptop": "mac"}) == {"team": "design", "laptop": "mac"}
    assert merge(laptops(), {**former, "laptop": "mac"}, {"team": "sales"})["laptop"] is None


def test_the_schema_tells_when_an_option_is_on_offer() -> None:
    made: Any = schema(laptops())
    assert made["properties"]["laptop"]["oneOf"][1] == {"const": "mac", "title": "Mac", "x-when": 'team == "design"'}
    assert made["required"] == ["team", "laptop"]


LAPTOP = """
- key: asked
  title: Asked
  summary: ""
  need: any
  form:
    - key: team
      label: Team
      kind: choice
      help: x
      required: true
      options: [{{value: a, label: A}}, {{value: b, label: B}}]
    {more}
  steps: [{{key: s, title: S, queue: hr}}]
  example: {{team: a}}
"""


@pytest.mark.parametrize(
    ("more", "where", "reason"),
    [
        (
            "- {key: x, label: X, kind: choice, help: x, options: [{value: v, label: V, when: 'tema == \"a\"'}]}",
            "form[1].options[0].when",
            "no field 'tema' stands before this one",
        ),
        (
            "- {key: x, label: X, kind: choice, help: x, options: [{value: v, label: V, when: 'team =='}]}",
            "form[1].options[0].when",
            "",
        ),
        (
            "- {key: x, label: X, kind: choice, help: x, options: [{value: v, label: V, when: 'team == \"c\"'}]}",
            "form[1].options[0].when",
            "no answers let this option be offered",
        ),
        ("- {key: x, label: Place, kind: section}", "form[1]", "no question stands under 'Place'"),
        ("- {key: team, label: Once more, kind: note}", "form[1].key", "the form has a field 'team' already"),
        ("- {key: x, label: X, kind: number, help: x, pattern: a}", "form[1].pattern", "only texts and references"),
        ("- {key: x, label: X, kind: money, help: x, default: 1.5}", "form[1].default", "type_money"),
    ],
)
def test_lint_names_what_an_owner_can_get_wrong(more: str, where: str, reason: str) -> None:
    found = reasons(pack(LAPTOP.format(more=more)))
    assert [True for at, said in found if at == f"services[0].{where}" and reason in said], found


def test_one_question_feeds_several_steps_and_is_asked_once() -> None:
    asked = service(
        form=[field("start_on", "date", required=True)],
        steps=[
            step("desk", due="start_on"),
            step("laptop", due="2 days before start_on"),
            step("badge", due="start_on"),
        ],
    )
    made = expand(asked, check(asked, {"start_on": "2026-09-01"}, KNOWN), FACTS)
    assert [str(one.due and one.due.anchor_on) for one in made.steps] == ["2026-09-01"] * 3
    assert [one.key for one in visible_fields(asked, {})] == ["start_on"]


def test_the_docking_station_is_offered_with_a_laptop_only() -> None:
    starter = shipped().service("new-starter")
    raw = {**starter.example, "laptop": "none", "equipment": ["dock"]}
    with pytest.raises(InvalidAnswers) as refused:
        check(starter, raw, Known(frozenset({"mara.lindt@demo.example"}), frozenset({"berlin"})))
    assert [(fault.field, fault.code) for fault in refused.value.faults] == [("equipment", "not_offered")]
