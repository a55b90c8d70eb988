"""A mobile with PDP contexts to which anything happens at any time; and messages about them that are spoilt."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from random import Random
from typing import Any

import pytest

from nodes.core import host
from nodes.core.machine import Procedure
from protocol import sm
from protocol.causes import SmCause
from protocol.errors import DecodeError
from protocol.gmm.elements import PdpContextStatus
from protocol.identities import Apn
from protocol.llc.frame import Sapi
from protocol.sm import (
    ActivateSecondaryPdpContextReject,
    DeactivatePdpContextAccept,
    ModifyPdpContextAcceptMt,
    ModifyPdpContextReject,
    RequestPdpContextActivation,
    SmMessage,
    SmStatus,
    TransactionIdentifier,
)
from protocol.sm.elements import LlcSapi, LlcSapiValue, TearDownIndicator
from protocol.sm.pdp_address import PdpAddress
from protocol.sndcp import segment
from tests.machines.mobile_sessions import (
    accept_context,
    accept_secondary,
    activated,
    end_context,
    modification,
    reject_context,
    with_secondary,
)
from tests.machines.mobiles import CELLS, OFF, Around, accept_update
from tests.machines.test_ms_mobile import damaged
from tests.machines.test_ms_wanderings import step

FAR = IPv4Address("198.51.100.1")
CAUSES = [cause for cause in SmCause if not cause.is_reserved]
ADDRESSES: list[IPv4Address | IPv6Address] = [
    *(IPv4Address(f"10.100.0.{number}") for number in (1, 2)),
    IPv6Address("2001:db8:100::5"),
]


def message(dice: Random, around: Around) -> SmMessage:
    """Whatever a network may say of PDP contexts: mostly of those that there are."""
    own = [context.identifier.answer for context in around.mobile.sessions.contexts.values()]
    strange = TransactionIdentifier(dice.randrange(12), dice.random() < 0.5)
    ti = dice.choice(own) if own and dice.random() < 0.9 else strange
    cause = dice.choice([*CAUSES, SmCause.REACTIVATION_REQUESTED, SmCause.REGULAR_DEACTIVATION])
    address = dice.choice(ADDRESSES)
    sapi = LlcSapi(value=dice.choice(list(LlcSapiValue)))
    tear_down = TearDownIndicator(tear_down_requested=dice.random() < 0.5) if dice.random() < 0.5 else None
    makers: list[Callable[[], SmMessage]] = [
        lambda: accept_context(ti, dice.choice([address, None])),
        lambda: accept_context(ti, address),
        lambda: accept_context(ti, address, negotiated_llc_sapi=sapi),
        lambda: reject_context(cause, ti),
        lambda: accept_secondary(ti),
        lambda: accept_secondary(ti, negotiated_llc_sapi=sapi),
        lambda: ActivateSecondaryPdpContextReject(transaction_identifier=ti, sm_cause=cause),
        lambda: end_context(cause, ti, tear_down_indicator=tear_down),
        lambda: DeactivatePdpContextAccept(transaction_identifier=ti),
        lambda: modification(transaction_identifier=ti, requested_llc_sapi=sapi),
        lambda: modification(transaction_identifier=ti),
        lambda: ModifyPdpContextAcceptMt(transaction_identifier=ti),
        lambda: ModifyPdpContextReject(transaction_identifier=ti, sm_cause=cause),
        lambda: SmStatus(transaction_identifier=ti, sm_cause=cause),
        lambda: RequestPdpContextActivation(
            transaction_identifier=TransactionIdentifier(dice.randrange(3)),
            offered_pdp_address=PdpAddress.static(address),
            access_point_name=dice.choice([None, Apn("internet")]),
        ),
    ]
    return dice.choice(makers)()


def session_step(dice: Random, around: Around) -> None:
    """Something happens to the contexts."""
    what = dice.random()
    nsapi = dice.choice([None, 5, 5, 6, 7])
    around.cell = around.mobile.cell.name
    around.tlli = around.mobile.tlli or around.tlli
    if what < 0.4:
        around.says(message(dice, around))
    elif what < 0.5:
        source: Any = dice.choice([FAR, IPv6Address("2001:db8:ffff::1")])
        wanted: Any = dice.choice([it for it in ADDRESSES if it.version == source.version])
        packet = host.echo_request(source, wanted, dice.randrange(3), 0, bytes(dice.choice([0, 900])))
        for part in segment(packet, nsapi=nsapi or 5, n_pdu_number=dice.randrange(4096)):
            if dice.random() < 0.9:
                around.says(part.encode(), sapi=dice.choice([Sapi.LL3, Sapi.LL3, Sapi.LL5]))
    elif what < 0.55:
        status = PdpContextStatus(tuple(n for n in range(5, 16) if dice.random() < 0.5))
        around.says(accept_update(dice.choice(list(CELLS)), pdp_context_status=status))
    elif what < 0.6:
        around.wait(dice.choice([0.5, 5, 40, 160]))
    else:
        least = dice.choice([None, {"delay_class": dice.choice([1, 4])}])
        orders: list[tuple[str, dict[str, Any]]] = [
            ("activate", {"nsapi": nsapi, "least_qos": least}),
            ("activate", {"type": "ipv6"}),
            ("activate", {"apn": "internet", "address": "10.100.0.1"}),
            ("activate-secondary", {"nsapi": nsapi or 5, "filter": {"protocol": "udp"}}),
            ("modify", {"nsapi": nsapi or 5, "qos": {"delay_class": 2}}),
            ("modify", {"nsapi": nsapi or 5, "filter": {"protocol": "icmp"}}),
            ("deactivate", {"nsapi": nsapi}),
            ("deactivate", {"nsapi": 5, "teardown": True}),
            ("ping", {"address": str(FAR), "count": 3, "nsapi": nsapi}),
            ("send", {"address": "2001:db8:ffff::1", "size": 900}),
        ]
        verb, arguments = dice.choice(orders)
        around.order(verb, **arguments)
    around.drain()


def check(around: Around) -> None:
    """Contexts are there only while the mobile is attached; what they have is theirs alone."""
    ms, sessions = around.ms, around.mobile.sessions
    found = list(sessions.contexts.values())
    assert not found or around.m1["mm_state"] != "IDLE"
    assert len({context.identifier for context in found}) == len(found)
    assert all(nsapi == context.nsapi for nsapi, context in sessions.contexts.items())
    assert all(context.carries or not context.waiting for context in found if context.state.guard is None)
    assert not ms.unsettled
    for running in ms.clock.running():
        assert not isinstance(running.owner, Procedure) or running.owner.is_guarded_by(running)
    if not sessions.is_served:
        assert not {"T3380", "T3381", "T3390", "X-solicitation"} & around.timers()


@pytest.mark.parametrize("seed", range(40))
def test_any_session_at_any_time(seed: int) -> None:
    """Orders, messages, packets, calls and time in any order; each order has its one answer, and nothing is left."""
    dice = Random(seed)
    around = activated(order={"apn": "internet"}) if dice.random() < 0.5 else with_secondary()
    around.replies.clear()
    for _ in range(150):
        (session_step if dice.random() < 0.85 else step)(dice, around)
        check(around)
    around.order("cover", on=True)
    around.order("power-off")
    around.order("power-off")
    assert around.m1["state"] == OFF
    assert around.m1["pdp_contexts"] == []
    around.wait(20)
    assert around.timers() == set()
    orders = [reply for reply in around.replies if reply.status == "accepted"]
    ended = [reply.id for reply in around.replies if reply.status != "accepted"]
    assert len(ended) == len(set(ended))
    assert {reply.id for reply in orders} <= set(ended)


REAL = [
    accept_context(),
    reject_context(SmCause.INSUFFICIENT_RESOURCES),
    end_context(),
    modification(),
    SmStatus(transaction_identifier=TransactionIdentifier(0, flag=True), sm_cause=SmCause.NETWORK_FAILURE),
    RequestPdpContextActivation(
        transaction_identifier=TransactionIdentifier(2),
        offered_pdp_address=PdpAddress.static(ADDRESSES[1]),
        access_point_name=Apn("internet"),
    ),
]


@pytest.mark.parametrize("message", REAL, ids=lambda message: type(message).__name__)
def test_damaged_session_messages(message: SmMessage) -> None:
    """None raises; what cannot be read activates nothing; the mobile can still be switched off (24.008 8)."""
    for octets in damaged(message.encode()):
        around = activated()
        if type(message).__name__.startswith("Activate"):
            around.says(end_context())
            around.order("activate")
        before = [context["state"] for context in around.m1["pdp_contexts"]]
        around.says(octets)
        try:
            sm.decode(octets, up=False)
        except DecodeError:
            after = [context["state"] for context in around.m1["pdp_contexts"]]
            assert after in (before, [])
        around.order("power-off")
        assert around.m1["pdp_contexts"] == []
