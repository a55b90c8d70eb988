"""Information elements of BSSGP (TS 48.018 11.3), and those that BSSAP+ has in common with it."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Self

from protocol.bits import BITS, Struct
from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.identities import Imsi, MobileIdentity, Plmn


class Steps(int):
    """A number of steps of a unit, in one or more octets."""

    __slots__ = ()
    octets: ClassVar[int] = 2
    step: ClassVar[int] = 1
    unit: ClassVar[str] = ""
    words: ClassVar[dict[int, str]] = {}
    """What single numbers mean instead."""

    def __new__(cls, steps: int) -> Self:
        if not 0 <= steps < 1 << 8 * cls.octets:
            raise ValueError(f"{cls.__name__} {steps} does not fit into {cls.octets} octets")
        return int.__new__(cls, steps)

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the number of steps."""
        if len(octets) != cls.octets:
            raise DecodeError(f"{len(octets)} octets are no {cls.__name__}")
        return int.__new__(cls, int.from_bytes(octets, "big"))

    def to_octets(self) -> bytes:
        """Write the number of steps."""
        return self.to_bytes(self.octets, "big")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the amount with its unit, such as ``6400 bit/s``."""
        for steps, word in cls.words.items():
            if text == word:
                return cls(steps)
        amount, _, unit = text.partition(" ")
        if unit != cls.unit or not (amount.isascii() and amount.isdecimal() and len(amount) < 12):
            raise ValueError(f"{text!r} is no number of {cls.unit}")
        steps, rest = divmod(int(amount), cls.step)
        if rest or str(cls(steps)) != text:
            raise ValueError(f"{text} is not made of steps of {cls.step} {cls.unit}")
        return cls(steps)

    def __str__(self) -> str:
        return self.words.get(self) or f"{int(self) * self.step} {self.unit}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({int(self)})"


class Delay(Steps):
    """Delay value (11.3.7, 11.3.25), in hundredths of a second."""

    __slots__ = ()
    step = 10
    unit = "ms"
    words: ClassVar[dict[int, str]] = {0xFFFF: "infinite"}


INFINITE = Delay(0xFFFF)
"""A delay without end."""


class BucketSize(Steps):
    """Bucket size Bmax (11.3.2, 11.3.5, 11.3.21), in 100 octets."""

    __slots__ = ()
    step = 100
    unit = "octets"


class LeakRate(Steps):
    """Bucket leak rate R (11.3.4, 11.3.32), in 100 bit/s."""

    __slots__ = ()
    step = 100
    unit = "bit/s"


class PeakBitRate(Steps):
    """Peak bit rate of a QoS profile (11.3.28), in 100 bit/s."""

    __slots__ = ()
    step = 100
    unit = "bit/s"
    words: ClassVar[dict[int, str]] = {0: "best effort"}


class BucketFullRatio(Steps):
    """Bucket full ratio (11.3.46): how much of the bucket is filled."""

    __slots__ = ()
    octets = 1
    unit = "%"


# --- quality of service ------------------------------------------------------------------------------------------


class SduContents(OpenEnum):
    """C/R bit of the QoS profile: whether the LLC frame is, or carries, an acknowledgement."""

    ACK_OR_SACK = 0
    NO_ACK_OR_SACK = 1


class SduType(OpenEnum):
    """T bit of the QoS profile."""

    SIGNALLING = 0
    DATA = 1


class RlcMode(OpenEnum):
    """A bit of the QoS profile: what the radio interface uses."""

    RLC_MAC_ARQ = 0
    RLC_MAC_UNITDATA = 1


class DlPrecedence(OpenEnum):
    """Precedence downlink. Reserved values count as low priority."""

    HIGH_PRIORITY = 0
    NORMAL_PRIORITY = 1
    LOW_PRIORITY = 2


class UlPrecedence(OpenEnum):
    """Precedence uplink. Reserved values count as radio priority unknown."""

    RADIO_PRIORITY_1 = 0
    RADIO_PRIORITY_2 = 1
    RADIO_PRIORITY_3 = 2
    RADIO_PRIORITY_4 = 3
    RADIO_PRIORITY_UNKNOWN = 4


class DlQosProfile(Struct):
    """QoS profile (11.3.28) of what goes to a mobile; later releases tell the steps of the bit rate in ``spare``."""

    peak_bit_rate: Annotated[PeakBitRate, BITS(16)]
    spare: Annotated[int, BITS(2)] = 0
    c_r: Annotated[SduContents, BITS(1)]
    t: Annotated[SduType, BITS(1)]
    a: Annotated[RlcMode, BITS(1)]
    precedence: Annotated[DlPrecedence, BITS(3)]


class UlQosProfile(Struct):
    """QoS profile (11.3.28) of what came from a mobile."""

    peak_bit_rate: Annotated[PeakBitRate, BITS(16)]
    spare: Annotated[int, BITS(2)] = 0
    c_r: Annotated[SduContents, BITS(1)]
    t: Annotated[SduType, BITS(1)]
    a: Annotated[RlcMode, BITS(1)]
    precedence: Annotated[UlPrecedence, BITS(3)]


class Priority(Struct):
    """Priority (11.3.27, TS 48.008 3.2.2.18): level 1 is the highest, 14 the lowest, 15 is none."""

    spare: Annotated[bool, BITS(1)] = False
    preemption_capability: Annotated[bool, BITS(1)]
    priority_level: Annotated[int, BITS(4)]
    queuing_allowed: Annotated[bool, BITS(1)]
    preemption_vulnerability: Annotated[bool, BITS(1)]


class PacketFlowIdentifier(Struct):
    """Packet flow identifier (11.3.42, TS 24.008 10.5.6.11).

    0 is best effort, 1 signalling, 2 SMS, 3 TOM8; from 8 on they are assigned.
    """

    spare: Annotated[bool, BITS(1)] = False
    value: Annotated[int, BITS(7)]


class CellChangeOrder(OpenEnum):
    """Whether the network orders a cell change to UTRAN; reserved values give no information."""

    SHOULD_BE_PERFORMED = 0
    SHOULD_NOT_BE_PERFORMED = 1
    SHALL_NOT_BE_PERFORMED = 2


class ServiceUtranCco(Struct):
    """Service UTRAN CCO (11.3.47)."""

    spare: Annotated[int, BITS(5)] = 0
    value: Annotated[CellChangeOrder, BITS(3)]


# --- paging ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ImsiIdentity:
    """IMSI (11.3.14): coded as a mobile identity, whose type and parity the receiver does not look at."""

    imsi: Imsi
    type_of_identity: int = 1
    wrong_parity: bool = False

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read type, parity and digits."""
        if not octets:
            raise DecodeError("an IMSI has at least three octets")
        identity = MobileIdentity.from_octets(bytes((octets[0] & 0xF8 | 1,)) + octets[1:])
        assert isinstance(identity.value, Imsi)
        return cls(identity.value, octets[0] & 7, identity.wrong_parity)

    def to_octets(self) -> bytes:
        """Write type, parity and digits."""
        if not 0 <= self.type_of_identity < 8:
            raise ValueError(f"type of identity {self.type_of_identity} does not fit into 3 bits")
        octets = MobileIdentity(self.imsi, self.wrong_parity).to_octets()
        return bytes((octets[0] & 0xF8 | self.type_of_identity,)) + octets[1:]

    def __str__(self) -> str:
        return self.imsi


