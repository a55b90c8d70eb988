"""Quality of service in the GGSN (TS 23.060 9.2.2.1, 15.2): what an access point grants, and what operators may say."""

from math import inf
from typing import Any

from nodes.core.node import CommandError
from nodes.core.quality_of_service import read_quality
from protocol.gtp import QualityOfServiceProfile
from protocol.sm.quality_of_service import PeakThroughput, QualityOfService


def granted(asked: QualityOfServiceProfile, most: QualityOfService | None) -> QualityOfServiceProfile:
    """Of each attribute of release 97 the weaker demand, if the access point has limits; those of R99 are left alone.

    A value that is reserved counts as what the specification takes it for; best effort is the least of throughputs.
    """
    if most is None:
        return asked
    profile = asked.quality_of_service
    mean = profile.mean_throughput
    if not mean.is_best_effort and (most.mean_throughput.is_best_effort or most.mean_throughput < mean):
        mean = most.mean_throughput
    qos = profile.replace(
        delay_class=max(profile.delay_class.taken_for, most.delay_class),
        reliability_class=max(profile.reliability_class.taken_for, most.reliability_class),
        peak_throughput=min(profile.peak_throughput, most.peak_throughput, key=rate),
        precedence_class=max(profile.precedence_class.taken_for, most.precedence_class),
        mean_throughput=mean,
    )
    return QualityOfServiceProfile(asked.allocation_retention_priority, qos)


def rate(peak: PeakThroughput) -> float:
    """Octets a second; what is left open is any."""
    return peak.octets_per_second or inf


def chosen_qos(told: Any, present: QualityOfServiceProfile) -> QualityOfServiceProfile:
    """The present quality of service with the fields that were told; CommandError where they cannot be.

    What is reserved from the network's side cannot (24.008 10.5.6.5).
    """
    if not told:
        raise CommandError("modify needs qos")
    qos = read_quality(told, present.quality_of_service)
    reserved = [name for name in qos.reserved(up=False) if name in told]
    if reserved:
        raise CommandError(f"{reserved[0]} {told[reserved[0]]!r} is not for a network to ask for")
    return QualityOfServiceProfile(present.allocation_retention_priority, qos)
