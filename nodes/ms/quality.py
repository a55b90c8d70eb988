"""What a user asks of a PDP context's quality of service, in words of the lab (TS 24.008 10.5.6.5)."""

from collections.abc import Mapping
from typing import Any

from nodes.core import quality_of_service
from protocol.document import to_document
from protocol.sm.elements import LlcSapi, LlcSapiValue
from protocol.sm.quality_of_service import (
    DelayClass,
    MeanThroughput,
    PeakThroughput,
    PrecedenceClass,
    QualityOfService,
    ReliabilityClass,
)

SUBSCRIBED = QualityOfService(
    delay_class=DelayClass.SUBSCRIBED,
    reliability_class=ReliabilityClass.SUBSCRIBED,
    peak_throughput=PeakThroughput(0),
    precedence_class=PrecedenceClass.SUBSCRIBED,
    mean_throughput=MeanThroughput(0),
)
"""Whatever the subscription says."""

LONG = QualityOfService.from_octets(bytes(11))
"""The same with the fields of R99, which are there together or not at all."""

FIELDS_OF_R97 = to_document(SUBSCRIBED).keys()

SAPI_OF = {
    DelayClass.SUBSCRIBED: LlcSapiValue.SAPI_3,
    DelayClass.CLASS_1: LlcSapiValue.SAPI_3,
    DelayClass.CLASS_2: LlcSapiValue.SAPI_5,
    DelayClass.CLASS_3: LlcSapiValue.SAPI_9,
}
"""The service access point that is asked for, by delay; the last one for best effort."""


def read_quality(arguments: Mapping[str, Any], name: str) -> QualityOfService | None:
    """A quality among the arguments: an object of fields, of which those not told are as subscribed.

    It has the length of R97, and that of R99 where one of its fields is told.
    """
    told = arguments.get(name)
    if told is None:
        return None
    short = isinstance(told, Mapping) and told.keys() <= FIELDS_OF_R97
    return quality_of_service.read_quality(told, SUBSCRIBED if short else LONG, name)


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