class Channel(OpenEnum):
    """What kind of channel is needed."""

    ANY_CHANNEL = 0
    SDCCH = 1
    TCH_F = 2
    TCH_H_OR_TCH_F = 3


class ChannelNeeded(Struct):
    """Channel needed (11.3.10, TS 29.018 18.4.2): the element of TS 44.018 10.5.2.8 with its identifier."""

    identifier: Annotated[int, BITS(4)] = 0
    second: Annotated[Channel, BITS(2)] = Channel.ANY_CHANNEL
    first: Annotated[Channel, BITS(2)]


class CallPriority(OpenEnum):
    """Call priority (TS 24.008 10.5.1.11)."""

    NO_PRIORITY_APPLIED = 0
    LEVEL_4 = 1
    LEVEL_3 = 2
    LEVEL_2 = 3
    LEVEL_1 = 4
    LEVEL_0 = 5
    LEVEL_B = 6
    LEVEL_A = 7


class EmlppPriority(Struct):
    """eMLPP priority (11.3.12, TS 48.008 3.2.2.56)."""

    spare: Annotated[int, BITS(5)] = 0
    call_priority: Annotated[CallPriority, BITS(3)]


@dataclass(frozen=True, slots=True)
class GlobalCnId:
    """Global CN-Id (11.3.69, TS 29.018 18.4.27): a core network node of a network."""

    plmn: Plmn
    cn_id: int

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read five octets."""
        if len(octets) != 5:
            raise DecodeError(f"{len(octets)} octets are no global CN-Id")
        return cls(Plmn.from_octets(octets[:3]), octets[3] << 8 | octets[4])

    def to_octets(self) -> bytes:
        """Write five octets."""
        if not 0 <= self.cn_id < 1 << 16:
            raise ValueError(f"CN-Id {self.cn_id} does not fit into two octets")
        return self.plmn.to_octets() + self.cn_id.to_bytes(2, "big")


# --- localised service areas -------------------------------------------------------------------------------------


class LsaIdentity(Struct):
    """Identity of a localised service area (TS 23.003 9): universal, or significant in a network only."""

    number: Annotated[int, BITS(23)]
    universal: Annotated[bool, BITS(1)]


@dataclass(frozen=True, slots=True)
class LsaIdentifierList:
    """LSA identifier list (11.3.18, TS 48.008 3.2.2.16); ``escape_plmn``: the mobile may leave its service areas."""

    identities: tuple[LsaIdentity, ...]
    escape_plmn: bool = False
    spare: int = 0

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read an octet of flags, and three octets for each identity."""
        if len(octets) % 3 != 1:
            raise DecodeError(f"{len(octets)} octets are no LSA identifier list")
        identities = [LsaIdentity.from_octets(octets[p : p + 3]) for p in range(1, len(octets), 3)]
        return cls(tuple(identities), octets[0] & 1 == 1, octets[0] >> 1)

    def to_octets(self) -> bytes:
        """Write flags and identities."""
        if not 0 <= self.spare < 128:
            raise ValueError(f"{self.spare} does not fit into 7 spare bits")
        return bytes((self.spare << 1 | self.escape_plmn,)) + b"".join(lsa.to_octets() for lsa in self.identities)


