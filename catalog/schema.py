"""The JSON Schema (2020-12) of a service's answers, for programs that fill in forms."""

from collections.abc import Mapping

from pydantic import JsonValue

from catalog.service import Field, FieldKind, Service

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TYPES: Mapping[FieldKind, dict[str, JsonValue]] = {
    FieldKind.TEXT: {"type": "string", "maxLength": 300},
    FieldKind.LONG_TEXT: {"type": "string", "maxLength": 10_000},
    FieldKind.NUMBER: {"type": "number"},
    FieldKind.DATE: {"type": "string", "format": "date"},
    FieldKind.DATETIME: {"type": "string", "format": "date-time"},
    FieldKind.CHOICE: {"type": "string"},
    FieldKind.CHOICES: {"type": "array", "uniqueItems": True},
    FieldKind.PERSON: {"type": "string", "format": "email"},
    FieldKind.LOCATION: {"type": "string"},
    FieldKind.YES_NO: {"type": "boolean"},
}


def schema(service: Service) -> dict[str, JsonValue]:
    """Only fields that are always asked can be `required` here; `x-visible-when` carries the condition of others."""
    required: list[JsonValue] = [
        field.key for field in service.form if field.required and not field.visible_when and field.default is None
    ]
    properties: dict[str, JsonValue] = {field.key: _property(field) for field in service.form}
    return {
        "$schema": DIALECT,
        "title": service.title,
        "description": service.summary,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _property(field: Field) -> dict[str, JsonValue]:
    extras: dict[str, JsonValue] = {
        "description": field.help or None,
        "default": field.default,
        "examples": None if field.example is None else [field.example],
        "pattern": f"^(?:{field.pattern})$" if field.pattern else None,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "writeOnly": field.secret or None,
        "x-visible-when": field.visible_when,
        "x-kind": field.kind.value,
    }
    shape = {"title": field.label, **_TYPES[field.kind], **_options(field)}
    if field.max_length:
        shape["maxLength"] = field.max_length
    return shape | {name: value for name, value in extras.items() if value is not None}


def _options(field: Field) -> dict[str, JsonValue]:
    options: list[JsonValue] = [{"const": option.value, "title": option.label} for option in field.options]
    match field.kind:
        case FieldKind.CHOICE:
            return {"oneOf": options}
        case FieldKind.CHOICES:
            return {"items": {"oneOf": options}}
        case _:
            return {}
