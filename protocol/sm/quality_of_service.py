"""Quality of service (TS 24.008 10.5.6.5): what a PDP context is promised, with the codes read as quantities.

GTP and MAP carry the same octets behind an allocation/retention priority of their own.
"""

from typing import Annotated, ClassVar, Self

from protocol.bits import BITS, Struct
from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.sm.quantity import Quantity


class DelayClass(OpenEnum):
    """Delay class; values not listed count as class 4, best effort. 0 from the network is reserved."""

    SUBSCRIBED = 0
    CLASS_1 = 1
    CLASS_2 = 2
    CLASS_3 = 3
    CLASS_4_BEST_EFFORT = 4

    @property
    def taken_for(self) -> "DelayClass":
        """What the receiver takes it for."""
        return DelayClass.CLASS_4_BEST_EFFORT if 4 < self < 7 else self


class ReliabilityClass(OpenEnum):
    """Reliability class: which of GTP, LLC and RLC acknowledge, and whether LLC protects the data.

    Values not listed count as class 3. 0 from the network is reserved.
    """

    SUBSCRIBED = 0
    ACKNOWLEDGED_GTP_LLC_AND_RLC_PROTECTED = 1
    UNACKNOWLEDGED_GTP_ACKNOWLEDGED_LLC_AND_RLC_PROTECTED = 2
    UNACKNOWLEDGED_GTP_AND_LLC_ACKNOWLEDGED_RLC_PROTECTED = 3
    UNACKNOWLEDGED_GTP_LLC_AND_RLC_PROTECTED = 4
    UNACKNOWLEDGED_GTP_LLC_AND_RLC_UNPROTECTED = 5

    @property
    def taken_for(self) -> "ReliabilityClass":
        """What the receiver takes it for."""
        return ReliabilityClass.UNACKNOWLEDGED_GTP_AND_LLC_ACKNOWLEDGED_RLC_PROTECTED if self == 6 else self


class PeakThroughput(Quantity):
    """Peak throughput: up to so many octets per second. Codes 10 to 14 count as 1000."""

    __slots__ = ()
    bits = 4
    unit = "octet/s"
    amounts: ClassVar = {code: 500 << code for code in range(1, 10)}

    @property
    def octets_per_second(self) -> float | None:
        """What the receiver takes it for."""
        return 1000 if 9 < self < 15 else self.amount

    @property
    def kbit_per_s(self) -> float | None:
        """The same in kbit/s."""
        octets = self.octets_per_second
        return None if octets is None else octets * 8 / 1000


class PrecedenceClass(OpenEnum):
    """Precedence class; values not listed count as normal priority. 0 from the network is reserved."""

    SUBSCRIBED = 0
    HIGH_PRIORITY = 1
    NORMAL_PRIORITY = 2
    LOW_PRIORITY = 3

    @property
    def taken_for(self) -> "PrecedenceClass":
        """What the receiver takes it for."""
        return PrecedenceClass.NORMAL_PRIORITY if 3 < self < 7 else self


class MeanThroughput(Quantity):
    """Mean throughput in octets per hour, or best effort, which codes 19 to 29 count as."""

    __slots__ = ()
    bits = 5
    unit = "octet/h"
    amounts: ClassVar = {
        1 + 3 * power + step: (1, 2, 5)[step] * 10 ** (2 + power) for power in range(6) for step in range(3)
    }
    named: ClassVar = {0: "subscribed", 31: "best effort"}

    @property
    def is_best_effort(self) -> bool:
        """True where no rate is promised."""
        return self == 31 or 18 < self < 30

    @property
    def octets_per_hour(self) -> float | None:
        """The rate; None where it is the subscribed one, or best effort."""
        return self.amount

    @property
    def kbit_per_s(self) -> float | None:
        """The same in kbit/s."""
        return None if self.amount is None else self.amount * 8 / 3_600_000


