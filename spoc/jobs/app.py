"""The Celery application: only the carrier of job ids. Every setting here was tried against a dying broker."""

from collections.abc import Callable
from typing import Any

from celery import Celery
from kombu.entity import Queue

from spoc.jobs.run import run
from spoc.jobs.tools import Tools
from spoc.settings import Settings

TASK = "spoc.run_job"
WORK_LANE = "spoc.work"
MAIL_LANE = "spoc.mail"
CONFIRM_SECONDS = 2
IN_PROCESS = "memory://localhost//"

# With kombu's own values, what a killed worker held came back after some 100 s.
REDIS = {"visibility_timeout": 300, "unacked_restore_throttle": 1, "unacked_restore_interval": 5}
# Without confirms, 10,001 messages were accepted and none was left after the broker was killed.
RABBITMQ = {"confirm_publish": True}
MEMORY = {"polling_interval": 0.02}


def make_app(settings: Settings, tools: Callable[[], Tools]) -> Celery:
    """An application for publisher and worker alike. `tools` is called in the process that runs a job."""
    url = IN_PROCESS if is_in_process(settings.broker_url) else settings.broker_url
    made = Celery("spoc", broker=url, set_as_current=False)
    made.conf.update(_conf(settings.broker_url))

    @made.task(name=TASK, shared=False)  # type: ignore[untyped-decorator]  # Celery has no types
    def run_job(job_id: int) -> None:
        run(job_id, tools())

    return made


def lane(kind: str) -> str:
    """Mail has its own lane, so that a slow mail server holds up nothing else."""
    return MAIL_LANE if kind.startswith("mail.") else WORK_LANE


def is_in_process(broker_url: str) -> bool:
    """Whether the broker is this process's own memory."""
    return broker_url.startswith("memory:")


def _conf(broker_url: str) -> dict[str, Any]:
    return {
        "accept_content": ["json"],
        "broker_connection_retry_on_startup": True,
        "broker_connection_timeout": 1,
        "broker_transport_options": _transport(broker_url),
        "result_accept_content": ["json"],
        "task_acks_late": True,
        "task_create_missing_queues": False,
        "task_default_queue": WORK_LANE,
        "task_ignore_result": True,
        "task_publish_retry": False,
        "task_queues": [_queue(WORK_LANE, broker_url), _queue(MAIL_LANE, broker_url)],
        # Given back by the broker, a job that kills its worker ran 50 times in 20 s; the lease counts attempts.
        "task_reject_on_worker_lost": False,
        "task_serializer": "json",
        "worker_hijack_root_logger": False,
        "worker_prefetch_multiplier": 1,
    }


def _transport(broker_url: str) -> dict[str, Any]:
    if is_in_process(broker_url):
        return MEMORY
    return REDIS if broker_url.startswith(("redis", "rediss")) else RABBITMQ


def _queue(name: str, broker_url: str) -> Queue:
    quorum = {"x-queue-type": "quorum"} if broker_url.startswith(("amqp", "pyamqp")) else None
    return Queue(name, routing_key=name, queue_arguments=quorum)  # type: ignore[no-untyped-call]  # kombu's own
