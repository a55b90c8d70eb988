"""What must hold of a network at rest, told from ``inspect`` answers alone: the same over a world and over a broker.

Each invariant is a function from a :class:`Picture` to sentences about what is wrong. :func:`broken` asks all of them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any, Final

from gprslab.config import Lab
from gprslab.session import Session
from nodes.ggsn.config import GgsnConfig

View = dict[str, Any]
"""What a node tells of one subject."""


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the living nodes tell: of themselves, and of every subject (by role, node and subject)."""

    lab: Lab
    nodes: dict[str, View]
    subjects: dict[str, dict[str, dict[str, View]]]

    @classmethod
    def of(cls, session: Session, lab: Lab) -> "Picture":
        """Ask every node; one that is dead tells nothing."""
        nodes: dict[str, View] = {}
        subjects: dict[str, dict[str, dict[str, View]]] = defaultdict(dict)
        for name in lab.nodes:
            try:
                nodes[name] = session.inspect(name)
                subjects[lab.roles[name]][name] = session.inspect_all(name)
            except KeyError:
                continue
        return cls(lab, nodes, dict(subjects))

    def of_role(self, role: str) -> Iterator[tuple[str, str, View]]:
        """Node, subject and what is told of it, for every node of a role."""
        for node, found in self.subjects.get(role, {}).items():
            for subject, view in found.items():
                yield node, subject, view

    def number_of(self, node: str) -> str:
        """The number (E.164) of a node."""
        return str(getattr(self.lab.element(node), "gt", ""))

    def static(self, ggsn: str, apn: str) -> frozenset[str | None]:
        """The static addresses of an access point, as :func:`network_of` tells them."""
        config = self.lab.node_config(ggsn)
        assert isinstance(config, GgsnConfig), config
        return frozenset(network_of(address) for address in config.access_points[apn].subscribers)


def registered(view: View) -> bool:
    """True for a context in which a mobile is attached, and not kept only in case that it returns from elsewhere."""
    return bool(view.get("state") == "GMM-REGISTERED") and not view.get("departed")


def one_sgsn(picture: Picture) -> Iterator[str]:
    """The HLR names exactly the SGSN that holds the mobile's context."""
    holders: dict[str, list[str]] = defaultdict(list)
    for node, imsi, view in picture.of_role("sgsn"):
        if registered(view):
            holders[imsi].append(node)
    named = {imsi: view.get("sgsn_number") for _, imsi, view in picture.of_role("hlr")}
    for imsi, nodes in sorted(holders.items()):
        if len(nodes) > 1:
            yield f"IMSI {imsi} is registered in {' and '.join(nodes)}"
        numbers = [picture.number_of(node) for node in nodes]
        if imsi in named and named[imsi] not in numbers:
            yield f"IMSI {imsi} is registered in {nodes[0]}, but the HLR names {named[imsi]}"


def symmetric_associations(picture: Picture) -> Iterator[str]:
    """A Gs association stands on both sides, and between the same two nodes (TS 29.018 4.2).

    One that the SGSN does not rely on any more (TS 23.007 10) counts as none.
    """
    sgsn = {
        (imsi, picture.number_of(node), view["vlr"])
        for node, imsi, view in picture.of_role("sgsn")
        if view.get("gs") == "Gs-ASSOCIATED" and view.get("vlr_reliable")
    }
    vlr = {
        (imsi, view["sgsn"], picture.number_of(node))
        for node, imsi, view in picture.of_role("vlr")
        if view.get("gs") == "Gs-ASSOCIATED"
    }
    for imsi, of_sgsn, of_vlr in sorted(sgsn - vlr):
        yield f"IMSI {imsi}: SGSN {of_sgsn} is associated with VLR {of_vlr}, which does not know"
    for imsi, of_sgsn, of_vlr in sorted(vlr - sgsn):
        yield f"IMSI {imsi}: VLR {of_vlr} is associated with SGSN {of_sgsn}, which does not know"


