"""The laboratory that the configuration files describe, checked as a whole before anything starts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from gprslab import topology as files
from gprslab.capabilities import DRX_PARAMETER, MS_NETWORK_CAPABILITY, MS_RADIO_ACCESS_CAPABILITY
from gprslab.strict_yaml import MIB, ConfigError, key_path, read_yaml, shown
from gprslab.trace.stacks import Endpoint
from nodes.bss.config import BssConfig, Cell
from nodes.core.node import NodeConfig
from nodes.core.outputs import Interface, Name
from nodes.eir.config import EirConfig
from nodes.ggsn.config import AccessPoint, GgsnConfig
from nodes.hlr.config import FLAGS, HlrConfig, PdpSubscription, Subscriber
from nodes.ms.config import MobileConfig, MsConfig, RadioCell
from nodes.pdn.config import PdnConfig
from nodes.sgsn.config import MAP_CAUSES, TRANSFER_CAUSES, SgsnConfig
from nodes.vlr.config import VlrConfig
from protocol.auth import Algorithm
from protocol.identities import CellIdentifier, GsnAddress, Gt, Imsi, Lai, Rai
from protocol.ns.elements import Ip4Element
from protocol.sm.quality_of_service import QualityOfService

__all__ = ["ConfigError", "Document", "Lab", "Mobile", "load_lab", "provisioned"]

T = TypeVar("T")
_TOPOLOGY = TypeAdapter(files.Topology)
_SUBSCRIBER = TypeAdapter(files.SubscriberEntry)
_DURATIONS: TypeAdapter[dict[str, int]] = TypeAdapter(files.Durations)
NAMED: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[files.Name, Any])
"""What stands under names."""
NS_PORT = 2157
"""The UDP port of NS (TS 48.016 4.4.1), as captures show it."""


@dataclass(frozen=True, slots=True)
class Document:
    """What one file says, and how errors name it: the file, and the keys in it above ``content``."""

    file: str
    content: dict[str, Any]
    above: tuple[str, ...] = ()

    def error(self, keys: Iterable[object], expected: str, found: str) -> ConfigError:
        """The error at ``keys``."""
        return ConfigError(self.file, key_path(*self.above, *keys), expected, found)

    def checked(self, adapter: TypeAdapter[T], content: Any, *keys: object) -> T:
        """``content``, which stands at ``keys``, as its model."""
        try:
            return adapter.validate_python(content, strict=True)
        except ValidationError as error:
            below, expected, found = files.first_fault(error, content)
            raise self.error([*keys, *below], expected, shown(found)) from None

    def changed(self, file: str, key: str, change: object) -> "Document":
        """This document with ``change`` (under ``key`` in ``file``) merged in as RFC 7396 says."""
        if not isinstance(change, Mapping):
            raise ConfigError(file, key, "a mapping", shown(change))
        return Document(file, _merged(self.content, change), (key,))


def _merged(content: object, change: object) -> Any:
    """A mapping merges key by key, ``None`` takes a key away, anything else replaces (RFC 7396)."""
    if not isinstance(change, Mapping):
        return change
    result = dict(content) if isinstance(content, dict) else {}
    for key, value in change.items():
        if value is None:
            result.pop(str(key), None)
        else:
            result[str(key)] = _merged(result.get(str(key)), value)
    return result


@dataclass(frozen=True, slots=True)
class Mobile:
    """A mobile of the lab: the subscriber's name, IMSI, and the ms node where it lives."""

    name: str
    imsi: Imsi
    ms: Name


