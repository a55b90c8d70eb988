"""Whether mobiles are in service: they attach, are paged and called, and ping; what comes of it is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gprslab.config import Lab
from gprslab.drills.invariants import ACTIVE, registered
from gprslab.session import Outcome, Session
from gprslab.topology import BssEntry, PdnEntry
from protocol.timers import SECOND

MINUTE: Final = 60 * SECOND

PATIENCE: Final = 3 * MINUTE
"""How long an order may take."""

ON: Final = "GMM-REGISTERED.NORMAL-SERVICE"
"""The state of a mobile in service."""

DONE: Final = "done"
"""What came of an order that was obeyed."""


@dataclass(frozen=True, slots=True)
class Served:
    """In which ``state`` a mobile was, and what came of each order about it: :data:`DONE`, or why not.

    ``refused``: it may not attach, and was told why.
    """

    state: str
    outcomes: dict[str, str]
    refused: bool = False


def serve(session: Session, lab: Lab, mobiles: Iterable[str]) -> dict[str, Served]:
    """Attach each mobile that is not in service; page it, call it if it takes calls, and let it use packets."""
    return {name: _serve(session, lab, name) for name in mobiles}


def switch_off(session: Session, lab: Lab) -> None:
    """Switch all mobiles off."""
    for mobile in lab.mobiles:
        session.command(mobile.ms, "power-off", {"mobile": mobile.name}, within_us=PATIENCE)


def told(outcome: Outcome) -> str:
    """Why an order failed, in words."""
    return ", ".join(f"{name} {value}" for name, value in outcome.body.items())


def _serve(session: Session, lab: Lab, name: str) -> Served:
    mobile = next(mobile for mobile in lab.mobiles if mobile.name == name)
    imsi = str(mobile.imsi)
    outcomes: dict[str, str] = {}

    def order(node: str, verb: str, **arguments: object) -> Outcome:
        outcome = session.command(node, verb, arguments, within_us=PATIENCE)
        outcomes[verb] = DONE if outcome.status == "done" else told(outcome)
        session.advance(2 * SECOND)
        return outcome

    def state() -> str:
        return str(session.inspect(mobile.ms, name)["state"])

    session.wait_for(lambda: not state().endswith("INITIATED"), MINUTE)
    before = state()
    if before == ON:
        outcomes["attach"] = DONE
    else:
        outcome = order(mobile.ms, "attach", mobile=name)
        if outcome.status == "failed":
            return Served(before, outcomes, refused=outcome.body.get("cause") is not None)

    def serving() -> str | None:
        nodes = (node for node in lab.nodes if lab.roles[node] == "sgsn" and _is_here(session, node, imsi))
        return next(nodes, None)

    session.wait_for(lambda: serving() is not None, MINUTE)  # it may just be updating
    sgsn = serving()
    if sgsn is None:
        outcomes["page"] = "no SGSN has it"
    elif not session.wait_for(lambda: _stands_by(session, sgsn, imsi), MINUTE):
        outcomes["page"] = "never in STANDBY"
    else:
        order(sgsn, "page", imsi=imsi)
    view = session.inspect(mobile.ms, name)
    bsss = (entry for entry in lab.topology.nodes.values() if isinstance(entry, BssEntry))
    vlr = next(bss.vlr for bss in bsss if view["cell"] in bss.cells)
    wanted = view["imsi_attached"] and view["cs_state"] != "NULL"
    if vlr is not None and wanted and order(vlr, "call", imsi=imsi).status == "done":
        order(vlr, "hang-up", imsi=imsi)
        session.advance(10 * SECOND)
    hosts = [str(host) for entry in lab.topology.nodes.values() if isinstance(entry, PdnEntry) for host in entry.hosts]
    apns = [subscription.apn for _, subscription in sorted(lab.subscribers[name].contexts.items())]
    if hosts and apns:
        contexts = session.inspect(mobile.ms, name).get("pdp_contexts", ())
        if not any(pdp["state"] == ACTIVE and "." in str(pdp["address"]) for pdp in contexts):
            order(mobile.ms, "activate", mobile=name, apn=str(apns[0]))
        order(mobile.ms, "ping", mobile=name, address=hosts[0])
    return Served(before, outcomes)


def _is_here(session: Session, sgsn: str, imsi: str) -> bool:
    view = session.inspect_all(sgsn).get(imsi)
    return view is not None and registered(view)


def _stands_by(session: Session, sgsn: str, imsi: str) -> bool:
    return bool(session.inspect(sgsn, imsi).get("mm_state") == "STANDBY")


__all__ = ["DONE", "MINUTE", "ON", "Served", "serve", "switch_off"]
