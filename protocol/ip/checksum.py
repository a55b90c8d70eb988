"""The Internet checksum (RFC 1071), and the pseudo-headers that UDP and ICMPv6 put before theirs."""

from ipaddress import IPv4Address, IPv6Address

Address = IPv4Address | IPv6Address


def checksum(octets: bytes) -> int:
    """The complement of the one's complement sum of all 16-bit words; 0 over octets that hold their own checksum."""
    # 65536 is 1 modulo 65535, so the number that the octets write has the sum of its words for its remainder.
    number = int.from_bytes(octets if len(octets) % 2 == 0 else octets + b"\0", "big")
    return 0xFFFF if not number else -number % 0xFFFF


def pseudo_header(source: Address, destination: Address, protocol: int, length: int) -> bytes:
    """What is summed up before the octets of the layer above (RFC 768, RFC 8200 8.1)."""
    addresses = source.packed + destination.packed
    if isinstance(source, IPv4Address):
        return addresses + bytes((0, protocol)) + length.to_bytes(2, "big")
    return addresses + length.to_bytes(4, "big") + bytes((0, 0, 0, protocol))
