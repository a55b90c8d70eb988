"""Packets of PPP's control protocols, as protocol configuration options carry them (TS 24.008 10.5.6.3).

LCP (RFC 1661), IPCP (RFC 1332 and 1877), PAP (RFC 1334), CHAP (RFC 1994): code, identifier, a length over the packet,
and what the code says. Octets behind that length are padding. Names, passwords and messages are text of one octet a
character (ISO 8859-1), so that any octets are text.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Self

from protocol.declare import OpenEnum
from protocol.errors import DecodeError

TEXT = "iso-8859-1"


class LcpCode(OpenEnum):
    """Code of an LCP packet, and of an IPCP one up to 7."""

    CONFIGURE_REQUEST = 1
    CONFIGURE_ACK = 2
    CONFIGURE_NAK = 3
    CONFIGURE_REJECT = 4
    TERMINATE_REQUEST = 5
    TERMINATE_ACK = 6
    CODE_REJECT = 7
    PROTOCOL_REJECT = 8
    ECHO_REQUEST = 9
    ECHO_REPLY = 10
    DISCARD_REQUEST = 11


class IpcpOptionType(OpenEnum):
    """Type of an IPCP configuration option."""

    IP_ADDRESSES = 1
    IP_COMPRESSION_PROTOCOL = 2
    IP_ADDRESS = 3
    MOBILE_IPV4 = 4
    PRIMARY_DNS_SERVER_ADDRESS = 129
    PRIMARY_NBNS_SERVER_ADDRESS = 130
    SECONDARY_DNS_SERVER_ADDRESS = 131
    SECONDARY_NBNS_SERVER_ADDRESS = 132


class LcpOptionType(OpenEnum):
    """Type of an LCP configuration option."""

    MAXIMUM_RECEIVE_UNIT = 1
    ASYNC_CONTROL_CHARACTER_MAP = 2
    AUTHENTICATION_PROTOCOL = 3
    QUALITY_PROTOCOL = 4
    MAGIC_NUMBER = 5
    PROTOCOL_FIELD_COMPRESSION = 7
    ADDRESS_AND_CONTROL_FIELD_COMPRESSION = 8


class PapCode(OpenEnum):
    """Code of a PAP packet."""

    AUTHENTICATE_REQUEST = 1
    AUTHENTICATE_ACK = 2
    AUTHENTICATE_NAK = 3


class ChapCode(OpenEnum):
    """Code of a CHAP packet."""

    CHALLENGE = 1
    RESPONSE = 2
    SUCCESS = 3
    FAILURE = 4


ADDRESSED = frozenset(kind for kind in IpcpOptionType if kind not in (1, 2))
"""Options whose content is one IPv4 address."""

NUMBERED = {
    LcpOptionType.MAXIMUM_RECEIVE_UNIT: 2,
    LcpOptionType.ASYNC_CONTROL_CHARACTER_MAP: 4,
    LcpOptionType.AUTHENTICATION_PROTOCOL: 2,
    LcpOptionType.QUALITY_PROTOCOL: 2,
    LcpOptionType.MAGIC_NUMBER: 4,
}
"""Options that start with a number, and its octets."""


def number(value: int, size: int) -> bytes:
    """A number of that many octets; ValueError where it does not fit."""
    if not 0 <= value < 1 << 8 * size:
        raise ValueError(f"{value} does not fit into {size} octets")
    return value.to_bytes(size, "big")


def split_packet(octets: bytes) -> tuple[int, int, bytes, bytes]:
    """Code, identifier, content and padding of a packet."""
    if len(octets) < 4:
        raise DecodeError(f"{len(octets)} octets are no PPP packet")
    length = octets[2] << 8 | octets[3]
    if not 4 <= length <= len(octets):
        raise DecodeError(f"a PPP packet of {length} octets does not lie within {len(octets)}", at=2)
    return octets[0], octets[1], octets[4:length], octets[length:]


def join_packet(code: int, identifier: int, content: bytes, padding: bytes) -> bytes:
    """A packet around its content."""
    return number(code, 1) + number(identifier, 1) + number(4 + len(content), 2) + content + padding


def counted(octets: bytes) -> bytes:
    """Octets behind their number."""
    if len(octets) > 255:
        raise ValueError(f"{len(octets)} octets do not fit behind a length of one")
    return bytes((len(octets),)) + octets


def split_options(octets: bytes) -> list[tuple[int, bytes]]:
    """Types and contents of configuration options."""
    found = []
    p = 0
    while p < len(octets):
        end = p + octets[p + 1] if p + 1 < len(octets) else 0
        if not p + 2 <= end <= len(octets):
            raise DecodeError("a configuration option does not lie within its packet", at=4 + p)
        found.append((octets[p], octets[p + 2 : end]))
        p = end
    return found


def join_option(kind: int, content: bytes) -> bytes:
    """An option around its content."""
    if len(content) > 253:
        raise ValueError(f"a configuration option of {len(content)} octets does not fit")
    return bytes((kind, 2 + len(content))) + content


def octets_of(text: str) -> bytes:
    """Text as octets. ValueError for a character of more than one."""
    try:
        return text.encode(TEXT)
    except UnicodeEncodeError as error:
        raise ValueError(f"{text[error.start]!a} is no character of one octet") from None


@dataclass(frozen=True, slots=True)
class IpcpOption:
    """An IPCP configuration option: an address, or octets."""

    type: IpcpOptionType
    address: IPv4Address | None = None
    content: bytes = b""

    def __post_init__(self) -> None:
        if self.address is not None and (self.content or self.type not in ADDRESSED):
            raise ValueError(f"IPCP option {self.type.name} is no address alone")

    @classmethod
    def of(cls, kind: int, content: bytes) -> Self:
        """The option of a type and content."""
        if len(content) == 4 and kind in ADDRESSED:
            return cls(IpcpOptionType(kind), IPv4Address(content))
        return cls(IpcpOptionType(kind), content=content)

    def to_octets(self) -> bytes:
        """Write type, length and content."""
        return join_option(self.type, self.content if self.address is None else self.address.packed)

    def __str__(self) -> str:
        return f"{self.type.words} {self.content.hex() if self.address is None else self.address}".rstrip()


@dataclass(frozen=True, slots=True)
class LcpOption:
    """An LCP configuration option: the number that its type starts with, and further octets."""

    type: LcpOptionType
    number: int | None = None
    content: bytes = b""

    def __post_init__(self) -> None:
        width = NUMBERED.get(self.type)
        if self.number is not None and (width is None or not 0 <= self.number < 1 << 8 * width):
            raise ValueError(f"LCP option {self.type.name} holds no number {self.number}")
        if self.number is None and width is not None and len(self.content) >= width:
            raise ValueError(f"LCP option {self.type.name} starts with a number")

    @classmethod
    def of(cls, kind: int, content: bytes) -> Self:
        """The option of a type and content."""
        width = NUMBERED.get(kind)  # type: ignore[call-overload]
        if width is None or len(content) < width:
            return cls(LcpOptionType(kind), content=content)
        return cls(LcpOptionType(kind), int.from_bytes(content[:width]), content[width:])

    def to_octets(self) -> bytes:
        """Write type, length and content."""
        start = b"" if self.number is None else number(self.number, NUMBERED[self.type])
        return join_option(self.type, start + self.content)

    def __str__(self) -> str:
        start = "" if self.number is None else f" {self.number:#x}"
        return f"{self.type.words}{start} {self.content.hex()}".rstrip()


@dataclass(frozen=True, slots=True)
class Ipcp:
    """An IPCP packet: options where it configures, else octets."""

    code: LcpCode
    identifier: int
    options: tuple[IpcpOption, ...] = ()
    content: bytes = b""
    padding: bytes = b""

    def __post_init__(self) -> None:
        check_content(self.code, self.options, self.content)

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read a packet."""
        code, identifier, content, padding = split_packet(octets)
        if 1 <= code <= 4:
            options = tuple([IpcpOption.of(kind, inner) for kind, inner in split_options(content)])
            return cls(_LCP_CODES[code], identifier, options, padding=padding)
        return cls(_LCP_CODES[code], identifier, content=content, padding=padding)

    def to_octets(self) -> bytes:
        """Write the packet."""
        content = b"".join([option.to_octets() for option in self.options]) + self.content
        return join_packet(self.code, self.identifier, content, self.padding)

    def address(self, kind: IpcpOptionType) -> IPv4Address | None:
        """The address in the first option of that type."""
        return next((option.address for option in self.options if option.type is kind), None)

    def __str__(self) -> str:
        return f"IPCP {self.code.words}: {', '.join(map(str, self.options)) or self.content.hex()}"


