"""What an SGSN hands to another about a PDP context (TS 29.060 7.7.29)."""

from dataclasses import dataclass
from struct import Struct
from typing import Self

from protocol.errors import DecodeError
from protocol.gtp.elements import (
    EndUserAddress,
    GsnAddress,
    QualityOfServiceProfile,
    number,
    number_of_bits,
    octet,
)
from protocol.gtp.mm_context import counted, take_counted
from protocol.identities import Apn, Teid

FIXED = Struct(">HHBBIIB")
"""Sequence numbers down and up, N-PDU numbers to send and receive, uplink TEIDs for control and data, identifier."""


@dataclass(frozen=True, slots=True)
class TransactionIdentifier:
    """Transaction identifier of session management: four bits, and an octet that is 0 where those are enough."""

    value: int
    extension: int = 0
    spare: int = 0

    def to_octets(self) -> bytes:
        """Write two octets."""
        first = number_of_bits(self.spare, 4) << 4 | number_of_bits(self.value, 4)
        return octet(first) + octet(self.extension)


@dataclass(frozen=True, slots=True)
class PdpContext:
    """PDP context (7.7.29).

    ``extended_end_user_address`` and ``inactive`` (no bearer at the source) are bits of later releases, spare in R99.
    Without acknowledged LLC the N-PDU numbers are 255. ``rest`` holds what later releases put behind.
    """

    nsapi: int
    sapi: int
    quality_of_service_subscribed: QualityOfServiceProfile
    quality_of_service_requested: QualityOfServiceProfile
    quality_of_service_negotiated: QualityOfServiceProfile
    sequence_number_down: int
    sequence_number_up: int
    uplink_teid_control_plane: Teid
    uplink_teid_data_i: Teid
    pdp_context_identifier: int
    pdp_address: EndUserAddress
    ggsn_address_for_control_plane: GsnAddress | None
    ggsn_address_for_user_traffic: GsnAddress | None
    access_point_name: Apn | None
    transaction_identifier: TransactionIdentifier
    send_n_pdu_number: int = 255
    receive_n_pdu_number: int = 255
    reordering_required: bool = False
    vplmn_address_allowed: bool = False
    extended_end_user_address: bool = False
    inactive: bool = False
    spare: int = 0
    rest: bytes = b""

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read it; what is cut short is incorrect."""
        if len(octets) < 2:
            raise DecodeError("a PDP context has flags and access points", at=len(octets))
        subscribed, p = take_profile(octets, 2)
        requested, p = take_profile(octets, p)
        negotiated, p = take_profile(octets, p)
        end = p + FIXED.size
        if end + 2 > len(octets):
            raise DecodeError("a PDP context is cut short", at=len(octets))
        down, up, send, receive, control_plane, data, identifier = FIXED.unpack_from(octets, p)
        address, p = take_counted(octets, end + 2, 1, "PDP address")
        control, p = take_counted(octets, p, 1, "GGSN address for control plane")
        user, p = take_counted(octets, p, 1, "GGSN address for user traffic")
        name, p = take_counted(octets, p, 1, "APN")
        if p + 2 > len(octets):
            raise DecodeError("the transaction identifier is missing", at=p)
        flags = octets[0]
        return cls(
            flags & 15,
            octets[1] & 15,
            subscribed,
            requested,
            negotiated,
            down,
            up,
            Teid(control_plane),
            Teid(data),
            identifier,
            EndUserAddress.from_octets(octets[end : end + 2] + address),
            GsnAddress.from_octets(control) if control else None,
            GsnAddress.from_octets(user) if user else None,
            Apn.from_octets(name) if name else None,
            TransactionIdentifier(octets[p] & 15, octets[p + 1], octets[p] >> 4),
            send,
            receive,
            flags & 16 != 0,
            flags & 64 != 0,
            flags & 128 != 0,
            flags & 32 != 0,
            octets[1] >> 4,
            octets[p + 2 :],
        )

    def to_octets(self) -> bytes:
        """Write it."""
        first = (
            (self.extended_end_user_address and 128)
            | (self.vplmn_address_allowed and 64)
            | (self.inactive and 32)
            | (self.reordering_required and 16)
            | number_of_bits(self.nsapi, 4)
        )
        address = self.pdp_address.to_octets()
        parts = [
            octet(first),
            octet(number_of_bits(self.spare, 4) << 4 | number_of_bits(self.sapi, 4)),
            counted(self.quality_of_service_subscribed.to_octets(), 1),
            counted(self.quality_of_service_requested.to_octets(), 1),
            counted(self.quality_of_service_negotiated.to_octets(), 1),
            number(self.sequence_number_down, 2),
            number(self.sequence_number_up, 2),
            octet(self.send_n_pdu_number),
            octet(self.receive_n_pdu_number),
            self.uplink_teid_control_plane.to_octets(),
            self.uplink_teid_data_i.to_octets(),
            octet(self.pdp_context_identifier),
            address[:2],
            counted(address[2:], 1),
        ]
        others = (self.ggsn_address_for_control_plane, self.ggsn_address_for_user_traffic, self.access_point_name)
        parts += [counted(b"" if value is None else value.to_octets(), 1) for value in others]
        return b"".join([*parts, self.transaction_identifier.to_octets(), self.rest])


def take_profile(d: bytes, p: int) -> tuple[QualityOfServiceProfile, int]:
    """The quality of service behind a length at ``p``, and where it ends."""
    octets, end = take_counted(d, p, 1, "quality of service")
    try:
        return QualityOfServiceProfile.from_octets(octets), end
    except DecodeError as error:
        raise DecodeError(error.why, error.cause, p + 1 + error.at) from None
