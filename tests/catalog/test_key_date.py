from catalog.document import shipped
from catalog.key_date import key_date
from tests.catalog.factories import field, service, step


def test_the_date_that_most_steps_are_dated_from_is_what_all_is_about() -> None:
    asked = service(
        form=[field("ordered_on", "date"), field("start_on", "date")],
        steps=[
            step("order", due="2 days after ordered_on"),
            step("welcome", opens="start_on 09:00", due="start_on 17:00"),
        ],
    )
    found = key_date(asked)
    assert found is not None
    assert found.key == "start_on"


def test_of_dates_named_alike_often_the_first_of_the_form_counts() -> None:
    asked = service(
        form=[field("a_on", "date"), field("b_on", "date")],
        steps=[step("b", due="b_on"), step("a", due="a_on")],
    )
    found = key_date(asked)
    assert found is not None
    assert found.key == "a_on"


def test_a_service_whose_steps_are_dated_from_the_request_alone_is_about_no_date() -> None:
    assert key_date(service(form=[field("on", "date")], steps=[step("a", due="2 days after submission")])) is None
    assert key_date(shipped().service("laptop-fault")) is None
