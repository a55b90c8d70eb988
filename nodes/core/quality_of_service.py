"""A quality of service as operators tell it (TS 24.008 10.5.6.5): an object of its fields, in words or in codes."""

from collections.abc import Mapping
from typing import Any

from nodes.core.node import CommandError
from protocol.document import DocumentError, from_document, to_document
from protocol.sm.quality_of_service import QualityOfService
from protocol.sm.quantity import Quantity

QUANTITIES: Mapping[str, type[Quantity]] = {
    field.name: field.type for field in QualityOfService.fields if issubclass(field.type, Quantity)
}
"""Fields that are amounts, which have texts by code."""


def read_quality(told: object, present: QualityOfService, name: str = "qos") -> QualityOfService:
    """``present`` with the fields that were told; CommandError where they are none of its fields, or cannot be."""
    fields = to_document(present)
    if not isinstance(told, Mapping) or not told.keys() <= fields.keys():
        raise CommandError(f"{name} is an object of {', '.join(fields)}, not {told!r}")
    try:
        plain = {field: spell(field, value) for field, value in told.items()}
        quality: QualityOfService = from_document(QualityOfService, {**fields, **plain})
        quality.to_octets()
    except (DocumentError, ValueError) as error:
        raise CommandError(f"{name}: {error}") from None
    return quality


def spell(field: str, value: Any) -> Any:
    """An amount may be told by its code, too."""
    texts = getattr(QUANTITIES.get(field), "texts", ())
    coded = type(value) is int and 0 <= value < len(texts)
    return texts[value] if coded else value
