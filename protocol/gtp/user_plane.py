"""GTP-U: what is tunnelled, and what the tunnel's ends tell each other (TS 29.281 clauses 5 to 7)."""

from typing import Annotated, Any

from protocol.errors import DecodeError
from protocol.gtp.elements import GsnAddress, PrivateExtension
from protocol.gtp.header import GtpMessage, put_header, size_of, take_fields
from protocol.identities import Teid
from protocol.layout import HEADER, REPEATED, TLV2, TV, V


class ErrorIndication(GtpMessage, code=26, title="Error Indication", clause="7.3.7"):
    """Either → the other: I have no tunnel for the T-PDU that you sent to this endpoint."""

    tunnel_endpoint_identifier_data_i: Annotated[Teid, TV(16, 4)]
    gsn_address: Annotated[GsnAddress, TLV2(133, 4, 16)]
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class EndMarker(GtpMessage, code=254, title="End Marker", clause="29.281 7.3.2"):
    """Sender → receiver: no more T-PDUs come through this tunnel."""

    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class TPdu(GtpMessage, code=255, title="T-PDU", clause="9.3"):
    """Sender → receiver: a packet of the user. ``beyond``: octets of the datagram that the length does not cover."""

    payload: Annotated[bytes, V(0, 65535)]
    beyond: Annotated[bytes, HEADER("0-65507")] = b""

    @classmethod
    def take_header(cls, octets: bytes) -> tuple[tuple[Any, ...], bytes, int]:
        """The header's fields, and where the payload starts."""
        end = size_of(octets) + 8
        if end > len(octets):
            raise DecodeError(f"{cls.title}: {end - len(octets)} octets are missing", at=len(octets))
        values, p = take_fields(octets[:end], None)
        return (*values, octets[end:]), octets[:end], p

    def frame(self, elements: bytes | bytearray) -> bytes:
        """Header, payload and what is beyond it."""
        return put_header(self, len(elements)) + elements + self.beyond
