"""A capture file that grows while the network runs: pcapng, with one interface for each reference point.

Every call leaves a complete file behind, so a capture can be opened while it grows, piped into Wireshark, or read
after its writer was killed.
"""

import struct
from collections.abc import Iterable, Mapping
from typing import BinaryIO, Final

from gprslab.trace.stacks import LINKTYPE_IPV4, LINKTYPE_RAW, REFERENCE_POINTS, Endpoint

_SECTION_HEADER: Final = 0x0A0D0D0A
_INTERFACE_DESCRIPTION: Final = 1
_NAME_RESOLUTION: Final = 4
_ENHANCED_PACKET: Final = 6


class PcapngWriter:
    """Writes a capture of IP packets into ``file``, which is binary and open for writing; a pipe will do.

    ``application`` is the program that the file names as its author.
    """

    def __init__(self, file: BinaryIO, application: str = "gprslab") -> None:
        self._file = file
        self._interfaces: dict[str, int] = {}
        # The magic number tells the byte order; version 1.0; the section is as long as the file turns out to be.
        header = struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)
        self._put(_SECTION_HEADER, header + _options({4: application.encode()}))

    def name(self, ends: Iterable[Endpoint]) -> None:
        """Let readers show the names of ``ends`` in place of their addresses, in the packets that follow."""
        records = b"".join(_item(1, end.packed + end.name.encode() + b"\0") for end in ends)
        self._put(_NAME_RESOLUTION, records + _END)

    def write(
        self, interface: str, at: int, packet: bytes, *, uplink: bool | None = None, comment: str | None = None
    ) -> None:
        """Add one IP packet, seen on ``interface`` (a key of REFERENCE_POINTS) ``at`` microseconds since 1970.

        ``uplink`` marks the packet as inbound (True) or outbound (False), as the network's core sees it.
        """
        if interface not in self._interfaces:
            self._describe(interface)
        options = {}
        if comment is not None:
            options[1] = comment.encode()
        if uplink is not None:
            options[2] = struct.pack("<I", 1 if uplink else 2)
        high, low = divmod(at * 1000, 1 << 32)
        header = struct.pack("<IIIII", self._interfaces[interface], high, low, len(packet), len(packet))
        self._put(_ENHANCED_PACKET, header + _padded(packet) + _options(options))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _describe(self, interface: str) -> None:
        """Introduce an interface whose timestamps count units of 10^-9 s."""
        options = {2: interface.capitalize().encode(), 3: REFERENCE_POINTS[interface].encode(), 9: b"\x09"}
        link = LINKTYPE_RAW if interface == "gi" else LINKTYPE_IPV4
        self._put(_INTERFACE_DESCRIPTION, struct.pack("<HHI", link, 0, 0) + _options(options))
        self._interfaces[interface] = len(self._interfaces)

    def _put(self, kind: int, body: bytes) -> None:
        """Hand one whole block to the operating system, so that the file is complete whatever happens to us."""
        length = 12 + len(body)
        self._file.write(struct.pack("<II", kind, length) + body + struct.pack("<I", length))
        self._file.flush()


_END: Final = bytes(4)
"""What closes a list of options or of name records."""


def _padded(octets: bytes) -> bytes:
    return octets + bytes(-len(octets) % 4)


def _item(code: int, value: bytes) -> bytes:
    """One option, or one record of names: both have the same form."""
    return struct.pack("<HH", code, len(value)) + _padded(value)


def _options(options: Mapping[int, bytes]) -> bytes:
    return b"".join(_item(code, value) for code, value in options.items()) + _END if options else b""
