"""What operators may say of quality of service."""

from typing import Any

from nodes.core.node import CommandError
from protocol.gtp import QualityOfServiceProfile
from protocol.sm.quality_of_service import (
    DelayClass,
    MeanThroughput,
    PeakThroughput,
    PrecedenceClass,
    ReliabilityClass,
)

LIMITS: dict[str, tuple[Any, frozenset[int]]] = {
    "delay_class": (DelayClass, frozenset(range(1, 5))),
    "reliability_class": (ReliabilityClass, frozenset(range(1, 6))),
    "peak_throughput": (PeakThroughput, frozenset(range(1, 10))),
    "precedence_class": (PrecedenceClass, frozenset(range(1, 4))),
    "mean_throughput": (MeanThroughput, frozenset({*range(1, 19), 31})),
}
"""The fields of release 97 (24.008 10.5.6.5), and the codes that the network may send."""


def chosen_qos(told: Any, present: QualityOfServiceProfile) -> QualityOfServiceProfile:
    """The present quality of service with the fields that were told; CommandError where they cannot be."""
    if not isinstance(told, dict) or not told:
        raise CommandError(f"qos is a mapping of {', '.join(LIMITS)}, not {told!r}")
    changes: dict[str, Any] = {}
    for name, code in told.items():
        if name not in LIMITS:
            raise CommandError(f"qos has no {name!r}, but {', '.join(LIMITS)}")
        kind, codes = LIMITS[name]
        if type(code) is not int or code not in codes:
            raise CommandError(f"{name} is one of {', '.join(map(str, sorted(codes)))}, not {code!r}")
        changes[name] = kind(code)
    qos = present.quality_of_service.replace(**changes)
    return QualityOfServiceProfile(present.allocation_retention_priority, qos)
