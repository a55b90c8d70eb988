"""Compression entities in SNDCP XID blocks (TS 44.065 6.5.1 and 6.6.1): algorithms and their parameters.

The parameters of an algorithm stand in a fixed order, and a sender may leave out the last ones. A PCOMP or DCOMP value
is 4 bits that mark compressed N-PDUs; where their number is odd, 4 bits of padding follow.
"""

from dataclasses import dataclass
from typing import Annotated, Final, Self

from protocol.bits import BITS, Struct
from protocol.declare import OpenEnum
from protocol.errors import DecodeError


class NsapiSet(int):
    """Applicable NSAPIs (6.5.1.1.6): bit n for NSAPI n; bits 0 to 4 are spare. Printed as ``5+6+10``."""

    @classmethod
    def of(cls, *nsapis: int) -> Self:
        """The set of these NSAPIs."""
        return cls(sum(1 << nsapi for nsapi in set(nsapis)))

    def __contains__(self, nsapi: int) -> bool:
        return 0 <= nsapi < 16 and self >> nsapi & 1 != 0

    def __str__(self) -> str:
        return "+".join(str(nsapi) for nsapi in range(16) if self >> nsapi & 1) or "none"

    def __repr__(self) -> str:
        return f"NsapiSet({self})"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``str()`` back."""
        if text == "none":
            return cls(0)
        nsapis = text.split("+")
        if not all(nsapi.isascii() and nsapi.isdecimal() and len(nsapi) < 3 and int(nsapi) < 16 for nsapi in nsapis):
            raise ValueError(f"{text[:40]!r} is not of the form 5+6+10, or none")
        return cls.of(*map(int, nsapis))


class Rfc1144(Struct):
    """TCP/IP header compression of RFC 1144, algorithm 0 (6.5.2): PCOMP1 uncompressed TCP, PCOMP2 compressed TCP.

    ``s0_minus_1`` is one less than the number of state slots, 0 to 255, by default 15.
    """

    pcomp_1: Annotated[int, BITS(4)]
    pcomp_2: Annotated[int, BITS(4)]
    applicable_nsapis: Annotated[NsapiSet | None, BITS(16)] = None
    s0_minus_1: Annotated[int | None, BITS(8)] = None


class Rfc2507(Struct):
    """IP header compression of RFC 2507, algorithm 1 (6.5.3).

    PCOMP1 full header, PCOMP2 compressed TCP, PCOMP3 compressed TCP non delta, PCOMP4 compressed non TCP, PCOMP5
    context state. By default F_MAX_PERIOD is 256, F_MAX_TIME 5 s, MAX_HEADER 168, TCP_SPACE and NON_TCP_SPACE 15.
    """

    pcomp_1: Annotated[int, BITS(4)]
    pcomp_2: Annotated[int, BITS(4)]
    pcomp_3: Annotated[int, BITS(4)]
    pcomp_4: Annotated[int, BITS(4)]
    pcomp_5: Annotated[int, BITS(4)]
    padding: Annotated[int, BITS(4)] = 0
    applicable_nsapis: Annotated[NsapiSet | None, BITS(16)] = None
    f_max_period: Annotated[int | None, BITS(16)] = None
    f_max_time: Annotated[int | None, BITS(8)] = None
    max_header: Annotated[int | None, BITS(8)] = None
    tcp_space: Annotated[int | None, BITS(8)] = None
    non_tcp_space: Annotated[int | None, BITS(16)] = None


class RohcProfile(OpenEnum):
    """Profiles of robust header compression, 16 bits, as the IANA registers them."""

    UNCOMPRESSED = 0x0000
    RTP = 0x0001
    UDP = 0x0002
    ESP = 0x0003
    IP = 0x0004
    LLA = 0x0005
    TCP = 0x0006
    RTP_UDP_LITE = 0x0007
    UDP_LITE = 0x0008
    V2_RTP = 0x0101
    V2_UDP = 0x0102
    V2_ESP = 0x0103
    V2_IP = 0x0104
    LLA_R_MODE = 0x0105
    V2_RTP_UDP_LITE = 0x0107
    V2_UDP_LITE = 0x0108


class RohcParameters(Struct):
    """PCOMP values and first parameters of ROHC (6.5.4): PCOMP1 small CIDs, PCOMP2 large CIDs.

    MAX_CID is 0 to 16383, by default 15; MAX_HEADER is 60 to 255, by default 168.
    """

    pcomp_1: Annotated[int, BITS(4)]
    pcomp_2: Annotated[int, BITS(4)]
    applicable_nsapis: Annotated[NsapiSet | None, BITS(16)] = None
    max_cid: Annotated[int | None, BITS(16)] = None
    max_header: Annotated[int | None, BITS(16)] = None


@dataclass(frozen=True, slots=True)
class Rohc:
    """Robust header compression of RFC 3095, algorithm 2 (6.5.4), of releases after R99, with up to 16 profiles."""

    parameters: RohcParameters
    profiles: tuple[RohcProfile, ...] = ()
    rest: bytes = b""

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the parameters, then profiles to the end."""
        whole = octets[7:]
        pairs = len(whole) // 2
        profiles = tuple(RohcProfile(int.from_bytes(whole[2 * n : 2 * n + 2], "big")) for n in range(pairs))
        return cls(RohcParameters.from_octets(octets[:7]), profiles, whole[2 * pairs :])

    def to_octets(self) -> bytes:
        """The octets of parameters and profiles."""
        octets = self.parameters.to_octets()
        if (self.profiles or self.rest) and len(octets) != 7:
            raise ValueError("ROHC profiles follow only behind MAX_HEADER")
        return octets + b"".join(profile.to_bytes(2, "big") for profile in self.profiles) + self.rest


