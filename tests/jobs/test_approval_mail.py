"""Mails about approvals: the link goes out and is stored nowhere, to who is asked and to nobody else."""

import re

import pytest
from sqlalchemy import select

from spoc.approvals.errors import LinkOver
from spoc.approvals.links import behind
from spoc.db.jobs import JobRow, JobState, MailRow, MailState
from spoc.db.queueing import enqueue
from spoc.db.session import transaction
from spoc.jobs.run import run
from spoc.jobs.tools import Tools
from tests.jobs.test_mail import Inbox, inbox, post
from tests.spoc.approvals.approving import Buying, buy
from tests.world import World

__all__ = ["inbox", "post"]
LINK = re.compile(r"https://desk\.example/approve\?token=([\w-]+)")


def unfolded(text: str) -> str:
    return text.replace("=\r\n", "").replace("=3D", "=")


def run_jobs(one: Buying, tools: Tools, kind: str) -> None:
    one.session.commit()
    wanted = select(JobRow.id).where(JobRow.kind == kind, JobRow.state == JobState.READY)
    for job_id in one.session.scalars(wanted).all():
        run(job_id, tools)


def test_who_is_asked_gets_a_link_that_is_stored_nowhere(world: World, post: Tools, inbox: Inbox) -> None:
    one = buy(world)
    run_jobs(one, post, "mail.approval_asked")

    assert inbox.mails[0].rcpt_tos == ["manager@demo.example"]
    token = LINK.search(unfolded(inbox.text()))
    assert token is not None
    with transaction(post.sessions) as session:
        mail = session.scalars(select(MailRow).where(MailRow.kind == "mail.approval_asked")).one()
        assert f"https://desk.example/approvals/{one.task().public_id}" in mail.body
        assert token[1] not in mail.body
        assert behind(session, token[1], world.now).actor.person_id == world.ids["manager"]


def test_a_confidential_one_names_nothing_and_asks_to_sign_in(world: World, post: Tools, inbox: Inbox) -> None:
    one = buy(world, confidential_to=["hr", "it", "facilities"])
    run_jobs(one, post, "mail.approval_asked")

    text = unfolded(inbox.text())
    assert LINK.search(text) is None
    assert "Agree to the price" not in text
    assert "Jonas" not in text


def test_who_is_not_asked_any_more_gets_no_mail(world: World, post: Tools, inbox: Inbox) -> None:
    one = buy(world)
    one.approve("manager")
    run_jobs(one, post, "mail.approval_asked")
    assert inbox.mails == []


def test_who_need_not_decide_any_more_is_told(world: World, post: Tools, inbox: Inbox) -> None:
    one = buy(world, {"approvers": ["requester.manager", "it.lead"], "quorum": "one"})
    one.approve("lead")
    run_jobs(one, post, "mail.approval_withdrawn")
    assert [mail.rcpt_tos for mail in inbox.mails] == [["manager@demo.example"]]
    assert LINK.search(unfolded(inbox.text())) is None


def test_who_asked_reads_what_was_not_approved_by_whom_and_why(world: World, post: Tools, inbox: Inbox) -> None:
    one = buy(world)
    one.reject("manager", comment="Yours is a year old.")
    run_jobs(one, post, "mail.approval_rejected")

    assert inbox.mails[0].rcpt_tos == ["employee@demo.example"]
    with transaction(post.sessions) as session:
        body = session.scalars(select(MailRow.body).where(MailRow.kind == "mail.approval_rejected")).one()
    assert "“Agree to the price” was not approved" in body
    assert "Ingeborg van den Heuvel says: “Yours is a year old.”" in body
    assert "everything else goes on" in body


def test_a_mail_kept_for_want_of_a_server_is_sent_later_with_a_link_that_works(
    world: World, tools: Tools, post: Tools, inbox: Inbox
) -> None:
    one = buy(world)
    run_jobs(one, tools, "mail.approval_asked")
    with transaction(post.sessions) as session:
        mail = session.scalars(select(MailRow)).one()
        assert mail.state is MailState.KEPT
        assert "token=" not in mail.body
        mail.state = MailState.QUEUED
        enqueue(session, "mail.again", {"mail_id": mail.id})
    run_jobs(one, post, "mail.again")
    token = LINK.search(unfolded(inbox.text()))
    assert token is not None
    one.approve("manager")
    with pytest.raises(LinkOver):
        behind(one.session, token[1], world.now)
