"""JSON Schema of a registry file, from the models; a file of its own, so that reading events does not load it."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from pydantic.json_schema import GenerateJsonSchema

from eventstudy.events.event import Event, Table


class RegistryFile(Table):
    """A file of events for eventstudy."""

    event: tuple[Event, ...] = Field(min_length=1, description="one [[event]] table each")


class _Plain(GenerateJsonSchema):
    """Without null, which TOML cannot say, and without titles that repeat the key."""

    def nullable_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> dict[str, Any]:
        return super().default_schema(schema) if schema.get("default") else self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: Any) -> dict[str, Any]:
        made = super().model_schema(schema)
        return {**made, "description": schema["cls"].__doc__.partition("\n")[0]}


def registry_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a registry file, with dates as their ISO text."""
    made = RegistryFile.model_json_schema(schema_generator=_Plain)
    return {"$schema": _Plain.schema_dialect, **made, "title": "eventstudy registry"}