@dataclass(frozen=True, slots=True)
class Lcp:
    """An LCP packet: options where it configures, else octets."""

    code: LcpCode
    identifier: int
    options: tuple[LcpOption, ...] = ()
    content: bytes = b""
    padding: bytes = b""

    def __post_init__(self) -> None:
        check_content(self.code, self.options, self.content)

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read a packet."""
        code, identifier, content, padding = split_packet(octets)
        if 1 <= code <= 4:
            options = tuple([LcpOption.of(kind, inner) for kind, inner in split_options(content)])
            return cls(_LCP_CODES[code], identifier, options, padding=padding)
        return cls(_LCP_CODES[code], identifier, content=content, padding=padding)

    def to_octets(self) -> bytes:
        """Write the packet."""
        content = b"".join([option.to_octets() for option in self.options]) + self.content
        return join_packet(self.code, self.identifier, content, self.padding)

    def __str__(self) -> str:
        return f"LCP {self.code.words}: {', '.join(map(str, self.options)) or self.content.hex()}"


def check_content(code: int, options: tuple[object, ...], content: bytes) -> None:
    """ValueError where a packet has options that does not configure, or octets that does."""
    if content if 1 <= code <= 4 else options:
        raise ValueError(f"code {code}: codes 1 to 4 have options, others octets")


@dataclass(frozen=True, slots=True)
class Pap:
    """A PAP packet: a request with peer id and password, or an answer with a message.

    Some leave out the length of the message with the message; ``content`` holds further octets, and those of codes not
    listed.
    """

    code: PapCode
    identifier: int
    peer_id: str | None = None
    password: str | None = None
    message: str | None = None
    content: bytes = b""
    padding: bytes = b""

    def __post_init__(self) -> None:
        request = self.code == PapCode.AUTHENTICATE_REQUEST
        answer = self.code in (PapCode.AUTHENTICATE_ACK, PapCode.AUTHENTICATE_NAK)
        if (self.peer_id is None, self.password is None) != (not request, not request):
            raise ValueError("PAP: a request, and it alone, has peer id and password")
        if (self.message is not None and not answer) or (answer and self.content and self.message is None):
            raise ValueError("PAP: an answer, and it alone, has a message")

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read a packet."""
        code, identifier, content, padding = split_packet(octets)
        if code == 1:
            peer_id, content = uncounted(content)
            password, content = uncounted(content)
            return cls(PapCode.AUTHENTICATE_REQUEST, identifier, peer_id, password, None, content, padding)
        if code in (2, 3) and content:
            message, content = uncounted(content)
            return cls(PapCode(code), identifier, None, None, message, content, padding)
        return cls(PapCode(code), identifier, content=content, padding=padding)

    def to_octets(self) -> bytes:
        """Write the packet."""
        texts = [text for text in (self.peer_id, self.password, self.message) if text is not None]
        content = b"".join([counted(octets_of(text)) for text in texts])
        return join_packet(self.code, self.identifier, content + self.content, self.padding)

    def __str__(self) -> str:
        told = self.message if self.peer_id is None else self.peer_id
        return f"PAP {self.code.words}: {told or ''}".rstrip(": ")