class LsaAttributes(Struct):
    """What a mobile may do in a localised service area, and how much it prefers it."""

    spare: Annotated[int, BITS(2)] = 0
    active_mode_support: Annotated[bool, BITS(1)]
    preferential_access: Annotated[bool, BITS(1)]
    priority: Annotated[int, BITS(4)]
    identity: Annotated[LsaIdentity, BITS()]


@dataclass(frozen=True, slots=True)
class LsaInformation:
    """LSA information (11.3.19, TS 48.008 3.2.2.26); ``lsa_only``: the mobile has access only there."""

    areas: tuple[LsaAttributes, ...]
    lsa_only: bool = False
    spare: int = 0

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read an octet of flags, and four octets for each area."""
        if len(octets) % 4 != 1:
            raise DecodeError(f"{len(octets)} octets are no LSA information")
        areas = [LsaAttributes.from_octets(octets[p : p + 4]) for p in range(1, len(octets), 4)]
        return cls(tuple(areas), octets[0] & 1 == 1, octets[0] >> 1)

    def to_octets(self) -> bytes:
        """Write flags and areas."""
        if not 0 <= self.spare < 128:
            raise ValueError(f"{self.spare} does not fit into 7 spare bits")
        return bytes((self.spare << 1 | self.lsa_only,)) + b"".join(area.to_octets() for area in self.areas)


# --- paging with extended DRX, registration ------------------------------------------------------------------------


class EdrxParameters(Struct):
    """eDRX parameters, of later releases: how seldom the mobile listens."""

    spare: Annotated[int, BITS(4)] = 0
    edrx_cycle_value: Annotated[int, BITS(4)]


class TimeUntilNextPagingOccasion(Struct):
    """Time until next paging occasion, of later releases."""

    spare: Annotated[int, BITS(2)] = 0
    minutes: Annotated[int, BITS(6)]
    spare_2: Annotated[int, BITS(2)] = 0
    seconds: Annotated[int, BITS(6)]


class MmeQuery(Struct):
    """MME query, of later releases: the SGSN is to ask the MME too."""

    spare: Annotated[int, BITS(7)] = 0
    value: Annotated[bool, BITS(1)]


# --- management --------------------------------------------------------------------------------------------------


class FeatureBitmap(Struct):
    """Feature bitmap (11.3.45): what a side can do. R99 has PFC and CBL, Rel-4 INR and LCS; the rest came later."""

    mbms: Annotated[bool, BITS(1)] = False
    enhanced_radio_status: Annotated[bool, BITS(1)] = False
    pfc_flow_control: Annotated[bool, BITS(1)] = False
    rim: Annotated[bool, BITS(1)] = False
    lcs: Annotated[bool, BITS(1)] = False
    inr: Annotated[bool, BITS(1)] = False
    cbl: Annotated[bool, BITS(1)] = False
    pfc: Annotated[bool, BITS(1)] = False


class FlushAction(OpenEnum):
    """Flush action (11.3.13)."""

    LLC_PDUS_DELETED = 0
    LLC_PDUS_TRANSFERRED = 1


class RaCapUpdCause(OpenEnum):
    """RA-Cap-UPD-Cause (11.3.30). Reserved values count as TLLI unknown."""

    OK_RA_CAPABILITY_IE_PRESENT = 0
    TLLI_UNKNOWN_IN_SGSN = 1
    NO_RA_CAPABILITIES_OR_IMSI_AVAILABLE_FOR_THIS_MS = 2


class PriorityClassIndicator(Struct):
    """Priority class indicator (11.3.119), of later releases: whose traffic the overload concerns."""

    spare: Annotated[int, BITS(7)] = 0
    value: Annotated[bool, BITS(1)]
