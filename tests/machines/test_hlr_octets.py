"""Whatever a peer sends, the HLR stays up, warns, and serves the next one."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from nodes.hlr import Subscriber
from protocol import sccp, tcap
from protocol.identities import GsnAddress, IsdnAddress
from protocol.map.authentication import SendAuthenticationInfoArg
from protocol.map.contexts import GPRS_LOCATION_UPDATE_V3, INFO_RETRIEVAL_V3, MS_PURGING_V3
from protocol.map.location import PurgeMsArg, UpdateGprsLocationArg, UpdateGprsLocationRes
from protocol.map.subscriber import InsertSubscriberDataArg, InsertSubscriberDataRes
from protocol.timers import MAP_M, X_CANCEL, X_SEGMENTS


def spoilt(octets: bytes, rng: Random) -> bytes:
    """The octets with one of them changed, or cut, or doubled."""
    at = rng.randrange(len(octets))
    match rng.randrange(4):
        case 0:
            return octets[:at]
        case 1:
            return octets[:at] + octets[at : at + 4] + octets[at:]
        case _:
            return octets[:at] + rng.randbytes(1) + octets[at + 1 :]


def messages(subscriber: Subscriber, number: IsdnAddress, dtid: bytes) -> list[Any]:
    """One TCAP message of each kind that an SGSN sends."""
    imsi = subscriber.imsi
    update = UpdateGprsLocationArg(imsi=imsi, sgsn_number=number, sgsn_address=GsnAddress.parse("10.0.0.5"))
    begins = [
        (INFO_RETRIEVAL_V3, SendAuthenticationInfoArg(imsi=imsi, number_of_requested_vectors=5)),
        (GPRS_LOCATION_UPDATE_V3, update),
        (MS_PURGING_V3, PurgeMsArg(imsi=imsi, sgsn_number=number)),
    ]
    return [
        *(
            tcap.Begin(
                otid=b"spam", dialogue=tcap.Aarq(application_context=context), components=(tcap.invoke(1, argument),)
            )
            for context, argument in begins
        ),
        tcap.Continue(otid=b"real", dtid=dtid, components=(tcap.result(0, InsertSubscriberDataRes()),)),
        tcap.End(dtid=dtid, components=(tcap.Reject(invoke_id=0, problem=tcap.GeneralProblem.MISTYPED_COMPONENT),)),
        tcap.Abort(dtid=dtid, p_abort_cause=tcap.PAbortCause.RESOURCE_LIMITATION),
    ]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("layer", ["sccp", "tcap"])
def test_spoilt_octets(make_hlr: Callable[..., Any], subscriber: Subscriber, layer: str, seed: int) -> None:
    """DESIGN 7: no octets of a peer raise out of a node, or keep it from its work."""
    rng, hlr = Random(seed), make_hlr()
    sgsn = hlr.peers.pop("sgsn1")  # it does not listen: what comes of spoilt octets may be for nobody

    def say(message: Any, *layers: str) -> None:
        octets = message.encode()
        payload = spoilt(octets, rng) if "tcap" in layers else octets
        for pdu in sccp.segments(hlr.address, sgsn.address, payload, 1):
            hlr.receive("sgsn1", "gr", spoilt(pdu, rng) if "sccp" in layers else pdu)

    number = IsdnAddress(sgsn.address.gt)
    for turn in range(10):
        begin = messages(subscriber, number, bytes(4))[1]
        say(begin.replace(otid=bytes([turn, 0, 0, 1])))
        dtid = next(iter(hlr.node.tcap.dialogues), 0).to_bytes(4, "big")
        for message in messages(subscriber, number, dtid):
            say(message, layer)
    assert hlr.warnings
    hlr.wait(X_CANCEL.expiries * X_CANCEL.duration + MAP_M.duration + X_SEGMENTS.duration)
    assert not hlr.node.tcap.dialogues
    assert hlr.node.next_timer() is None

    hlr.peers["sgsn1"] = sgsn
    otid = sgsn.begin(GPRS_LOCATION_UPDATE_V3, begin.components[0].argument)
    sgsn.result(sgsn.asked(InsertSubscriberDataArg)[0], InsertSubscriberDataRes(), own=otid)
    assert isinstance(sgsn.answered(otid).result, UpdateGprsLocationRes)


def test_connection_is_not_taken(make_hlr: Callable[..., Any]) -> None:
    """Nobody here has connections (Q.714 clause 3): what asks for one, or is of one, is warned of and not answered."""
    hlr = make_hlr()
    for message in (
        sccp.Cr(source=sccp.LocalReference(1), called=hlr.address, payload=b"a"),
        sccp.Dt1(destination=sccp.LocalReference(1), payload=b"a"),
    ):
        hlr.receive("sgsn1", "gr", message.encode())
    assert [warning for warning in hlr.warnings if "nobody here has connections" in str(warning)]
    assert not hlr.node.tcap.dialogues
