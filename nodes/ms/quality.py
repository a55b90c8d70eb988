"""What a user asks of a PDP context's quality of service, in words of the lab (TS 24.008 10.5.6.5)."""

from collections.abc import Mapping
from typing import Any

from nodes.core.node import CommandError
from protocol.document import DocumentError, from_document, to_document
from protocol.sm.elements import LlcSapi, LlcSapiValue
from protocol.sm.quality_of_service import (
    DelayClass,
    MeanThroughput,
    PeakThroughput,
    PrecedenceClass,
    QualityOfService,
    ReliabilityClass,
)
from protocol.sm.quantity import Quantity

SUBSCRIBED = QualityOfService(
    delay_class=DelayClass.SUBSCRIBED,
    reliability_class=ReliabilityClass.SUBSCRIBED,
    peak_throughput=PeakThroughput(0),
    precedence_class=PrecedenceClass.SUBSCRIBED,
    mean_throughput=MeanThroughput(0),
)
"""Whatever the subscription says."""

PLAIN: Mapping[str, Any] = to_document(SUBSCRIBED)

LONG: Mapping[str, Any] = to_document(QualityOfService.from_octets(bytes(11)))
"""The same with the fields of R99, which are there together or not at all."""

SAPI_OF = {
    DelayClass.SUBSCRIBED: LlcSapiValue.SAPI_3,
    DelayClass.CLASS_1: LlcSapiValue.SAPI_3,
    DelayClass.CLASS_2: LlcSapiValue.SAPI_5,
    DelayClass.CLASS_3: LlcSapiValue.SAPI_9,
}
"""The service access point that is asked for, by delay; the last one for best effort."""

QUANTITIES: Mapping[str, type[Quantity]] = {
    "peak_throughput": PeakThroughput,
    "mean_throughput": MeanThroughput,
}


def read_quality(arguments: Mapping[str, Any], name: str) -> QualityOfService | None:
    """A quality among the arguments: an object of fields, of which those not told are as subscribed.

    It has the length of R97, and that of R99 where one of its fields is told.
    """
    told = arguments.get(name)
    if told is None:
        return None
    if not isinstance(told, Mapping) or not told.keys() <= LONG.keys():
        raise CommandError(f"{name} is an object of {', '.join(LONG)}, not {told!r}")
    base = PLAIN if told.keys() <= PLAIN.keys() else LONG
    try:
        plain = {field: spell(field, value) for field, value in told.items()}
        quality: QualityOfService = from_document(QualityOfService, {**base, **plain})
        quality.to_octets()
    except (DocumentError, ValueError) as error:
        raise CommandError(f"{name}: {error}") from None
    return quality


def spell(field: str, value: object) -> object:
    """A throughput may be told by its code, too."""
    kind = QUANTITIES.get(field)
    coded = kind is not None and isinstance(value, int) and 0 <= value < len(kind.texts)
    return kind.texts[value] if kind is not None and coded else value  # type: ignore[call-overload]


def choose_sapi(quality: QualityOfService) -> LlcSapi:
    """The service access point to ask for."""
    return LlcSapi(value=SAPI_OF.get(quality.delay_class, LlcSapiValue.SAPI_11))


def falls_short(granted: QualityOfService, least: QualityOfService | None) -> bool:
    """Whether what is granted is below what the user wants at least, in any field of R97 of which he wants anything."""
    if least is None:
        return False
    classes = (
        (granted.delay_class.taken_for, least.delay_class),
        (granted.reliability_class.taken_for, least.reliability_class),
        (granted.precedence_class.taken_for, least.precedence_class),
    )
    rates = (
        (granted.peak_throughput.octets_per_second or 0, least.peak_throughput.octets_per_second),
        (granted.mean_throughput.octets_per_hour or 0, least.mean_throughput.octets_per_hour),
    )
    worse = any(wanted and given > wanted for given, wanted in classes)
    return worse or any(wanted is not None and given < wanted for given, wanted in rates)
