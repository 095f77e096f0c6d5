from routing.errors import BrokenPlan, DateOutOfRange, InvalidCalendar, NotPossible, NoWorkingTime, RoutingError
from routing.phrase import Phrase


def test_each_error_says_what_is_the_case_and_has_its_own_code() -> None:
    errors: list[RoutingError] = [
        NotPossible("on_hold", "claim"),
        BrokenPlan("laptop", Phrase("is in it twice")),
        InvalidCalendar("it", Phrase("a week has seven days")),
        NoWorkingTime("it"),
        DateOutOfRange("9999-12-31"),
    ]

    assert [str(error) for error in errors] == [
        "A task that is on hold does not allow: claim.",
        "The plan cannot be carried out: laptop is in it twice.",
        "Calendar it: a week has seven days.",
        "Calendar it has no working time.",
        "9999-12-31 is outside the years that can be planned.",
    ]
    assert {error.code for error in errors} == {cls.code for cls in RoutingError.__subclasses__()}
    assert len({error.code for error in errors}) == len(errors)