class Direction(OpenEnum):
    """P0 of V.42bis and V.44 (6.6.2.1.2): which ways data are compressed; six bits of its octet are spare."""

    NEITHER = 0
    MS_TO_SGSN = 1
    SGSN_TO_MS = 2
    BOTH = 3


class V42Bis(Struct):
    """Data compression of ITU-T V.42bis, algorithm 0 (6.6.2).

    P0 by default both ways; P1, 512 to 65535 code words, by default 2048; P2, 6 to 250 characters, by default 20.
    """

    dcomp_1: Annotated[int, BITS(4)]
    padding: Annotated[int, BITS(4)] = 0
    applicable_nsapis: Annotated[NsapiSet | None, BITS(16)] = None
    p0: Annotated[Direction | None, BITS(8)] = None
    p1: Annotated[int | None, BITS(16)] = None
    p2: Annotated[int | None, BITS(8)] = None


class V44Capability(OpenEnum):
    """C0 of V.44 (6.6.3.1): the methods that can be used; six bits of its octet are spare."""

    PACKET_METHOD = 0x80
    MULTI_PACKET_METHOD = 0xC0


class V44(Struct):
    """Data compression of ITU-T V.44, algorithm 1 (6.6.3): DCOMP1 packet method, DCOMP2 multi-packet method.

    P1T and P1R are 256 to 65535 code words of the sending and the receiving side, P3T and P3R the sizes of their
    histories, by default three times as many.
    """

    dcomp_1: Annotated[int, BITS(4)]
    dcomp_2: Annotated[int, BITS(4)]
    applicable_nsapis: Annotated[NsapiSet | None, BITS(16)] = None
    c0: Annotated[V44Capability | None, BITS(8)] = None
    p0: Annotated[Direction | None, BITS(8)] = None
    p1t: Annotated[int | None, BITS(16)] = None
    p1r: Annotated[int | None, BITS(16)] = None
    p3t: Annotated[int | None, BITS(16)] = None
    p3r: Annotated[int | None, BITS(16)] = None


@dataclass(frozen=True, slots=True)
class OtherAlgorithm:
    """An algorithm that the specification does not list, or without the values that it must have: octets."""

    algorithm: int
    octets: bytes

    def to_octets(self) -> bytes:
        """The octets of values and parameters."""
        return self.octets


ProtocolAlgorithm = Rfc1144 | Rfc2507 | Rohc | OtherAlgorithm
DataAlgorithm = V42Bis | V44 | OtherAlgorithm