def one_vlr(picture: Picture) -> Iterator[str]:
    """The HLR names the VLR that has confirmed the subscriber with it."""
    named = {imsi: view.get("vlr_number") for _, imsi, view in picture.of_role("hlr")}
    for node, imsi, view in picture.of_role("vlr"):
        if view.get("confirmed_in_hlr") and imsi in named and named[imsi] != picture.number_of(node):
            yield f"IMSI {imsi} is in {node}, but the HLR names {named[imsi]}"


def identities_unshared(picture: Picture) -> Iterator[str]:
    """No P-TMSI, TLLI or TMSI is that of two mobiles in one node."""
    for role, keys in (("sgsn", ("ptmsi", "ptmsi_old", "tlli", "tlli_old")), ("vlr", ("tmsi", "tmsi_old"))):
        for node, views in picture.subjects.get(role, {}).items():
            owners: dict[tuple[str, str], str] = {}
            for imsi, view in views.items():
                for key in keys:
                    value = view.get(key)
                    owner = owners.setdefault((key[:4], value), imsi) if value else imsi
                    if owner != imsi:
                        yield f"{node}: {key} {value} is that of {owner} and of {imsi}"


def timers_owned(picture: Picture) -> Iterator[str]:
    """No timer runs without an owner."""
    for node, view in picture.nodes.items():
        for timer in view.get("timers_without_owner", ()):
            yield f"{node}: {timer} runs, and nobody waits for it"


def mobiles_agree(picture: Picture) -> Iterator[str]:
    """A mobile that holds itself for registered is so in its network, under the same P-TMSI."""
    held = {
        (imsi, view.get("ptmsi"))
        for _, imsi, view in picture.of_role("sgsn")
        if registered(view) and view.get("ppf", True)
    } | {(imsi, view.get("ptmsi_old")) for _, imsi, view in picture.of_role("sgsn") if registered(view)}
    for _, name, view in picture.of_role("ms"):
        if view.get("state") == "GMM-REGISTERED.NORMAL-SERVICE" and (view["imsi"], view.get("ptmsi")) not in held:
            yield f"{name} is registered under P-TMSI {view.get('ptmsi')}, which no SGSN has"


def nothing_under_way(picture: Picture) -> Iterator[str]:
    """Every request has had its answer or its expiry: no procedure, transaction or dialogue is left."""
    for node, view in picture.nodes.items():
        for key in ("dialogues", "transactions", "connections", "network_requests"):
            if view.get(key):
                yield f"{node}: {view[key]} {key} are left"
    for role in ("ms", "sgsn"):
        for node, subject, view in picture.of_role(role):
            for pdp in view.get("pdp_contexts", ()):
                if not is_active(view, pdp):
                    yield f"{node}: PDP context {pdp['nsapi']} of {subject} is in {pdp['state']}"


# --- sessions -------------------------------------------------------------------------------------------------------

ACTIVE: Final = "PDP-ACTIVE"
"""The state of a PDP context in use (24.008 6.1.2), in the mobile and in the SGSN."""

CROSSED: Final = (
    ("teid_control", "sgsn_teid_control"),
    ("teid_data", "sgsn_teid_data"),
    ("ggsn_teid_control", "teid_control"),
    ("ggsn_teid_data", "teid_data"),
)
"""What the SGSN and the GGSN call the same tunnel end."""


def state_of(view: View) -> str:
    """The state as 24.008 calls it, without what is ours."""
    return str(view.get("state")).partition(",")[0]


def number(value: Any) -> int | None:
    """A TEID as a number; None for one that is not there."""
    return int(value, 0) if isinstance(value, str) else value


def network_of(address: Any) -> str | None:
    """An IPv4 address, or the prefix of an IPv6 address, of which the mobile chooses the rest; None for none."""
    if not address:
        return None
    text = str(address).partition("/")[0]
    found = ip_address(text)
    return text if isinstance(found, IPv4Address) else str(ip_network((text, 64), strict=False))