def uncounted(octets: bytes) -> tuple[str, bytes]:
    """A text behind its length, and what follows."""
    if not octets or len(octets) < 1 + octets[0]:
        raise DecodeError("a text does not lie within its packet")
    return octets[1 : 1 + octets[0]].decode(TEXT), octets[1 + octets[0] :]


@dataclass(frozen=True, slots=True)
class Chap:
    """A CHAP packet: a challenge or response with value and name, or an answer with a message.

    ``content`` holds the octets of codes not listed.
    """

    code: ChapCode
    identifier: int
    value: bytes | None = None
    name: str | None = None
    message: str | None = None
    content: bytes = b""
    padding: bytes = b""

    def __post_init__(self) -> None:
        valued = self.code in (ChapCode.CHALLENGE, ChapCode.RESPONSE)
        answer = self.code in (ChapCode.SUCCESS, ChapCode.FAILURE)
        if (self.value is None, self.name is None) != (not valued, not valued):
            raise ValueError("CHAP: challenge and response, and they alone, have value and name")
        if (self.message is None) is answer or (self.content and (valued or answer)):
            raise ValueError("CHAP: success and failure, and they alone, have a message")

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read a packet."""
        code, identifier, content, padding = split_packet(octets)
        kind = ChapCode(code)
        if code in (1, 2):
            if not content or len(content) < 1 + content[0]:
                raise DecodeError("a CHAP value does not lie within its packet", at=4)
            end = 1 + content[0]
            return cls(kind, identifier, content[1:end], content[end:].decode(TEXT), padding=padding)
        if code in (3, 4):
            return cls(kind, identifier, message=content.decode(TEXT), padding=padding)
        return cls(kind, identifier, content=content, padding=padding)

    def to_octets(self) -> bytes:
        """Write the packet."""
        if self.value is not None and self.name is not None:
            content = counted(self.value) + octets_of(self.name)
        else:
            content = self.content if self.message is None else octets_of(self.message)
        return join_packet(self.code, self.identifier, content, self.padding)

    def __str__(self) -> str:
        told = self.message if self.name is None else self.name
        return f"CHAP {self.code.words}: {told or ''}".rstrip(": ")


_LCP_CODES = tuple(LcpCode(code) for code in range(256))