PROTOCOL_ALGORITHMS: Final[tuple[type[Rfc1144 | Rfc2507 | Rohc], ...]] = (Rfc1144, Rfc2507, Rohc)
"""Protocol control information compression algorithms by number (6.5.1.1.4)."""

DATA_ALGORITHMS: Final[tuple[type[V42Bis | V44], ...]] = (V42Bis, V44)
"""Data compression algorithms by number (6.6.1.1.4)."""


@dataclass(frozen=True, slots=True)
class Known:
    """An entity known from an earlier proposal (P = 0, 6.5.1.1): its parameters, in the order of its algorithm.

    Which algorithm that is stands in the proposal; all have the applicable NSAPIs first.
    """

    entity: int
    applicable_nsapis: NsapiSet | None = None
    parameters: bytes = b""
    spare: int = 0


@dataclass(frozen=True, slots=True)
class ProposedProtocol:
    """A new entity of protocol control information compression (P = 1, 6.5.1.1)."""

    entity: int
    content: ProtocolAlgorithm
    spare: int = 0
    algorithm_spare: int = 0


@dataclass(frozen=True, slots=True)
class ProposedData:
    """A new entity of data compression (P = 1, 6.6.1.1)."""

    entity: int
    content: DataAlgorithm
    spare: int = 0
    algorithm_spare: int = 0


def take_content(kinds: tuple[type[ProtocolAlgorithm | DataAlgorithm], ...], number: int, octets: bytes) -> object:
    """Values and parameters of the algorithm with that number."""
    if number < len(kinds):
        try:
            return kinds[number].from_octets(octets)  # type: ignore[union-attr]
        except DecodeError:
            pass
    return OtherAlgorithm(number, octets)


def take_entities(
    kinds: tuple[type[ProtocolAlgorithm | DataAlgorithm], ...], make: type, d: bytes
) -> tuple[object, ...]:
    """Entity after entity of a compression field (figures 7 and 9); DecodeError where one does not fit in."""
    found: list[object] = []
    p = 0
    while p < len(d):
        first = d[p]
        proposed = first >> 7
        start = p + 2 + proposed
        if start > len(d) or start + d[start - 1] > len(d):
            raise DecodeError(f"compression entity {first & 31} is cut off", at=p)
        end = start + d[start - 1]
        octets = d[start:end]
        if proposed:
            content = take_content(kinds, d[p + 1] & 31, octets)
            found.append(make(first & 31, content, first >> 5 & 3, d[p + 1] >> 5))
        else:
            nsapis = NsapiSet(int.from_bytes(octets[:2], "big")) if len(octets) > 1 else None
            found.append(Known(first & 31, nsapis, octets if nsapis is None else octets[2:], first >> 5 & 3))
        p = end
    return tuple(found)


def put_entity(entity: Known | ProposedProtocol | ProposedData, kinds: tuple[type, ...]) -> bytes:
    """The octets of one entity."""
    if not 0 <= entity.entity < 32 or not 0 <= entity.spare < 4:
        raise ValueError(f"entity {entity.entity}, spare {entity.spare}: there are 32 entities, and two spare bits")
    first = entity.spare << 5 | entity.entity
    if isinstance(entity, Known):
        nsapis = b"" if entity.applicable_nsapis is None else entity.applicable_nsapis.to_bytes(2, "big")
        octets = nsapis + entity.parameters
        if not nsapis and len(octets) > 1:
            raise ValueError("the applicable NSAPIs stand before other parameters")
        head = bytes((first,))
    else:
        content = entity.content
        number = content.algorithm if isinstance(content, OtherAlgorithm) else kinds.index(type(content))
        if not 0 <= number < 32 or not 0 <= entity.algorithm_spare < 8:
            raise ValueError(f"algorithm {number}: there are 32, and three spare bits")
        octets = content.to_octets()
        head = bytes((0x80 | first, entity.algorithm_spare << 5 | number))
    if len(octets) > 255:
        raise ValueError(f"the parameters of a compression entity take {len(octets)} octets, of 255 at most")
    return head + bytes((len(octets),)) + octets