def sessions_of_sgsns(picture: Picture) -> Iterator[tuple[str, str, View]]:
    """Node, IMSI and view of every active PDP context of mobiles that are registered in an SGSN."""
    for node, imsi, view in picture.of_role("sgsn"):
        if registered(view):
            yield from ((node, imsi, pdp) for pdp in view.get("pdp_contexts", ()) if is_active(view, pdp))


def is_active(view: View, pdp: View) -> bool:
    """Whether a PDP context of a mobile is in use; what modifies it waits for the end of a call (23.060 16.2.1)."""
    suspended = view.get("suspended")  # true in the mobile, a number in the SGSN
    in_call = suspended is not None and suspended is not False
    return state_of(pdp) == ACTIVE or (in_call and state_of(pdp) == "PDP-MODIFY-PENDING")


def sessions_have_tunnels(picture: Picture) -> Iterator[str]:
    """A PDP context active in an SGSN is in the GGSN that it names, and the other way round, with the same tunnel.

    In the SGSN its mobile may be in a procedure just now.
    """
    ggsns = {str(view["address"]): node for node, view in picture.nodes.items() if view.get("role") == "ggsn"}
    left = {(node, subject): view for node, subject, view in picture.of_role("ggsn")}
    for sgsn, imsi, pdp in sessions_of_sgsns(picture):
        whose = f"PDP context {imsi}-{pdp['nsapi']}"
        ggsn = ggsns.get(str(pdp.get("ggsn")))
        if ggsn is None or ggsn not in picture.nodes:
            continue
        other = left.pop((ggsn, f"{imsi}-{pdp['nsapi']}"), None)
        if other is None:
            yield f"{whose} is active in {sgsn}, but {ggsn} does not have it"
            continue
        for ours, theirs in CROSSED:
            if number(pdp.get(ours)) != number(other.get(theirs)):
                yield f"{whose}: {ours} in {sgsn} is {pdp.get(ours)}, {theirs} in {ggsn} is {other.get(theirs)}"
        if pdp.get("address") and network_of(pdp["address"]) != network_of(other.get("address")):
            yield f"{whose} has {pdp['address']} in {sgsn}, and {other.get('address')} in {ggsn}"
    views = [(imsi, view) for _, imsi, view in picture.of_role("sgsn") if not view.get("departed")]
    busy = [(imsi, view) for imsi, view in views if view.get("state") == "GMM-COMMON-PROCEDURE-INITIATED"]
    held = {f"{imsi}-{pdp['nsapi']}" for imsi, view in busy for pdp in view.get("pdp_contexts", ())}
    for node, subject in left:
        if subject not in held:
            yield f"PDP context {subject} is in {node}, but no SGSN has it"


def sessions_have_mobiles(picture: Picture) -> Iterator[str]:
    """A PDP context active in a mobile in service is so in its SGSN, and the other way round, with the same address."""
    served = {
        (view["imsi"], pdp["nsapi"]): (name, pdp)
        for _, name, view in picture.of_role("ms")
        if view.get("state") == "GMM-REGISTERED.NORMAL-SERVICE"
        for pdp in view.get("pdp_contexts", ())
        if state_of(pdp) == ACTIVE
    }
    for _, name, view in picture.of_role("ms"):
        off = view.get("state") in ("GMM-NULL", "GMM-DEREGISTERED.NORMAL-SERVICE")
        if off and view.get("pdp_contexts"):
            yield f"{name} is in {view['state']}, and has PDP contexts"
    known = {view["imsi"]: view for _, _, view in picture.of_role("ms")}
    for sgsn, imsi, pdp in sessions_of_sgsns(picture):
        whose = f"PDP context {imsi}-{pdp['nsapi']}"
        holder = served.pop((imsi, pdp["nsapi"]), None)
        if holder is None:
            if known.get(imsi, {}).get("state") == "GMM-REGISTERED.NORMAL-SERVICE":
                yield f"{whose} is active in {sgsn}, but not in the mobile"
            continue
        name, own = holder
        if pdp.get("address") and network_of(own.get("address")) != network_of(pdp["address"]):
            yield f"{whose} has {own.get('address')} in {name}, and {pdp['address']} in {sgsn}"
    for (imsi, nsapi), (name, _) in served.items():
        yield f"PDP context {imsi}-{nsapi} is active in {name}, but in no SGSN"


