"""What must hold of a network at rest, told from ``inspect`` answers alone: the same over a world and over a broker.

Each invariant is a function from a :class:`Picture` to sentences about what is wrong. :func:`broken` asks all of them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from gprslab.config import Lab
from gprslab.session import Session

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
        for key in ("dialogues", "transactions", "connections"):
            if view.get(key):
                yield f"{node}: {view[key]} {key} are left"


INVARIANTS: Final[tuple[Callable[[Picture], Iterable[str]], ...]] = (
    one_sgsn,
    one_vlr,
    symmetric_associations,
    identities_unshared,
    timers_owned,
)
"""What holds whenever no procedure is under way."""

AT_REST: Final = (*INVARIANTS, mobiles_agree, nothing_under_way)
"""What holds besides when the longest timer has run out since the last thing was done to the network."""


def broken(session: Session, lab: Lab, invariants: Iterable[Callable[[Picture], Iterable[str]]] = AT_REST) -> list[str]:
    """What does not hold, a sentence each."""
    picture = Picture.of(session, lab)
    return [sentence for invariant in invariants for sentence in invariant(picture)]


__all__ = ["AT_REST", "INVARIANTS", "Picture", "broken"]
