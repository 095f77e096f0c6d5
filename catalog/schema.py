"""The JSON Schema (2020-12) of a service's answers, for programs that fill in forms."""

from collections.abc import Collection, Mapping

from pydantic import JsonValue

from catalog.field import Field, FieldKind, Option
from catalog.service import Service
from catalog.table import HIGHEST, NUMBER

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TYPES: Mapping[FieldKind, dict[str, JsonValue]] = {
    FieldKind.TEXT: {"type": "string", "maxLength": 300},
    FieldKind.LONG_TEXT: {"type": "string", "maxLength": 10_000},
    FieldKind.NUMBER: {"type": "number"},
    FieldKind.MONEY: {
        "type": "object",
        "properties": {
            "amount": {"type": "string", "pattern": r"^[+-]?\d{1,12}([.,]\d{1,3})?$"},
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        },
        "required": ["amount"],
        "additionalProperties": False,
    },
    FieldKind.REFERENCE: {"type": "string", "maxLength": 80},
    FieldKind.DATE: {"type": "string", "format": "date"},
    FieldKind.DATETIME: {"type": "string", "format": "date-time"},
    FieldKind.CHOICE: {"type": "string"},
    FieldKind.CHOICES: {"type": "array", "uniqueItems": True},
    FieldKind.PERSON: {"type": "string", "format": "email"},
    FieldKind.LOCATION: {"type": "string"},
    FieldKind.YES_NO: {"type": "boolean"},
    FieldKind.TABLE: {"type": "array"},
    FieldKind.FILE: {"type": "array", "uniqueItems": True, "items": {"type": "string", "format": "uuid"}},
}


def schema(service: Service, only: Collection[str] | None = None) -> dict[str, JsonValue]:
    """Of what whoever asks is asked; where `only` names questions, of these.

    Only fields that are always asked can be `required` here. `x-visible-when` carries the condition of others, and
    `x-when` that of an option which is not always on offer.
    """
    wanted = service.fields.keys() - service.later() if only is None else only
    asked = [field for key, field in service.fields.items() if key in wanted]
    required: list[JsonValue] = [
        field.key for field in asked if field.required and not field.may_be_hidden and not _has_default(field)
    ]
    properties: dict[str, JsonValue] = {field.key: _property(field) for field in asked}
    return {
        "$schema": DIALECT,
        "title": service.title,
        "description": service.summary,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _has_default(field: Field) -> bool:
    """Whether it is answered by itself: a default that may not be on offer answers nothing for certain."""
    return field.default is not None and not any(option.when for option in field.options)


def _property(field: Field) -> dict[str, JsonValue]:
    extras: dict[str, JsonValue] = {
        "description": field.help or None,
        "default": field.default,
        "examples": None if field.example is None else [field.example],
        "pattern": f"^(?:{field.pattern})$" if field.pattern else None,
        "minimum" if field.kind is FieldKind.NUMBER else "x-minimum": field.minimum,
        "maximum" if field.kind is FieldKind.NUMBER else "x-maximum": field.maximum,
        "x-currency": field.currency,
        "writeOnly": field.secret or None,
        "x-visible-when": field.visible_when,
        "maxItems": field.most_files if field.kind is FieldKind.FILE else None,
        "x-types": [one.value for one in field.types] or None,
        "x-kind": field.kind.value,
    }
    shape = {"title": field.label, **_TYPES[field.kind], **_options(field)}
    if field.max_length:
        shape["maxLength"] = field.max_length
    return shape | {name: value for name, value in extras.items() if value is not None}


def _options(field: Field) -> dict[str, JsonValue]:
    if field.kind is FieldKind.TABLE:
        limits: dict[str, JsonValue] = {"maxItems": field.most_rows}
        return {"items": _row(field), **limits, **({"minItems": field.min_rows} if field.min_rows else {})}
    options: list[JsonValue] = [_option(option) for option in field.options]
    match field.kind:
        case FieldKind.CHOICE:
            return {"oneOf": options}
        case FieldKind.CHOICES:
            return {"items": {"oneOf": options}}
        case _:
            return {}


def _option(option: Option) -> dict[str, JsonValue]:
    shown: dict[str, JsonValue] = {"const": option.value, "title": option.label}
    return shown | ({"x-when": option.when} if option.when else {})


def _row(table: Field) -> dict[str, JsonValue]:
    """`row` is the number that a row got with the first answer: sent back, it stays the same row."""
    required: list[JsonValue] = [one.key for one in table.columns if one.required and one.default is None]
    number: JsonValue = {"type": "integer", "minimum": 1, "maximum": HIGHEST}
    properties: dict[str, JsonValue] = {NUMBER: number, **{column.key: _property(column) for column in table.columns}}
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
