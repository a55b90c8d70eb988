"""What a GGSN knows (TS 23.060 13.4): the contexts of each PDP address, and how they are found."""

from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Any

from nodes.core.outputs import Name
from nodes.ggsn import traffic_flow
from nodes.ggsn.config import AccessPoint, Address
from nodes.ggsn.pool import Pool
from nodes.ggsn.traffic_flow import Flow
from protocol.gtp import EndUserAddress
from protocol.identities import GsnAddress, Imsi, Teid
from protocol.sm.packet_filter import PacketFilter
from protocol.sm.pdp_address import PdpTypeNumber, PdpTypeOrganisation

if TYPE_CHECKING:
    from nodes.ggsn.pdp_context import PdpContext

PREFIX = 8
"""Octets of the prefix that a mobile has to itself (TS 23.060 9.2.1.1)."""


def key_of(address: Address) -> bytes:
    """What a mobile's packets are known by: its IPv4 address, or its IPv6 prefix."""
    return address.packed if isinstance(address, IPv4Address) else address.packed[:PREFIX]


class Point:
    """An access point at work: what it was told, its pools by version of IP, and its static addresses by key."""

    __slots__ = ("apn", "pools", "static", "told")

    def __init__(self, apn: str, told: AccessPoint) -> None:
        self.apn = apn
        self.told = told
        self.static = {key_of(address): (address, imsi) for address, imsi in told.subscribers.items()}
        numbers: dict[int, list[int]] = {4: [], 6: []}
        for key in self.static:
            numbers[6 if len(key) == PREFIX else 4].append(int.from_bytes(key, "big"))
        self.pools = {
            version: Pool([network for network in told.pools if network.version == version], numbers[version])
            for version in (4, 6)
        }

    def serves(self, version: int) -> bool:
        """Whether there may be contexts of this version of IP."""
        return self.pools[version].size > 0 or any(address.version == version for address, _ in self.static.values())

    def owns(self, address: Address, imsi: str) -> bool:
        """Whether a static address is that of the subscriber."""
        known = self.static.get(key_of(address))
        return known is not None and known == (address, imsi)

    def take(self, version: int, interface_identifier: int) -> Address | None:
        """A dynamic address; None where all are occupied. Of IPv6 it is a prefix and the interface identifier."""
        number = self.pools[version].take()
        if number is None:
            return None
        return IPv4Address(number) if version == 4 else IPv6Address(number << 64 | interface_identifier)

    def give_back(self, address: Address) -> None:
        """An address is free again, if it was a dynamic one."""
        self.pools[address.version].give_back(int.from_bytes(key_of(address), "big"))


class Connection:
    """What the contexts of one PDP address and access point share; later releases call it a PDN connection.

    ``addresses`` are one or two, of IPv4 and IPv6. ``teid`` is our control plane tunnel end; ``sgsn``, ``sgsn_address``
    and ``sgsn_teid`` are that of the SGSN, ``former`` is the one before. ``link_local`` is the address from which the
    mobile solicits routers. ``closing``: all its contexts go at once.
    """

    __slots__ = (
        "addresses",
        "closing",
        "contexts",
        "default",
        "filters",
        "former",
        "imsi",
        "keys",
        "link_local",
        "meta",
        "point",
        "sgsn",
        "sgsn_address",
        "sgsn_teid",
        "teid",
    )

    def __init__(
        self,
        imsi: Imsi,
        point: Point,
        addresses: tuple[Address, ...],
        teid: Teid,
        sgsn_address: GsnAddress,
        sgsn_teid: Teid,
    ) -> None:
        self.imsi = imsi
        self.point = point
        self.addresses = addresses
        self.keys = tuple(map(key_of, addresses))
        self.link_local = b"".join(
            b"\xfe\x80" + bytes(6) + address.packed[PREFIX:] for address in addresses if address.version == 6
        )
        self.meta = {"imsi": str(imsi)}
        self.teid = teid
        self.sgsn: Name = ""
        self.former: Name = ""
        self.sgsn_address = sgsn_address
        self.sgsn_teid = sgsn_teid
        self.closing = False
        self.contexts: dict[int, PdpContext] = {}
        self.filters: tuple[tuple[PacketFilter, PdpContext], ...] = ()
        self.default: PdpContext | None = None

    @property
    def end_user_address(self) -> EndUserAddress:
        """What the mobile is told."""
        if len(self.addresses) == 1:
            return EndUserAddress.static(self.addresses[0])
        four, six = self.addresses
        assert isinstance(four, IPv4Address)
        assert isinstance(six, IPv6Address)
        return EndUserAddress(PdpTypeOrganisation.IETF, PdpTypeNumber.IPV4V6, four, six)

    @property
    def address(self) -> str:
        """The address, or both, as text."""
        return " ".join(map(str, self.addresses))

    @property
    def ipv4(self) -> IPv4Address | None:
        """The IPv4 address, if there is one."""
        return next((address for address in self.addresses if isinstance(address, IPv4Address)), None)

    def arrange(self) -> None:
        """Put the packet filters of all contexts in order of precedence, once contexts or filters have changed."""
        contexts = self.contexts.values()
        found = [(one, context) for context in contexts for one in context.filters]
        self.filters = tuple(sorted(found, key=lambda each: each[0].evaluation_precedence))
        self.default = next((context for context in contexts if not context.filters), None)

    def choose(self, packet: bytes) -> "PdpContext | None":
        """The context for a downlink packet (23.060 15.3.2); None where no filter matches and all have a TFT."""
        if self.filters:
            flow = Flow(packet)
            for one, context in self.filters:
                if traffic_flow.matches(one, flow):
                    return context
        return self.default


