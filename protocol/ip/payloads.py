"""What is tried over PDP contexts: ICMP echo (RFC 792, RFC 4443) and UDP (RFC 768)."""

from typing import Annotated, Any, ClassVar, Self

from protocol import layout
from protocol.errors import DecodeError
from protocol.ip.checksum import Address, checksum, pseudo_header
from protocol.ip.packet import IpProtocol, given, nothing_behind, put_checksum
from protocol.layout import HEADER, Message, Rules, V

RULES = Rules(unknown_message=None, missing_mandatory=None, invalid_mandatory=None, unknown=nothing_behind)


class IcmpMessage(Message):
    """A message of ICMP in either version: type, code, checksum, and what the type wants behind them.

    The checksum of ICMPv6 takes in the addresses of the packet (``pseudo``), so it is always told: None encodes as 0,
    which no receiver takes; :meth:`summed` makes the right one.
    """

    protocol = "icmp"
    rules = RULES
    pseudo: ClassVar[bool] = False

    icmp_code: Annotated[int, HEADER("1")] = 0
    checksum: Annotated[int | None, HEADER("2")] = None

    @classmethod
    def take_start(cls, octets: bytes, start: int) -> tuple[int, int | None]:
        """Code and checksum of a message whose header has ``start`` octets."""
        if len(octets) < start or octets[0] != cls.code:
            raise DecodeError(f"no ICMP {cls.title}")
        told = octets[2:4] != b"\0\0" if cls.pseudo else given(octets, 2)
        return octets[1], octets[2] << 8 | octets[3] if told else None

    def put_start(self, rest: bytes | bytearray) -> bytes:
        """The message around what stands behind the checksum."""
        whole = bytearray((self.code, self.icmp_code, 0, 0)) + rest
        put_checksum(whole, 2, 0 if self.pseudo and self.checksum is None else self.checksum)
        return bytes(whole)

    def summed(self, source: Address, destination: Address) -> Self:
        """The message of ICMPv6 with the checksum that is right between these addresses."""
        octets = self.replace(checksum=None).encode()
        return self.replace(
            checksum=checksum(pseudo_header(source, destination, IpProtocol.ICMPV6, len(octets)) + octets)
        )


class Echo(IcmpMessage):
    """An echo in either version: ``icmp_code`` is 0, identifier and number come back as they were sent."""

    identifier: Annotated[int, HEADER("2")] = 0
    sequence_number: Annotated[int, HEADER("2")] = 0

    @classmethod
    def take_header(cls, octets: bytes) -> tuple[tuple[Any, ...], bytes, int]:
        start = cls.take_start(octets, 8)
        return (*start, octets[4] << 8 | octets[5], octets[6] << 8 | octets[7]), octets, 8

    def frame(self, elements: bytes | bytearray) -> bytes:
        return self.put_start(self.identifier.to_bytes(2, "big") + self.sequence_number.to_bytes(2, "big") + elements)


class EchoReply(Echo, code=0, title="Echo Reply", clause="RFC 792"):
    """Host → host: your echo request came, and here is what was in it."""

    payload: Annotated[bytes, V(0, 65535)] = b""


class EchoRequest(Echo, code=8, title="Echo", clause="RFC 792"):
    """Host → host: send this back."""

    payload: Annotated[bytes, V(0, 65535)] = b""


class EchoV6(Echo):
    """An echo of ICMPv6."""

    pseudo = True


class EchoRequestV6(EchoV6, code=128, title="Echo Request", clause="RFC 4443 4.1"):
    """Host → host: send this back."""

    payload: Annotated[bytes, V(0, 65535)] = b""


class EchoReplyV6(EchoV6, code=129, title="Echo Reply", clause="RFC 4443 4.2"):
    """Host → host: your echo request came, and here is what was in it."""

    payload: Annotated[bytes, V(0, 65535)] = b""


def decode_icmp(octets: bytes, *, up: bool = True) -> IcmpMessage:
    """Read a message of either version."""
    if not octets:
        raise DecodeError("no octets are no ICMP")
    message: IcmpMessage = layout.decode(IcmpMessage, octets, octets[0], up=up)
    return message


class UdpMessage(Message):
    """A UDP datagram; there is but one."""

    protocol = "udp"
    rules = RULES

    source_port: Annotated[int, HEADER("2")]
    destination_port: Annotated[int, HEADER("2")]
    length: Annotated[int | None, HEADER("2")] = None
    checksum: Annotated[int, HEADER("2")] = 0


class Udp(UdpMessage, code=0, title="UDP", clause="RFC 768"):
    """Port → port: a datagram. Its length is computed where None, and told where a sender got it wrong.

    The checksum takes in the addresses of the packet, so it is always told; 0 is none. :meth:`summed` makes the right
    one. ``trailing`` is what stands behind the length.
    """

    payload: Annotated[bytes, V(0, 65535)] = b""
    trailing: Annotated[bytes, HEADER("0-65535")] = b""

    @classmethod
    def take_header(cls, octets: bytes) -> tuple[tuple[Any, ...], bytes, int]:
        if len(octets) < 8:
            raise DecodeError("the UDP header is cut off", at=len(octets))
        source, destination, length, summed = (octets[p] << 8 | octets[p + 1] for p in (0, 2, 4, 6))
        if length < 8:
            raise DecodeError(f"a length of {length} is less than that of the header", at=4)
        told = length if length > len(octets) else None
        return (source, destination, told, summed, octets[length:]), octets[:length], 8

    def frame(self, elements: bytes | bytearray) -> bytes:
        length = 8 + len(elements) if self.length is None else self.length
        numbers = (self.source_port, self.destination_port, length, self.checksum)
        return b"".join(number.to_bytes(2, "big") for number in numbers) + elements + self.trailing

    def summed(self, source: Address, destination: Address) -> Self:
        """The datagram with the checksum that is right between these addresses."""
        octets = self.replace(checksum=0).encode()
        found = checksum(pseudo_header(source, destination, IpProtocol.UDP, len(octets)) + octets)
        return self.replace(checksum=found or 0xFFFF)  # 0 would say that there is none


def decode_udp(octets: bytes, *, up: bool = True) -> UdpMessage:
    """Read a datagram."""
    message: UdpMessage = layout.decode(UdpMessage, octets, 0, up=up)
    return message