class TrafficClass(OpenEnum):
    """Traffic class. 0 from the network is reserved."""

    SUBSCRIBED = 0
    CONVERSATIONAL_CLASS = 1
    STREAMING_CLASS = 2
    INTERACTIVE_CLASS = 3
    BACKGROUND_CLASS = 4


class DeliveryOrder(OpenEnum):
    """Delivery order. 0 from the network is reserved."""

    SUBSCRIBED = 0
    WITH_DELIVERY_ORDER = 1
    WITHOUT_DELIVERY_ORDER = 2


class DeliveryOfErroneousSdus(OpenEnum):
    """Delivery of erroneous SDUs. 0 from the network is reserved."""

    SUBSCRIBED = 0
    NO_DETECT = 1
    ERRONEOUS_SDUS_ARE_DELIVERED = 2
    ERRONEOUS_SDUS_ARE_NOT_DELIVERED = 3


class MaximumSduSize(Quantity):
    """Maximum SDU size in octets. Code 0 is the subscribed size, reserved from the network."""

    __slots__ = ()
    unit = "octets"
    amounts: ClassVar = {code: 10 * code for code in range(1, 151)} | {151: 1502, 152: 1510, 153: 1520}

    @property
    def octets(self) -> float | None:
        """The size."""
        return self.amount


class BitRate(Quantity):
    """Maximum or guaranteed bit rate. Code 0 is the subscribed rate, reserved from the network; code 255 is no rate."""

    __slots__ = ()
    unit = "kbit/s"
    amounts: ClassVar = (
        {code: code for code in range(1, 64)}
        | {code: 64 + 8 * (code - 64) for code in range(64, 128)}
        | {code: 576 + 64 * (code - 128) for code in range(128, 255)}
        | {255: 0}
    )

    @property
    def kbit_per_s(self) -> float | None:
        """The rate."""
        return self.amount


class ExtendedBitRate(Quantity):
    """Extended bit rate (octets 15 to 18, Rel-5 and later): where it is not 0 it counts in place of the one before."""

    __slots__ = ()
    unit = "kbit/s"
    named: ClassVar = {0: "not extended"}
    amounts: ClassVar = (
        {code: 8600 + 100 * code for code in range(1, 75)}
        | {code: 16_000 + 1000 * (code - 74) for code in range(75, 187)}
        | {code: 128_000 + 2000 * (code - 186) for code in range(187, 251)}
    )

    @property
    def kbit_per_s(self) -> float | None:
        """The rate; None where the rate that it would extend counts."""
        return self.amount


class ExtendedBitRate2(Quantity):
    """Extended-2 bit rate (octets 19 to 22, Rel-10): where it is not 0 it counts in place of the extended one."""

    __slots__ = ()
    unit = "kbit/s"
    named: ClassVar = {0: "not extended"}
    amounts: ClassVar = (
        {code: 256_000 + 4000 * code for code in range(1, 62)}
        | {code: 500_000 + 10_000 * (code - 61) for code in range(62, 162)}
        | {code: 1_500_000 + 100_000 * (code - 161) for code in range(162, 247)}
    )

    @property
    def kbit_per_s(self) -> float | None:
        """The rate; None where the rate that it would extend counts."""
        return self.amount


class ResidualBer(Quantity):
    """Residual bit error rate. Code 0 is the subscribed one, reserved from the network."""

    __slots__ = ()
    bits = 4
    amounts: ClassVar = {1: 5e-2, 2: 1e-2, 3: 5e-3, 4: 4e-3, 5: 1e-3, 6: 1e-4, 7: 1e-5, 8: 1e-6, 9: 6e-8}

    @property
    def ratio(self) -> float | None:
        """The part of the bits that may be wrong."""
        return self.amount


