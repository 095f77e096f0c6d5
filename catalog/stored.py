"""Limits of what is written anew: a version that was taken before there was one stays as it is."""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

STORED: Final = {"stored": True}
"""The context in which a stored version is read: nothing of it can be mended, and requests hang on it."""


def is_stored(info: ValidationInfo) -> bool:
    return info.context is STORED


@dataclass(frozen=True)
class AtMost:
    """A list of so many, counted before anything in it is read, unless it was stored with more."""

    number: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_before_validator_function(self._counted, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(schema) | {"maxItems": self.number}

    def _counted(self, value: object, info: ValidationInfo) -> object:
        if isinstance(value, list | tuple) and len(value) > self.number and not is_stored(info):
            told = {"field_type": "Tuple", "max_length": self.number, "actual_length": len(value)}
            raise PydanticKnownError("too_long", told)
        return value
