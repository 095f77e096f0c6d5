"""Why a job failed is kept with its row, and told in the language of whoever looks at the outbox."""

import json

from routing.phrase import Phrase
from spoc.db.queueing import LONGEST_ERROR
from spoc.errors import SpocError
from spoc.failure import kept, read
from spoc.jobs.mail import NotSent


def test_an_error_of_ours_is_kept_as_template_and_values() -> None:
    found = read(kept(NotSent(why=OSError("no route"))))
    assert found == Phrase("The mail server does not take it now: %(why)s", {"why": "no route"})
    assert found.given == {"why": "no route"}


def test_what_a_library_says_is_kept_as_the_log_has_it() -> None:
    assert str(read(kept(ValueError("100 %")))) == "ValueError: 100 %"
    assert str(read(kept(SpocError()))) == "SpocError: "


def test_a_row_that_holds_another_document_is_told_as_it_is() -> None:
    for text in ("{}", "[1]", '{"template": "x", "given": 7}', "The worker was lost while it ran."):
        assert str(read(text)) == text


def test_long_values_leave_a_document_that_can_be_read() -> None:
    text = kept(NotSent(why="x" * 10_000))
    assert len(text) < LONGEST_ERROR
    assert json.loads(text)["given"]["why"] == "x" * 300