class Lab:
    """A laboratory: its elements, its subscribers, and what each node is told.

    ``nodes`` is in the order in which they start; ``roles`` tells each one's role; ``mobiles`` are in the file's order.
    Raises ConfigError where the documents are wrong or do not agree.
    """

    def __init__(self, topology: Document, subscribers: Document, timers: Document) -> None:
        self.documents = {"topology": topology, "subscribers": subscribers, "timers": timers}
        self.topology = topology.checked(_TOPOLOGY, topology.content)
        subscribers.checked(NAMED, subscribers.content)
        self.subscribers = {
            name: subscribers.checked(_SUBSCRIBER, content, name) for name, content in subscribers.content.items()
        }
        self.timers = timers.checked(_DURATIONS, timers.content)

        self.name = self.topology.lab
        self.plmn = self.topology.plmn
        elements = self.topology.nodes
        order = get_args(files.Role)
        self.nodes: tuple[Name, ...] = tuple(sorted(elements, key=lambda name: order.index(elements[name].role)))
        self.roles: dict[Name, files.Role] = {name: elements[name].role for name in self.nodes}
        self._prefixes = {prefix: name for name, hlr in self._elements(files.HlrEntry) for prefix in hlr.imsi_prefixes}
        self._cells = {
            cell: (bss, CellIdentifier(Rai(self.plmn, entry.lac, entry.rac), entry.ci))
            for bss, element in self._elements(files.BssEntry)
            for cell, entry in element.cells.items()
        }
        self._check_addresses()
        self._check_references()
        self._check_cells()
        self._check_prefixes()
        self._check_pools()
        self._check_subscribers()
        self.mobiles: tuple[Mobile, ...] = tuple(
            Mobile(name, entry.imsi, entry.mobile.node) for name, entry in self.subscribers.items() if entry.mobile
        )

    def with_changes(self, changes: Mapping[str, object], file: str) -> "Lab":
        """The same laboratory with the ``topology``, ``subscribers`` and ``timers`` of ``changes`` merged in.

        ``file`` is where the changes stand, and so what a ConfigError names. A change is merged as RFC 7396 says.
        """
        documents = dict(self.documents)
        for key, change in changes.items():
            if key not in documents:
                raise ConfigError(file, key_path(key), f"one of {', '.join(documents)}", shown(change))
            documents[key] = documents[key].changed(file, key, change)
        return Lab(**documents)

    # --- what a node is told --------------------------------------------------------------------------------------

    def element(self, name: Name) -> files.NodeEntry:
        """What ``lab.yaml`` says of a node; ConfigError where it knows none of that name."""
        try:
            return self.topology.nodes[name]
        except KeyError:
            known = f"one of {', '.join(self.nodes)}"
            raise self.documents["topology"].error(["nodes"], known, shown(name)) from None

    def endpoint(self, name: Name) -> Endpoint:
        """The node as one end of a packet in a capture."""
        element = self.element(name)
        point_code = getattr(element, "point_code", None) or 0
        return Endpoint(name, str(element.address), point_code)

    @property
    def cells(self) -> tuple[Name, ...]:
        """The names of all cells."""
        return tuple(self._cells)

    def hlr_of(self, imsi: str) -> Name | None:
        """The HLR that serves this IMSI: the longest prefix counts."""
        for length in range(len(imsi), 0, -1):
            if (name := self._prefixes.get(imsi[:length])) is not None:
                return name
        return None

    def node_config(self, name: Name) -> NodeConfig:
        """What the node is told when it is made."""
        element = self.element(name)
        common: dict[str, Any] = {
            "name": name,
            "timers": self.timers | element.timers,
            "note_level": self.topology.notes,
        }
        match element:
            case files.MsEntry():
                return MsConfig(
                    cells=tuple(
                        RadioCell(name=cell, bss=bss, identifier=at) for cell, (bss, at) in self._cells.items()
                    ),
                    mobiles=self._mobiles(name),
                    ms_network_capability=MS_NETWORK_CAPABILITY,
                    ms_radio_access_capability=MS_RADIO_ACCESS_CAPABILITY,
                    drx_parameter=DRX_PARAMETER,
                    **common,
                )
            case files.BssEntry():
                return self._bss_config(element, common)
            case files.SgsnEntry():
                return self._sgsn_config(name, element, common)
            case files.HlrEntry():
                return HlrConfig(
                    number=element.gt,
                    routes=self._routes(files.SgsnEntry, "gr")
                    | self._routes(files.VlrEntry, "d")
                    | self._routes(files.GgsnEntry, "gc"),
                    subscribers=self._provisioned(name),
                    home=tuple(element.home),
                    **common,
                )
            case files.EirEntry():
                routes = self._routes(files.SgsnEntry, "gf") | self._routes(files.VlrEntry, "f")
                lists, otherwise = element.lists, element.otherwise
                return EirConfig(number=element.gt, routes=routes, lists=lists, otherwise=otherwise, **common)
            case files.VlrEntry():
                return self._vlr_config(name, element, common)
            case files.GgsnEntry():
                return self._ggsn_config(name, element, common)
            case files.PdnEntry():
                return PdnConfig(networks=self._networks(name), hosts=tuple(element.hosts), **common)

    def _bss_config(self, element: files.BssEntry, common: dict[str, Any]) -> BssConfig:
        policies = self.topology.policies
        cells = (
            Cell(
                name=name,
                bvci=cell.bvci,
                identifier=self._cells[name][1],
                nmo=cell.nmo or policies.nmo,
                t3212=policies.t3212,
                bucket=cell.bucket,
                rate=cell.rate,
                mobile_bucket=cell.mobile_bucket,
                mobile_rate=cell.mobile_rate,
                backlog=cell.backlog,
            )
            for name, cell in element.cells.items()
        )
        sgsns = dict(self._elements(files.SgsnEntry))
        pool = {sgsns[sgsn].nri: sgsn for sgsn in (element.sgsn, *element.pool)} if element.pool else {}
        return BssConfig(
            sgsn=element.sgsn,
            cells=tuple(cells),
            vlr=element.vlr,
            nri_bits=policies.nri_bits if pool else 0,
            pool=pool,
            nsei=element.nsei,
            endpoints=(endpoint(element.address),) if element.ip_sns else (),
            ask_capability=element.ask_capability,
            **common,
        )

    def _vlr_config(self, name: Name, element: files.VlrEntry, common: dict[str, Any]) -> VlrConfig:
        hlrs, sgsns = dict(self._elements(files.HlrEntry)), dict(self._elements(files.SgsnEntry))
        policies = self.topology.policies
        eirs = {eir: entry.gt for eir, entry in self._elements(files.EirEntry) if eir == element.eir}
        bsss: dict[Lai, list[Name]] = {}
        numbers: dict[Lai, list[Gt]] = {}
        for bss, entry in self._elements(files.BssEntry):
            for cell in entry.cells if entry.vlr == name else ():
                area = self._cells[cell][1].rai.lai
                bsss.setdefault(area, []).append(bss)
                numbers.setdefault(area, []).extend(sgsns[sgsn].gt for sgsn in (entry.sgsn, *entry.pool))
        return VlrConfig(
            number=element.gt,
            routes=self._routes(files.HlrEntry, "d")
            | self._routes(files.SgsnEntry, "gs")
            | {gt: (eir, "f") for eir, gt in eirs.items()},
            hlrs={prefix: hlrs[hlr].gt for prefix, hlr in self._prefixes.items()},
            bsss={area: tuple(dict.fromkeys(names)) for area, names in bsss.items()},
            sgsns={area: tuple(dict.fromkeys(gts)) for area, gts in numbers.items()},
            vectors=policies.vectors,
            authentication=element.authentication,
            ciphering=tuple(element.ciphering),
            tmsi=element.tmsi,
            zones=self._zones(),
            eir=eirs.get(element.eir or ""),
            eir_policy=policies.eir_policy,
            check_imei=element.check_imei,
            **common,
        )

    def _sgsn_config(self, name: Name, element: files.SgsnEntry, common: dict[str, Any]) -> SgsnConfig:
        policies = self.topology.policies
        hlrs = dict(self._elements(files.HlrEntry))
        eirs = {eir: entry.gt for eir, entry in self._elements(files.EirEntry) if eir == element.eir}
        return SgsnConfig(
            number=element.gt,
            address=element.address,
            bsss=tuple(bss for bss, entry in self._elements(files.BssEntry) if name in (entry.sgsn, *entry.pool)),
            routes=self._routes(files.HlrEntry, "gr")
            | self._routes(files.VlrEntry, "gs")
            | {gt: (eir, "gf") for eir, gt in eirs.items()},
            vlrs=self._vlrs(name),
            sgsns=self._serving(name),
            endpoints=(endpoint(element.address),),
            zones=self._zones(),
            gsns={
                other.address: node
                for kind in (files.SgsnEntry, files.GgsnEntry)
                for node, other in self._elements(kind)
                if node != name
            },
            ggsns=self._access_points(),
            path_failure=policies.path_failure,
            nri_bits=policies.nri_bits,
            nri=element.nri,
            pool=self._pool(name),
            hlrs={prefix: hlrs[hlr].gt for prefix, hlr in self._prefixes.items()},
            eir=eirs.get(element.eir or ""),
            eir_policy=policies.eir_policy,
            authenticate=policies.authenticate,
            vectors=policies.vectors,
            periodic_ra_update_timer=policies.t3312,
            ready_timer=policies.ready_timer,
            force_to_standby=policies.force_to_standby,
            cell_notification=policies.cell_notification,
            unknown_mobiles=policies.unknown_mobiles,
            ptmsi_reallocation=policies.ptmsi_reallocation,
            network_name=policies.network_name,
            network_name_short=policies.network_name_short,
            page_by_imsi=policies.page_by_imsi,
            capacity=policies.capacity,
            pdp_capacity=policies.pdp_capacity,
            ciphering=tuple(policies.ciphering),
            map_causes=MAP_CAUSES | policies.map_causes,
            transfer_causes=TRANSFER_CAUSES | policies.transfer_causes,
            **common,
        )

    def _ggsn_config(self, name: Name, element: files.GgsnEntry, common: dict[str, Any]) -> GgsnConfig:
        hlrs = dict(self._elements(files.HlrEntry))
        return GgsnConfig(
            address=element.address,
            number=element.gt,
            gsns={other.address: node for node, other in self._elements(files.SgsnEntry)},
            routes=self._routes(files.HlrEntry, "gc"),
            hlrs={prefix: hlrs[hlr].gt for prefix, hlr in self._prefixes.items()},
            access_points={
                apn: AccessPoint(
                    pools=tuple(entry.pools),
                    dns=tuple(entry.dns),
                    subscribers=self._static_addresses(apn),
                    network_requested=entry.network_requested,
                    qos=None if entry.qos is None else QualityOfService.from_octets(entry.qos.octets),
                    inactivity=entry.inactivity,
                )
                for apn, entry in element.access_points.items()
            },
            pdn=element.pdn or "",
            capacity=element.capacity,
            path_failure=self.topology.policies.path_failure,
            **common,
        )

    def _static_addresses(self, apn: str) -> dict[IPv4Address | IPv6Address, Imsi]:
        """Who has which static address at an access point."""
        return {
            ip_address(context.address): entry.imsi
            for entry in self.subscribers.values()
            for context in entry.contexts.values()
            if context.address is not None and context.apn.lower() == apn
        }

    def _networks(self, pdn: Name) -> dict[IPv4Network | IPv6Network, Name]:
        """The networks of mobiles that lie behind the GGSNs of a packet data network."""
        networks: dict[IPv4Network | IPv6Network, Name] = {}
        for name, ggsn in self._elements(files.GgsnEntry):
            for apn, entry in ggsn.access_points.items() if ggsn.pdn == pdn else ():
                networks |= dict.fromkeys(entry.pools, name)
                networks |= {ip_network(address): name for address in self._static_addresses(apn)}
        return networks

    def _vlrs(self, sgsn: Name) -> dict[Lai, Gt]:
        """The VLR on Gs of each location area of an SGSN."""
        numbers = {name: entry.gt for name, entry in self._elements(files.VlrEntry)}
        return {
            self._cells[cell][1].rai.lai: numbers[bss.vlr]
            for _, bss in self._elements(files.BssEntry)
            if bss.vlr is not None and sgsn in (bss.sgsn, *bss.pool)
            for cell in bss.cells
        }

    def _access_points(self) -> dict[str, tuple[GsnAddress, ...]]:
        """The GGSNs of each access point."""
        found: dict[str, tuple[GsnAddress, ...]] = {}
        for _, ggsn in self._elements(files.GgsnEntry):
            for apn in ggsn.access_points:
                found[apn] = (*found.get(apn, ()), ggsn.address)
        return found

    def _zones(self) -> dict[Lai, tuple[int, ...]]:
        """The zone codes of location areas."""
        return {Lai(self.topology.plmn, lac): tuple(codes) for lac, codes in self.topology.policies.zones.items()}

    def _pool(self, sgsn: Name) -> dict[int, GsnAddress]:
        """The SGSNs that share a BSS with this one, by the NRI in what they give mobiles."""
        entries = dict(self._elements(files.SgsnEntry))
        pools = [(bss.sgsn, *bss.pool) for _, bss in self._elements(files.BssEntry) if bss.pool]
        others = {other for pool in pools if sgsn in pool for other in pool if other != sgsn}
        return {entry.nri: entry.address for name, entry in entries.items() if name in others}

    def _serving(self, sgsn: Name) -> dict[Rai, GsnAddress]:
        """The address of the SGSN that serves each routing area which this one does not."""
        addresses = {name: entry.address for name, entry in self._elements(files.SgsnEntry)}
        return {
            self._cells[cell][1].rai: addresses[bss.sgsn]
            for _, bss in self._elements(files.BssEntry)
            if sgsn not in (bss.sgsn, *bss.pool)
            for cell in bss.cells
        }

    def _mobiles(self, node: Name) -> tuple[MobileConfig, ...]:
        return tuple(
            MobileConfig(
                name=name,
                imsi=entry.imsi,
                imeisv=entry.mobile.imeisv,
                algorithm=entry.algorithm,
                key=entry.key,
                opc=entry.opc,
                cell=entry.mobile.cell,
                highest_sqn=entry.mobile.highest_sqn,
                ms_class=entry.mobile.mode,
                combined=entry.mobile.combined,
                ready_timer=entry.mobile.ready_timer,
                rings=entry.mobile.rings or 0,
            )
            for name, entry in self.subscribers.items()
            if entry.mobile and entry.mobile.node == node
        )

    def _provisioned(self, hlr: Name) -> tuple[Subscriber, ...]:
        return tuple(
            provisioned(entry)
            for entry in self.subscribers.values()
            if entry.provisioned and self.hlr_of(entry.imsi) == hlr
        )

    def _elements(self, kind: type[T]) -> list[tuple[Name, T]]:
        return [(name, element) for name, element in self.topology.nodes.items() if isinstance(element, kind)]

    def _routes(self, kind: type[files.SignallingPoint], interface: Interface) -> dict[Gt, tuple[Name, Interface]]:
        """Where SCCP finds the elements of a kind by their number."""
        return {element.gt: (name, interface) for name, element in self._elements(kind)}

    # --- what must agree ------------------------------------------------------------------------------------------

    def _check_unique(self, of: str, values: Iterable[tuple[tuple[object, ...], object]]) -> None:
        """Every value stands once; ``values`` comes with the keys where each stands."""
        first: dict[object, tuple[object, ...]] = {}
        for keys, value in values:
            if first.setdefault(value, keys) != keys:
                found = f"{value}, which is {key_path(*first[value])} too"
                raise self.documents[of].error(keys, "a value that stands once", found)

    def _check_addresses(self) -> None:
        for key in ("address", "gt", "point_code"):
            self._check_unique(
                "topology",
                (
                    (("nodes", name, key), getattr(element, key))
                    for name, element in self.topology.nodes.items()
                    if getattr(element, key, None) is not None
                ),
            )

    def _check_role(self, of: str, keys: tuple[object, ...], name: Name, role: files.Role) -> None:
        """A node of this role has the name that stands at ``keys``."""
        if self.roles.get(name) != role:
            known = [node for node in self.nodes if self.roles[node] == role]
            expected = f"the name of a node of role {role} ({', '.join(known) or 'there is none'})"
            raise self.documents[of].error(keys, expected, shown(name))

    def _check_references(self) -> None:
        for name, bss in self._elements(files.BssEntry):
            self._check_role("topology", ("nodes", name, "sgsn"), bss.sgsn, "sgsn")
            for at, sgsn in enumerate(bss.pool):
                self._check_role("topology", ("nodes", name, "pool", at), sgsn, "sgsn")
            if bss.vlr is not None:
                self._check_role("topology", ("nodes", name, "vlr"), bss.vlr, "vlr")
        for name, ggsn in self._elements(files.GgsnEntry):
            if ggsn.pdn is not None:
                self._check_role("topology", ("nodes", name, "pdn"), ggsn.pdn, "pdn")
        for name, vlr in self._elements(files.VlrEntry):
            if vlr.eir is not None:
                self._check_role("topology", ("nodes", name, "eir"), vlr.eir, "eir")
        for name, entry in self._elements(files.SgsnEntry):
            if entry.eir is not None:
                self._check_role("topology", ("nodes", name, "eir"), entry.eir, "eir")
            most = (1 << self.topology.policies.nri_bits) - 1
            if entry.nri > most:
                raise self.documents["topology"].error(
                    ["nodes", name, "nri"], f"a whole number from 0 to {most} (policies.nri_bits)", shown(entry.nri)
                )

    def _check_cells(self) -> None:
        """Names and cell global identities are unique in the network, BVCIs in a BSS."""
        cells = [
            (("nodes", bss, "cells", cell), entry)
            for bss, element in self._elements(files.BssEntry)
            for cell, entry in element.cells.items()
        ]
        self._check_unique("topology", ((keys, keys[-1]) for keys, _ in cells))
        self._check_unique("topology", (((*keys, "ci"), f"{self.plmn}-{it.lac}-{it.ci}") for keys, it in cells))
        for bss, _ in self._elements(files.BssEntry):
            self._check_unique("topology", (((*keys, "bvci"), it.bvci) for keys, it in cells if keys[1] == bss))

    def _check_pools(self) -> None:
        """No address can be given by two access points; no static address lies in a pool, nor is anybody else's."""
        pools = [
            (("nodes", ggsn, "access_points", apn, "pools", at), pool)
            for ggsn, element in self._elements(files.GgsnEntry)
            for apn, entry in element.access_points.items()
            for at, pool in enumerate(entry.pools)
        ]
        for at, (keys, pool) in enumerate(pools):
            for other_keys, other in pools[:at]:
                if pool.version == other.version and pool.overlaps(other):
                    found = f"{pool}, which overlaps with {other} ({key_path(*other_keys)})"
                    raise self.documents["topology"].error(keys, "a network of its own", found)
        statics = [
            ((name, "contexts", number, "address"), ip_address(context.address))
            for name, entry in self.subscribers.items()
            for number, context in entry.contexts.items()
            if context.address is not None
        ]
        self._check_unique("subscribers", statics)
        for place, address in statics:
            for _, pool in pools:
                if address in pool:
                    found = f"{address}, which is in the pool {pool}"
                    raise self.documents["subscribers"].error(place, "an address outside of all pools", found)

    def _check_prefixes(self) -> None:
        prefixes = (
            (("nodes", name, "imsi_prefixes", at), prefix)
            for name, hlr in self._elements(files.HlrEntry)
            for at, prefix in enumerate(hlr.imsi_prefixes)
        )
        self._check_unique("topology", prefixes)

    def check_subscriber(self, document: Document, entry: files.SubscriberEntry, *keys: object) -> None:
        """What a subscriber, who stands at ``keys``, must be in this laboratory. ConfigError where it is not so."""
        if entry.algorithm in (Algorithm.MILENAGE, Algorithm.GSM_MILENAGE):
            if not entry.opc:
                raise document.error([*keys, "opc"], f"32 hexadecimal digits for {entry.algorithm}", "nothing")
        elif find_spec("comp128") is None:
            expected = "an algorithm that is installed (pip install 'gprslab[comp128]')"
            raise document.error([*keys, "algorithm"], expected, shown(str(entry.algorithm)))
        if entry.provisioned and self.hlr_of(entry.imsi) is None:
            expected = f"a number that begins with an IMSI prefix of an HLR ({', '.join(self._prefixes)})"
            raise document.error([*keys, "imsi"], expected, shown(str(entry.imsi)))

    def _check_subscribers(self) -> None:
        subscribers = self.documents["subscribers"]
        for key in ("imsi", "msisdn"):
            self._check_unique(
                "subscribers", (((name, key), getattr(entry, key)) for name, entry in self.subscribers.items())
            )
        for name, entry in self.subscribers.items():
            self.check_subscriber(subscribers, entry, name)
            if entry.mobile:
                self._check_role("subscribers", (name, "mobile", "node"), entry.mobile.node, "ms")
                if entry.mobile.cell not in self._cells:
                    expected = f"the name of a cell ({', '.join(self._cells) or 'there is none'})"
                    raise subscribers.error([name, "mobile", "cell"], expected, shown(entry.mobile.cell))


