"""The operator's withdrawal of a subscriber, the purging of a silent mobile, and what the HLR tells of itself."""

from collections.abc import Callable
from typing import Any

import pytest

from nodes.core.outputs import Reply
from nodes.hlr import Subscriber
from nodes.hlr.subscribers import GprsLocation
from protocol.identities import GsnAddress, Imsi, IsdnAddress
from protocol.map.contexts import GPRS_LOCATION_UPDATE_V3, MS_PURGING_V3
from protocol.map.errors import ErrorCode
from protocol.map.location import (
    CancellationType,
    CancelLocationArg,
    CancelLocationRes,
    PurgeMsArg,
    PurgeMsRes,
    UpdateGprsLocationArg,
)
from protocol.map.subscriber import InsertSubscriberDataArg, InsertSubscriberDataRes
from protocol.timers import MAP_M

ADDRESS = GsnAddress.parse("10.0.0.5")


def attach(sgsn: Any, imsi: Imsi) -> None:
    """Let the subscriber be served by an SGSN."""
    number = IsdnAddress(sgsn.address.gt)
    argument = UpdateGprsLocationArg(imsi=imsi, sgsn_number=number, sgsn_address=ADDRESS)
    otid = sgsn.begin(GPRS_LOCATION_UPDATE_V3, argument)
    sgsn.result(sgsn.asked(InsertSubscriberDataArg)[0], InsertSubscriberDataRes(), own=otid)
    sgsn.answered(otid)


def purge(sgsn: Any, imsi: Imsi, **numbers: Any) -> Any:
    """Let an SGSN purge the mobile; returns the component that answers."""
    return sgsn.answered(sgsn.begin(MS_PURGING_V3, PurgeMsArg(imsi=imsi, **numbers)))


# --- cancel -------------------------------------------------------------------------------------------------------


def test_withdrawal(hlr: Any, subscriber: Subscriber) -> None:
    """TS 29.002 19.1.2: the serving SGSN is cancelled for withdrawal; once it has answered, nobody serves."""
    sgsn = hlr.peers["sgsn1"]
    attach(sgsn, subscriber.imsi)
    assert hlr.command("cancel", imsi=subscriber.imsi) == [Reply("c1", "accepted")]
    message, argument = sgsn.asked(CancelLocationArg)
    assert (argument.imsi, argument.cancellation_type) == (subscriber.imsi, CancellationType.SUBSCRIPTION_WITHDRAW)
    assert hlr.node.look(None)["located"] == 1
    sgsn.result(message, CancelLocationRes())
    body = {"imsi": "262019876543210", "node": "491720000005"}
    assert hlr.replies[-1] == Reply("c1", "done", body)
    assert hlr.node.look(None)["located"] == 0
    assert [record.key for record in hlr.records()] == ["restarts"]


def test_withdrawal_unanswered(hlr: Any, subscriber: Subscriber) -> None:
    """An SGSN that does not answer makes the command fail; the location stays."""
    attach(hlr.peers["sgsn1"], subscriber.imsi)
    hlr.command("cancel", imsi=subscriber.imsi)
    hlr.wait(MAP_M.duration)
    assert hlr.replies[-1].status == "failed"
    assert "not answered" in hlr.replies[-1].body["error"]
    assert hlr.node.look(subscriber.imsi)["sgsn_number"] == "491720000005"


def test_withdrawal_refused(hlr: Any, subscriber: Subscriber) -> None:
    """An SGSN that refuses makes the command fail, with its error."""
    sgsn = hlr.peers["sgsn1"]
    attach(sgsn, subscriber.imsi)
    hlr.command("cancel", imsi=subscriber.imsi)
    sgsn.refuse(sgsn.asked(CancelLocationArg)[0], ErrorCode.UNEXPECTED_DATA_VALUE)
    assert hlr.replies[-1].status == "failed"
    assert "unexpectedDataValue" in hlr.replies[-1].body["error"]


def test_withdrawal_from_where_the_mobile_is_no_more(hlr: Any, subscriber: Subscriber) -> None:
    """A mobile that has moved while its withdrawal ran stays served by the new SGSN."""
    old, new = hlr.peers["sgsn1"], hlr.peers["sgsn2"]
    attach(old, subscriber.imsi)
    hlr.command("cancel", imsi=subscriber.imsi)
    message, _ = old.asked(CancelLocationArg)
    attach(new, subscriber.imsi)
    old.result(message, CancelLocationRes())
    assert hlr.replies[-1].status == "done"
    assert hlr.node.look(subscriber.imsi)["sgsn_number"] == "491720000006"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"imsi": "262019876543210"}, "served by no SGSN"),
        ({"imsi": "262010000000000"}, "knows no IMSI"),
        ({}, "knows no IMSI"),
    ],
)
def test_nothing_to_withdraw(hlr: Any, arguments: dict[str, Any], why: str) -> None:
    """A command about nobody, or about one who is served nowhere, is refused in a clear line."""
    (reply,) = hlr.command("cancel", **arguments)
    assert reply.status == "failed"
    assert why in reply.body["error"]


# --- purgeMS ------------------------------------------------------------------------------------------------------


