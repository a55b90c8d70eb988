"""A TUN device (Linux): through it this host is in a packet data network, so that its own ``ping`` reaches mobiles.

The kernel takes the place of the emulated hosts: what mobiles send goes to it, and what it routes into the device goes
to the GGSN behind which the address lies. Orders to the node are obeyed as without: what comes for its own hosts does
not reach the kernel.
"""

import asyncio
import fcntl
import os
import struct
import subprocess
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from types import TracebackType
from typing import Any, Final, Self

from gprslab.runner import Runner
from nodes.core.node import Node
from nodes.core.outputs import Interface, Name
from nodes.pdn.config import PdnConfig

_TUNSETIFF: Final = 0x400454CA
_IFF_TUN_WITHOUT_HEADER: Final = 0x1001
_LONGEST: Final = 65535
_AT_A_TIME: Final = 64
"""Packets that are read before the loop does something else."""

HOST: Final = "host"
"""The link of what comes from the kernel."""


class TunError(Exception):
    """There is no such device, or it may not be opened. Its text is one line."""


class TunDevice:
    """The device ``name``, for the packet data network of ``config``: opened by ``with``, with routes to its mobiles.

    Raises :class:`TunError`.
    """

    def __init__(self, name: str, config: Any) -> None:
        assert isinstance(config, PdnConfig)
        if not 0 < len(name.encode()) < 16 or "/" in name or not name.isprintable() or " " in name:
            raise TunError(f"{name!r} is no name of a network device: 1 to 15 characters without / and blanks")
        self._name = name
        self._config = config
        self._descriptor = -1

    def __enter__(self) -> Self:
        try:
            self._descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            fcntl.ioctl(
                self._descriptor, _TUNSETIFF, struct.pack("16sH22x", self._name.encode(), _IFF_TUN_WITHOUT_HEADER)
            )
        except OSError as error:
            self.__exit__(None, None, None)
            raise TunError(f"cannot open the TUN device {self._name}: {error.strerror}") from None
        self._route()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)  # the device goes with its descriptor
            self._descriptor = -1

    def _route(self) -> None:
        """Give the host an address in the network, beside those of the node, and ways to the mobiles."""
        name = self._name
        commands = [["link", "set", name, "up", "mtu", "1400"]]
        for host in self._config.hosts:
            own = ip_address(int(host) + 1)
            commands.append(["address", "add", f"{own}/{own.max_prefixlen}", "dev", name])
        versions = {host.version for host in self._config.hosts}
        commands += [
            [f"-{network.version}", "route", "add", str(network), "dev", name]
            for network in self._config.networks
            if network.version in versions
        ]
        for command in commands:
            try:
                subprocess.run(["ip", *command], check=True, capture_output=True, text=True)  # noqa: S603, S607
            except FileNotFoundError:
                raise TunError(
                    "the command ip (Debian's package iproute2) is needed to give the device routes"
                ) from None
            except subprocess.CalledProcessError as error:
                why = " ".join(error.stderr.split()) or f"exit status {error.returncode}"
                raise TunError(f"ip {' '.join(command)}: {why}") from None

    def put_in_place_of(self, node: Node) -> Node:
        """Let packets to ``node`` go to the kernel, and those of the kernel to the GGSNs."""
        receive, hosts = node.take, self._config.hosts

        def take(link: Name, interface: Interface, pdu: bytes) -> None:
            if link == HOST:
                self._let_in(node, pdu)
            elif interface == "gi" and destination_of(pdu) not in hosts:
                self._write(pdu)
            else:
                receive(link, interface, pdu)

        node.take = take  # type: ignore[method-assign]  # of this one node
        return node

    def feed(self, runner: Runner) -> None:
        """From now on, let the runner have what the kernel sends into the device."""

        def read() -> None:
            for _ in range(_AT_A_TIME):
                try:
                    packet = os.read(self._descriptor, _LONGEST)
                except OSError:
                    return
                runner.take(HOST, "gi", packet)

        asyncio.get_running_loop().add_reader(self._descriptor, read)

    def _let_in(self, node: Node, packet: bytes) -> None:
        """A packet of the kernel, to the GGSN behind which its destination lies; any other is not for us."""
        destination = destination_of(packet)
        if destination is None:
            return
        networks = self._config.networks
        ways = [network for network in networks if network.version == destination.version and destination in network]
        if ways:
            node.send(networks[max(ways, key=lambda network: network.prefixlen)], "gi", packet)

    def _write(self, packet: bytes) -> None:
        """Hand a packet to the kernel; what it does not take is lost, as on a link."""
        with suppress(OSError):
            os.write(self._descriptor, packet)


def destination_of(packet: bytes) -> IPv4Address | IPv6Address | None:
    """Where a packet goes; None for what is no IP packet."""
    match packet[0] >> 4 if packet else 0:
        case 4 if len(packet) >= 20:
            return IPv4Address(packet[16:20])
        case 6 if len(packet) >= 40:
            return IPv6Address(packet[24:40])
    return None