def tunnels_unshared(picture: Picture) -> Iterator[str]:
    """No TEID is used twice in a GSN; for control it is one for the contexts of one address and access point."""
    for node, owners in tunnel_ends(picture).items():
        for teid, users in owners.items():
            if len(users) > 1:
                yield f"{node}: TEID {teid:#010x} is that of {' and of '.join(sorted(users))}"


def tunnel_ends(picture: Picture) -> dict[str, dict[int, set[str]]]:
    """For each GSN and each TEID of its contexts: whose it is."""
    ends: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    contexts = [
        (node, imsi, pdp) for node, imsi, view in picture.of_role("sgsn") for pdp in view.get("pdp_contexts", ())
    ]
    contexts += [(node, view["imsi"], view) for node, _, view in picture.of_role("ggsn")]
    for node, imsi, pdp in contexts:
        users = {
            "teid_control": f"control of {imsi} {pdp.get('apn')} {network_of(pdp.get('address'))}",
            "teid_data": f"data of {imsi}-{pdp['nsapi']}",
        }
        for key, user in users.items():
            teid = number(pdp.get(key))
            if teid:
                ends[node][teid].add(user)
    return ends


def addresses_unshared(picture: Picture) -> Iterator[str]:
    """No address is that of two mobiles, or of two contexts of which neither is secondary to the other."""
    owners: dict[str, str] = {}
    for _, subject, view in picture.of_role("ggsn"):
        address = network_of(view.get("address"))
        if address is None or view.get("linked_nsapi") is not None:
            continue
        owner = owners.setdefault(address, subject)
        if owner != subject:
            yield f"{address} is the address of {owner} and of {subject}"


def tunnels_counted(picture: Picture) -> Iterator[str]:
    """TEIDs in use are those of contexts: none leaks."""
    ends = tunnel_ends(picture)
    for node, view in picture.nodes.items():
        if "teids" in view and view["teids"] != len(ends.get(node, ())):
            yield f"{node}: {view['teids']} TEIDs are in use, by contexts {len(ends.get(node, ()))}"


def addresses_counted(picture: Picture) -> Iterator[str]:
    """Addresses in use in the pools are those of contexts, but for the static ones, which are in no pool."""
    for node, view in picture.nodes.items():
        used: dict[str, set[str | None]] = defaultdict(set)
        for context in picture.subjects.get("ggsn", {}).get(node, {}).values():
            used[context["apn"]].add(network_of(context.get("address")))
        for apn, point in view.get("access_points", {}).items():
            dynamic = used[apn] - picture.static(node, apn)
            if point["in_use"] != len(dynamic):
                yield f"{node}: {point['in_use']} addresses of {apn} are in use, by contexts {len(dynamic)}"


INVARIANTS: Final[tuple[Callable[[Picture], Iterable[str]], ...]] = (
    one_sgsn,
    one_vlr,
    symmetric_associations,
    identities_unshared,
    timers_owned,
    tunnels_unshared,
    addresses_unshared,
)
"""What holds whenever no procedure is under way."""

AT_REST: Final = (
    *INVARIANTS,
    mobiles_agree,
    nothing_under_way,
    sessions_have_tunnels,
    sessions_have_mobiles,
    tunnels_counted,
    addresses_counted,
)
"""What holds besides when the longest timer has run out since the last thing was done to the network."""


def broken(session: Session, lab: Lab, invariants: Iterable[Callable[[Picture], Iterable[str]]] = AT_REST) -> list[str]:
    """What does not hold, a sentence each."""
    picture = Picture.of(session, lab)
    return [sentence for invariant in invariants for sentence in invariant(picture)]


__all__ = ["AT_REST", "INVARIANTS", "Picture", "broken"]
