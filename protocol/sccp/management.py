"""SCCP management (Q.713 clause 5): what the SCCPs of two nodes tell each other of their subsystems.

The messages travel as the payload of UDT and its like between the subsystems number 1.
"""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from protocol.bits import BITS, Struct
from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.sccp.address import Ssn
from protocol.sccp.message import PartsMessage
from protocol.sccp.parts import F


@dataclass(frozen=True, slots=True)
class AffectedPointCode:
    """A signalling point of 14 bits, with two spare bits above (5.2.2.2)."""

    code: int
    spare: int = 0

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read two octets, the least significant first."""
        if len(octets) != 2:
            raise DecodeError(f"{len(octets)} octets are no affected point code")
        return cls(octets[0] | (octets[1] & 0x3F) << 8, octets[1] >> 6)

    def to_octets(self) -> bytes:
        """Write two octets. ValueError where a part does not fit."""
        if not 0 <= self.code < 1 << 14 or not 0 <= self.spare < 4:
            raise ValueError(f"point code {self.code} with spare bits {self.spare} does not fit into 16 bits")
        return (self.spare << 14 | self.code).to_bytes(2, "little")

    def __str__(self) -> str:
        return str(self.code)


class Multiplicity(OpenEnum):
    """How many there are of the subsystem (5.2.2.3)."""

    UNKNOWN = 0
    SOLITARY = 1
    DUPLICATED = 2


class MultiplicityIndicator(Struct):
    """Subsystem multiplicity indicator (5.2.2.3)."""

    spare: Annotated[int, BITS(6)] = 0
    multiplicity: Annotated[Multiplicity, BITS(2)] = Multiplicity.UNKNOWN


class CongestionLevel(Struct):
    """SCCP congestion level, 1 to 8 (5.2.2.4)."""

    spare: Annotated[int, BITS(4)] = 0
    level: Annotated[int, BITS(4)]


class ManagementMessage(PartsMessage):
    """The base of the messages of SCCP management; all say the same of another state."""

    protocol: ClassVar[str] = "sccp_management"
    kinds: ClassVar[dict[int, Any]]


class Ssa(ManagementMessage, code=0x01, clause="5.3.1"):
    """SSA: the subsystem is in service again."""

    affected_ssn: Annotated[Ssn, F()]
    affected_point_code: Annotated[AffectedPointCode, F(2)]
    multiplicity: Annotated[MultiplicityIndicator, F()] = MultiplicityIndicator()


class Ssp(ManagementMessage, code=0x02, clause="5.3.1"):
    """SSP: the subsystem is out of service."""

    affected_ssn: Annotated[Ssn, F()]
    affected_point_code: Annotated[AffectedPointCode, F(2)]
    multiplicity: Annotated[MultiplicityIndicator, F()] = MultiplicityIndicator()


class Sst(ManagementMessage, code=0x03, clause="5.3.1"):
    """SST: tell me whether the subsystem is in service."""

    affected_ssn: Annotated[Ssn, F()]
    affected_point_code: Annotated[AffectedPointCode, F(2)]
    multiplicity: Annotated[MultiplicityIndicator, F()] = MultiplicityIndicator()


class Sor(ManagementMessage, code=0x04, clause="5.3.1"):
    """SOR: let the subsystem go out of service."""

    affected_ssn: Annotated[Ssn, F()]
    affected_point_code: Annotated[AffectedPointCode, F(2)]
    multiplicity: Annotated[MultiplicityIndicator, F()] = MultiplicityIndicator()


class Sog(ManagementMessage, code=0x05, clause="5.3.1"):
    """SOG: the subsystem may go out of service."""

    affected_ssn: Annotated[Ssn, F()]
    affected_point_code: Annotated[AffectedPointCode, F(2)]
    multiplicity: Annotated[MultiplicityIndicator, F()] = MultiplicityIndicator()


class Ssc(ManagementMessage, code=0x06, clause="5.3.2"):
    """SSC: SCCP, or a subsystem, is congested."""

    affected_ssn: Annotated[Ssn, F()]
    affected_point_code: Annotated[AffectedPointCode, F(2)]
    multiplicity: Annotated[MultiplicityIndicator, F()] = MultiplicityIndicator()
    congestion_level: Annotated[CongestionLevel, F()]


def decode_management(octets: bytes) -> ManagementMessage:
    """Read a message of SCCP management."""
    try:
        kind = ManagementMessage.kinds[octets[0]]
    except (IndexError, KeyError):
        raise DecodeError(f"no SCCP management message starts with {octets[:1].hex() or 'nothing'}") from None
    message: ManagementMessage = kind.decode(octets)
    return message
