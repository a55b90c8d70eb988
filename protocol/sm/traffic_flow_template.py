"""Traffic flow template (TS 24.008 10.5.6.12): which packets belong to a secondary PDP context."""

from dataclasses import dataclass
from typing import Self

from protocol.causes import SmCause
from protocol.declare import OpenEnum
from protocol.errors import DecodeError
from protocol.sm.packet_filter import FilterIdentifier, PacketFilter


class TftOperation(OpenEnum):
    """TFT operation code; 0 is spare (since Rel-8: ignore this element), 7 is reserved."""

    SPARE = 0
    CREATE_NEW_TFT = 1
    DELETE_EXISTING_TFT = 2
    ADD_PACKET_FILTERS_TO_EXISTING_TFT = 3
    REPLACE_PACKET_FILTERS_IN_EXISTING_TFT = 4
    DELETE_PACKET_FILTERS_FROM_EXISTING_TFT = 5
    NO_TFT_OPERATION = 6


class TftParameterIdentifier(OpenEnum):
    """Identifier of a parameter (Rel-5)."""

    AUTHORIZATION_TOKEN = 1
    FLOW_IDENTIFIER = 2
    PACKET_FILTER_IDENTIFIER = 3


@dataclass(frozen=True, slots=True)
class TftParameter:
    """A parameter (Rel-5); its content is opaque here."""

    identifier: TftParameterIdentifier
    content: bytes = b""

    def to_octets(self) -> bytes:
        """Write identifier, length and content."""
        if len(self.content) > 255:
            raise ValueError(f"a TFT parameter of {len(self.content)} octets does not fit")
        return bytes((self.identifier, len(self.content))) + self.content


@dataclass(frozen=True, slots=True)
class TrafficFlowTemplate:
    """Traffic flow template (10.5.6.12): an operation, the filters it is about, and parameters where the E bit says so.

    To delete filters it names them in ``identifiers``. A template that breaks the rules of the specification is read
    all the same, since the receiver answers such with causes of their own (:meth:`fault`): ``number_of_packet_filters``
    is given where it is not that of the filters, and ``rest`` holds octets that are none.
    """

    operation: TftOperation
    filters: tuple[PacketFilter, ...] = ()
    identifiers: tuple[FilterIdentifier, ...] = ()
    parameters: tuple[TftParameter, ...] | None = None
    number_of_packet_filters: int | None = None
    rest: bytes = b""

    def __post_init__(self) -> None:
        deletes = self.operation == TftOperation.DELETE_PACKET_FILTERS_FROM_EXISTING_TFT
        if self.filters if deletes else self.identifiers:
            raise ValueError("filters are named by identifiers where they are deleted, and nowhere else")

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read octets 3 and on."""
        if not octets:
            raise DecodeError("a traffic flow template has at least one octet")
        operation, count = _OPERATIONS[octets[0] >> 5], octets[0] & 15
        filters: list[PacketFilter] = []
        identifiers: list[FilterIdentifier] = []
        size = len(octets)
        p = 1
        if operation is TftOperation.DELETE_PACKET_FILTERS_FROM_EXISTING_TFT:
            identifiers = [FilterIdentifier(octet & 15, octet >> 4) for octet in octets[1 : 1 + count]]
            p += len(identifiers)
        else:
            while len(filters) < count and p + 3 <= size and p + 3 + octets[p + 2] <= size:
                end = p + 3 + octets[p + 2]
                filters.append(PacketFilter.of(octets[p], octets[p + 1], octets[p + 3 : end]))
                p = end
        whole = len(filters) + len(identifiers) == count
        parameters: list[TftParameter] | None = [] if octets[0] & 16 else None
        while whole and parameters is not None and p + 2 <= size and p + 2 + octets[p + 1] <= size:
            end = p + 2 + octets[p + 1]
            parameters.append(TftParameter(_PARAMETERS[octets[p]], octets[p + 2 : end]))
            p = end
        return cls(
            operation,
            tuple(filters),
            tuple(identifiers),
            None if parameters is None else tuple(parameters),
            None if whole else count,
            octets[p:],
        )

    def to_octets(self) -> bytes:
        """Write octets 3 and on."""
        items: list[PacketFilter | FilterIdentifier | TftParameter] = [*self.filters, *self.identifiers]
        count = len(items) if self.number_of_packet_filters is None else self.number_of_packet_filters
        if not 0 <= count < 16 or not 0 <= self.operation < 8:
            raise ValueError(f"traffic flow template of operation {self.operation:d} and {count} packet filters")
        first = self.operation << 5 | (self.parameters is not None) << 4 | count
        items += self.parameters or ()
        return bytes((first,)) + b"".join([item.to_octets() for item in items]) + self.rest

    def fault(self) -> SmCause | None:
        """What is answered to its syntax, whatever the context (6.1.3.2.3 and 6.1.3.3.3); None where it is right."""
        wants_filters = TftOperation.SPARE < self.operation < TftOperation.NO_TFT_OPERATION
        wants_filters = wants_filters and self.operation != TftOperation.DELETE_EXISTING_TFT
        if self.operation.is_reserved or self.number_of_packet_filters is not None or self.rest:
            return SmCause.SYNTACTICAL_ERROR_IN_THE_TFT_OPERATION
        if bool(self.filters or self.identifiers) is not wants_filters:
            return SmCause.SYNTACTICAL_ERROR_IN_THE_TFT_OPERATION
        names = [item.identifier for item in self.filters] + [item.identifier for item in self.identifiers]
        precedences = [item.evaluation_precedence for item in self.filters]
        if len(set(names)) < len(names) or len(set(precedences)) < len(precedences):
            return SmCause.SYNTACTICAL_ERRORS_IN_PACKET_FILTERS
        if any(item.rest or not item.components for item in self.filters):
            return SmCause.SYNTACTICAL_ERRORS_IN_PACKET_FILTERS
        return None


_OPERATIONS = tuple(TftOperation(value) for value in range(8))
_PARAMETERS = tuple(TftParameterIdentifier(value) for value in range(256))