class Contexts:
    """All contexts of a GGSN, by what they are found by: each in the same time, however many there are."""

    def __init__(self) -> None:
        self.by_control: dict[int, Connection] = {}
        self.by_key: dict[bytes, Connection] = {}
        self.by_data: dict[int, PdpContext] = {}
        self.by_nsapi: dict[tuple[str, int], PdpContext] = {}
        self.by_remote: dict[tuple[Name, int], PdpContext] = {}
        self.by_sgsn: dict[Name, dict[Connection, None]] = {}

    def __len__(self) -> int:
        return len(self.by_data)

    def open(self, connection: Connection) -> None:
        """Enter a connection, as yet without contexts."""
        self.by_control[connection.teid] = connection
        for key in connection.keys:
            self.by_key[key] = connection

    def close(self, connection: Connection) -> None:
        """Forget a connection without contexts."""
        del self.by_control[connection.teid]
        for key in connection.keys:
            del self.by_key[key]
        self._leave(connection)

    def locate(self, connection: Connection, sgsn: Name) -> None:
        """A connection is served by this SGSN from now on."""
        if connection.sgsn != sgsn:
            self._leave(connection)
            connection.sgsn = sgsn
        self.by_sgsn.setdefault(sgsn, {})[connection] = None

    def of_sgsn(self, sgsn: Name) -> list[Connection]:
        """The connections that an SGSN serves, as they are now."""
        return list(self.by_sgsn.get(sgsn, ()))

    def add(self, context: "PdpContext") -> None:
        """Enter a context."""
        context.connection.contexts[context.nsapi] = context
        self.by_data[context.teid] = context
        self.by_nsapi[context.connection.imsi, context.nsapi] = context
        context.connection.arrange()

    def remove(self, context: "PdpContext") -> None:
        """Forget a context."""
        del context.connection.contexts[context.nsapi]
        del self.by_data[context.teid]
        del self.by_nsapi[context.connection.imsi, context.nsapi]
        self._unlink(context)
        context.connection.arrange()

    def tunnel(self, context: "PdpContext", sgsn: Name, address: GsnAddress, teid: Teid) -> None:
        """Packets of a context go to this end of a tunnel from now on."""
        self._unlink(context)
        context.sgsn, context.sgsn_address, context.sgsn_teid = sgsn, address, teid
        self.by_remote[sgsn, teid] = context

    def find(self, imsi: Any, nsapi: Any) -> "PdpContext | None":
        """The context of a subscriber, whatever was said for the two."""
        return self.by_nsapi.get((str(imsi), nsapi)) if type(nsapi) is int else None

    def _unlink(self, context: "PdpContext") -> None:
        if self.by_remote.get((context.sgsn, context.sgsn_teid)) is context:
            del self.by_remote[context.sgsn, context.sgsn_teid]

    def _leave(self, connection: Connection) -> None:
        served = self.by_sgsn.get(connection.sgsn)
        if served is not None:
            served.pop(connection, None)
            if not served:
                del self.by_sgsn[connection.sgsn]