class SduErrorRatio(Quantity):
    """SDU error ratio. Code 0 is the subscribed one, reserved from the network."""

    __slots__ = ()
    bits = 4
    amounts: ClassVar = {1: 1e-2, 2: 7e-3, 3: 1e-3, 4: 1e-4, 5: 1e-5, 6: 1e-6, 7: 1e-1}

    @property
    def ratio(self) -> float | None:
        """The part of the SDUs that may be lost or wrong."""
        return self.amount


class TransferDelay(Quantity):
    """Transfer delay. Code 0 is the subscribed one, reserved from the network."""

    __slots__ = ()
    bits = 6
    unit = "ms"
    amounts: ClassVar = (
        {code: 10 * code for code in range(1, 16)}
        | {code: 200 + 50 * (code - 16) for code in range(16, 32)}
        | {code: 1000 + 100 * (code - 32) for code in range(32, 63)}
    )

    @property
    def milliseconds(self) -> float | None:
        """The delay."""
        return self.amount


class TrafficHandlingPriority(OpenEnum):
    """Traffic handling priority; counts in the interactive class alone. 0 from the network is reserved."""

    SUBSCRIBED = 0
    PRIORITY_LEVEL_1 = 1
    PRIORITY_LEVEL_2 = 2
    PRIORITY_LEVEL_3 = 3


class SourceStatisticsDescriptor(OpenEnum):
    """Source statistics descriptor; counts in the conversational and streaming classes. Others count as unknown."""

    UNKNOWN = 0
    SPEECH = 1