@pytest.mark.ttcn3("gsup_purge_ps")
def test_purge(hlr: Any, make_hlr: Callable[..., Any], subscriber: Subscriber) -> None:
    """TS 23.060 6.7: the serving SGSN purges: the mobile is marked, and its P-TMSI is frozen.

    TS 23.007 5.1: the next life does not know of the mark.
    """
    sgsn = hlr.peers["sgsn1"]
    attach(sgsn, subscriber.imsi)
    answer = purge(sgsn, subscriber.imsi, sgsn_number=IsdnAddress("491720000005"))
    assert answer.result == PurgeMsRes(freeze_p_tmsi=True)
    assert hlr.node.look(None)["purged"] == 1
    reborn = make_hlr(records=hlr.records())
    assert not reborn.node.look(subscriber.imsi)["purged"]
    assert reborn.node.look(subscriber.imsi)["sgsn_number"] == "491720000005"


def test_update_after_purge(hlr: Any, subscriber: Subscriber) -> None:
    """TS 29.002 19.1.1: an update takes the mark away."""
    sgsn = hlr.peers["sgsn1"]
    attach(sgsn, subscriber.imsi)
    purge(sgsn, subscriber.imsi, sgsn_number=IsdnAddress("491720000005"))
    attach(sgsn, subscriber.imsi)
    assert not hlr.node.look(subscriber.imsi)["purged"]
    assert hlr.node.look(None)["purged"] == 0


def test_purge_from_a_stale_sgsn(hlr: Any, subscriber: Subscriber) -> None:
    """TS 29.002 19.1.4: an SGSN that serves no more is acknowledged, nothing is frozen and nothing changes."""
    old, new = hlr.peers["sgsn1"], hlr.peers["sgsn2"]
    attach(old, subscriber.imsi)
    attach(new, subscriber.imsi)
    old.result(old.asked(CancelLocationArg)[0], CancelLocationRes())
    answer = purge(old, subscriber.imsi, sgsn_number=IsdnAddress("491720000005"))
    assert answer.result == PurgeMsRes()
    assert not hlr.node.look(subscriber.imsi)["purged"]
    assert "does not serve" in hlr.warnings[-1]


def test_purge_of_one_served_nowhere(hlr: Any, subscriber: Subscriber) -> None:
    """TS 29.002 19.1.4: where nobody serves, nobody is marked; a VLR is acknowledged likewise."""
    sgsn = hlr.peers["sgsn1"]
    for numbers in ({"sgsn_number": IsdnAddress("491720000005")}, {"vlr_number": IsdnAddress("491720000007")}):
        assert purge(sgsn, subscriber.imsi, **numbers).result == PurgeMsRes()
    assert hlr.node.look(None)["purged"] == 0


@pytest.mark.ttcn3("gsup_purge_unknown")
def test_purge_of_nobody(hlr: Any) -> None:
    """TS 29.002 8.1.6: an IMSI that nobody has is answered unknownSubscriber."""
    answer = purge(hlr.peers["sgsn1"], Imsi("262010000000000"), sgsn_number=IsdnAddress("491720000005"))
    assert answer.error is ErrorCode.UNKNOWN_SUBSCRIBER


def test_purge_by_nobody(hlr: Any, subscriber: Subscriber) -> None:
    """TS 29.002 8.1.6: who purges must be told; else dataMissing."""
    assert purge(hlr.peers["sgsn1"], subscriber.imsi).error is ErrorCode.DATA_MISSING


# --- records and inspect ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["10.0.0.5", "2001:db8::5"])
def test_location_record(address: str) -> None:
    """What is saved of a location is read back the same."""
    location = GprsLocation(IsdnAddress("491720000005"), GsnAddress.parse(address), purged=True)
    assert GprsLocation.from_octets(location.to_octets()) == location


def test_inspect(hlr: Any, subscriber: Subscriber) -> None:
    """One subscriber is told whole but for the keys; the node by its counts."""
    attach(hlr.peers["sgsn1"], subscriber.imsi)
    (reply,) = hlr.command("inspect", subject=subscriber.imsi)
    assert reply.body == {
        "imsi": "262019876543210",
        "msisdn": "491721234567",
        "algorithm": "milenage",
        "gprs": True,
        "roaming_allowed": True,
        "barred": False,
        "apns": ["internet"],
        "sqn": 0,
        "sgsn_number": "491720000005",
        "sgsn_address": "10.0.0.5",
        "purged": False,
        "updating": False,
        "circuit": True,
        "vlr_number": None,
        "vlr_purged": False,
        "unconfirmed": False,
        "mnrg": False,
        "mnrr": None,
        "ggsns": [],
    }
    (reply,) = hlr.command("inspect")
    counts = {"subscribers": 1, "located": 1, "purged": 0, "updating": 0, "dialogues": 0}
    assert counts.items() <= reply.body.items()


def test_inspect_nobody(hlr: Any) -> None:
    """A subject that there is not is refused in a clear line."""
    (reply,) = hlr.command("inspect", subject="262010000000000")
    assert (reply.status, reply.body) == ("failed", {"error": "hlr1 knows no 262010000000000"})
