"""What a step gives its subject, or takes back, once the answers are known."""

from collections.abc import Iterator, Mapping

from catalog.service import Service, Step


def booked_kinds(service: Service, step: Step, answers: Mapping[str, object]) -> tuple[str, ...]:
    """The kinds of which the subject gets one piece each, in the order of the options; none if none was chosen."""
    return tuple(dict.fromkeys(kind for name in step.books for kind in _kinds(service, name, answers)))


def _kinds(service: Service, name: str, answers: Mapping[str, object]) -> Iterator[str]:
    field = service.fields.get(name)
    if field is None:
        yield name
        return
    chosen = answers.get(name)
    values = chosen if isinstance(chosen, list | tuple) else (chosen,)
    yield from (option.item for option in field.options if option.value in values and option.item)


def asked_kinds(service: Service) -> tuple[str, ...]:
    """All kinds that options of the form name."""
    kinds = (option.item for field in service.form for option in field.options if option.item)
    return tuple(dict.fromkeys(kinds))