class QualityOfService(Struct):
    """Quality of service (10.5.6.5): octets 3 to 5 of R97, 6 to 13 of R99, and what later releases put behind.

    An older sender ends after octet 5 or 13; in later releases after octet 14, 16, 18, 20 or 22 (14 came with Rel-5).
    A 0 asks from the mobile for what is subscribed; from the network it is reserved, as :meth:`reserved` tells.
    """

    spare_octet_3: Annotated[int, BITS(2)] = 0
    delay_class: Annotated[DelayClass, BITS(3)]
    reliability_class: Annotated[ReliabilityClass, BITS(3)]
    peak_throughput: Annotated[PeakThroughput, BITS(4)]
    spare_octet_4: Annotated[int, BITS(1)] = 0
    precedence_class: Annotated[PrecedenceClass, BITS(3)]
    spare_octet_5: Annotated[int, BITS(3)] = 0
    mean_throughput: Annotated[MeanThroughput, BITS(5)]
    traffic_class: Annotated[TrafficClass | None, BITS(3)] = None
    delivery_order: Annotated[DeliveryOrder | None, BITS(2)] = None
    delivery_of_erroneous_sdus: Annotated[DeliveryOfErroneousSdus | None, BITS(3)] = None
    maximum_sdu_size: Annotated[MaximumSduSize | None, BITS(8)] = None
    maximum_bit_rate_for_uplink: Annotated[BitRate | None, BITS(8)] = None
    maximum_bit_rate_for_downlink: Annotated[BitRate | None, BITS(8)] = None
    residual_ber: Annotated[ResidualBer | None, BITS(4)] = None
    sdu_error_ratio: Annotated[SduErrorRatio | None, BITS(4)] = None
    transfer_delay: Annotated[TransferDelay | None, BITS(6)] = None
    traffic_handling_priority: Annotated[TrafficHandlingPriority | None, BITS(2)] = None
    guaranteed_bit_rate_for_uplink: Annotated[BitRate | None, BITS(8)] = None
    guaranteed_bit_rate_for_downlink: Annotated[BitRate | None, BITS(8)] = None
    spare_octet_14: Annotated[int | None, BITS(3)] = None
    signalling_indication: Annotated[bool | None, BITS(1)] = None
    source_statistics_descriptor: Annotated[SourceStatisticsDescriptor | None, BITS(4)] = None
    maximum_bit_rate_for_downlink_extended: Annotated[ExtendedBitRate | None, BITS(8)] = None
    guaranteed_bit_rate_for_downlink_extended: Annotated[ExtendedBitRate | None, BITS(8)] = None
    maximum_bit_rate_for_uplink_extended: Annotated[ExtendedBitRate | None, BITS(8)] = None
    guaranteed_bit_rate_for_uplink_extended: Annotated[ExtendedBitRate | None, BITS(8)] = None
    maximum_bit_rate_for_downlink_extended_2: Annotated[ExtendedBitRate2 | None, BITS(8)] = None
    guaranteed_bit_rate_for_downlink_extended_2: Annotated[ExtendedBitRate2 | None, BITS(8)] = None
    maximum_bit_rate_for_uplink_extended_2: Annotated[ExtendedBitRate2 | None, BITS(8)] = None
    guaranteed_bit_rate_for_uplink_extended_2: Annotated[ExtendedBitRate2 | None, BITS(8)] = None

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read octets 3 and on; one that ends within octets 6 to 13 is syntactically incorrect."""
        known = _profiles.get(octets)
        if known is None:
            if 3 < len(octets) < 11:
                raise DecodeError(
                    f"a quality of service of {len(octets)} octets: it ends within 6 to 13", at=len(octets)
                )
            known = super().from_octets(octets)
            if len(_profiles) < 4096 and len(octets) <= 20:
                _profiles[octets] = known
        assert isinstance(known, cls)
        return known

    def to_octets(self) -> bytes:
        """Write it; ValueError where a field is absent that goes with one that is there."""
        value, width = self.to_bits()
        if width % 8 or 24 < width < 88:
            raise ValueError(
                "quality of service: octets 6 to 13, and the fields of octet 14, are there together or not"
            )
        return value.to_bytes(width // 8, "big")

    def maximum_bit_rate(self, *, up: bool) -> float | None:
        """Maximum bit rate in kbit/s, the extensions counted; None where the code stands for none."""
        if up:
            return in_force(
                self.maximum_bit_rate_for_uplink,
                self.maximum_bit_rate_for_uplink_extended,
                self.maximum_bit_rate_for_uplink_extended_2,
            )
        return in_force(
            self.maximum_bit_rate_for_downlink,
            self.maximum_bit_rate_for_downlink_extended,
            self.maximum_bit_rate_for_downlink_extended_2,
        )

    def guaranteed_bit_rate(self, *, up: bool) -> float | None:
        """Guaranteed bit rate in kbit/s, the extensions counted; None where the code stands for none."""
        if up:
            return in_force(
                self.guaranteed_bit_rate_for_uplink,
                self.guaranteed_bit_rate_for_uplink_extended,
                self.guaranteed_bit_rate_for_uplink_extended_2,
            )
        return in_force(
            self.guaranteed_bit_rate_for_downlink,
            self.guaranteed_bit_rate_for_downlink_extended,
            self.guaranteed_bit_rate_for_downlink_extended_2,
        )

    def reserved(self, *, up: bool) -> tuple[str, ...]:
        """The fields whose value is reserved in this direction: ``up`` from the mobile, else from the network."""
        return tuple(
            name
            for name, value in self.present()
            if isinstance(value, Quantity | OpenEnum)
            and (value.is_reserved or (not up and value == 0 and name in _SUBSCRIBED_BY_ZERO))
        )


def in_force(
    rate: BitRate | None, extended: ExtendedBitRate | None, extended_2: ExtendedBitRate2 | None
) -> float | None:
    """The rate that counts, in kbit/s: the last extension that is not 0."""
    for value in (extended_2, extended):
        if value:
            return value.amount
    return None if rate is None else rate.amount


_SUBSCRIBED_BY_ZERO = frozenset(
    field.name
    for field in QualityOfService.fields
    if (issubclass(field.type, Quantity) and field.type.texts[0] == "subscribed")
    or "SUBSCRIBED" in getattr(field.type, "__members__", ())
)

_profiles: dict[bytes, QualityOfService] = {}
"""Profiles already read: a lab uses few of them, many times."""