def endpoint(address: GsnAddress) -> Ip4Element:
    """Where an element takes all of Gb: at the port that NS has (TS 48.016 4.4.1)."""
    found = address.address
    assert isinstance(found, IPv4Address), "all elements have IPv4 addresses"
    return Ip4Element(ip_address=found, udp_port=NS_PORT, signalling_weight=1, data_weight=1)


def provisioned(entry: files.SubscriberEntry) -> Subscriber:
    """What the HLR is told of a subscriber."""
    contexts = (
        PdpSubscription(
            context_id=number,
            apn=context.apn,
            qos=context.qos.octets,
            address=context.address,
            pdp_type=context.pdp_type,
            ext_qos=context.ext_qos,
            vplmn_address_allowed=context.vplmn_address_allowed,
        )
        for number, context in sorted(entry.contexts.items())
    )
    return Subscriber(
        imsi=entry.imsi,
        msisdn=entry.msisdn,
        algorithm=entry.algorithm,
        key=entry.key,
        opc=entry.opc,
        amf=entry.amf,
        zones=entry.zones,
        contexts=tuple(contexts),
        **{name: getattr(entry, name) for name in FLAGS},
    )


def load_lab(path: Path | None = None, subscribers: Path | None = None, timers: Path | None = None) -> Lab:
    """The laboratory of these files; those that are not told are the ones that come with gprslab.

    Raises ConfigError.
    """
    folder = shipped()
    return Lab(
        _document(path or folder / "lab.yaml", MIB),
        _document(subscribers or folder / "subscribers.yaml", 64 * MIB),
        _document(timers or folder / "timers.yaml", MIB),
    )


def shipped() -> Path:
    """The folder of the configuration files that come with gprslab."""
    package = Path(__file__).parent
    installed = package / "configs"  # in a wheel; in the repository the folder stands beside the package
    return installed if installed.is_dir() else package.parent / "configs"


def _document(path: Path, most: int) -> Document:
    here = Path.cwd()
    shown_as = path.relative_to(here) if path.is_relative_to(here) else path
    return Document(str(shown_as), read_yaml(shown_as, most))
