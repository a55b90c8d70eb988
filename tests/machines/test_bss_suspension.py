"""Suspend and resume (48.018 7.4, 7.5; 44.018 3.4.25): what becomes of a mobile's packets in a call."""

from typing import Any

import pytest

from protocol import rr
from protocol.bssgp import BvcReset, BvcResetAck, Resume, ResumeAck, ResumeNack, Suspend, SuspendAck, SuspendNack
from protocol.bssmap import BssmapCause, ClearCommand, ClearComplete, Reset
from protocol.causes import BssgpCause, RrCause
from protocol.identities import Rai, Tlli
from protocol.rr import ChannelRelease, GprsSuspensionRequest, RrStatus, SuspensionCause
from protocol.rr.elements import GprsResumption
from protocol.timers import T3, T4

CM = bytes.fromhex("0524113303305886a50100")
CLEAR = ClearCommand(cause=BssmapCause.CALL_CONTROL)
REFERENCE = 0x11223344
TLLI, OTHER = Tlli(0xC0000001), Tlli(0xC0000002)
RAI = Rai.parse("001-01-1-1")
NAMES: dict[str, Any] = {"tlli": TLLI, "routeing_area": RAI}

SUSPEND = Suspend(**NAMES)
RESUME = Resume(suspend_reference_number=77, **NAMES)
ACK = SuspendAck(suspend_reference_number=77, **NAMES)
NACK = SuspendNack(cause=BssgpCause.UNKNOWN_MS, **NAMES)


def request(tlli: Tlli = TLLI, rai: Rai = RAI) -> GprsSuspensionRequest:
    """GPRS SUSPENSION REQUEST."""
    cause = SuspensionCause.EMERGENCY_CALL_MO_CALL_OR_CALL_RE_ESTABLISHMENT
    return GprsSuspensionRequest(tlli=tlli, routeing_area_identification=rai, suspension_cause=cause)


def release(*, resumed: bool | None) -> ChannelRelease:
    """CHANNEL RELEASE, with or without the element that tells of GPRS."""
    return ChannelRelease(
        rr_cause=RrCause.NORMAL_EVENT, gprs_resumption=None if resumed is None else GprsResumption(ack=resumed)
    )


def heard(bss: Any) -> list[Any]:
    """What the mobile has heard."""
    return [rr.decode(channel.message, up=False) for channel in bss.heard()]


def suspended(bss: Any) -> dict[str, tuple[str, int | None]]:
    """State and number of each mobile that has asked."""
    return {tlli: (entry["state"], entry["number"]) for tlli, entry in bss.inspect()["suspended"].items()}


@pytest.fixture
def call(bss: Any) -> Any:
    """A mobile on a dedicated channel has asked to be suspended."""
    bss.dedicated(CM)
    bss.dedicated(request())
    assert bss.said() == [(0, SUSPEND)]
    bss.msc.said()
    return bss


@pytest.mark.ttcn3("suspend")
@pytest.mark.ttcn3("resume")
@pytest.mark.ttcn3("suspend_resume")
def test_suspend_and_resume(call: Any) -> None:
    """48.018 7.4, 7.5: the number of SUSPEND-ACK stands in RESUME; then come CHANNEL RELEASE, CLEAR COMPLETE."""
    assert suspended(call) == {str(TLLI): ("wait for SUSPEND-ACK", None)}
    call.say(ACK)
    assert suspended(call) == {str(TLLI): ("suspended", 77)}
    assert call.inspect(str(TLLI))["suspension"] == "suspended"
    call.msc.say(CLEAR)
    assert call.said() == [(0, RESUME)]
    assert heard(call) == []
    assert call.msc.said() == []
    call.say(ResumeAck(**NAMES))
    assert heard(call) == [release(resumed=True)]
    assert call.msc.said() == [ClearComplete()]
    assert suspended(call) == {}
    assert not call.warned


def test_suspend_lost(call: Any) -> None:
    """48.018 7.4.1: SUSPEND is repeated three times at T3; an answer to a repeat is as good."""
    call.wait(2 * T3.duration)
    assert call.said() == [(0, SUSPEND)] * 2
    call.say(ACK)
    call.say(SuspendAck(suspend_reference_number=78, **NAMES))
    assert suspended(call) == {str(TLLI): ("suspended", 78)}
    call.msc.say(CLEAR)
    assert call.said() == [(0, Resume(suspend_reference_number=78, **NAMES))]


def test_suspend_unanswered(call: Any) -> None:
    """48.018 7.4.1: after the last T3 O&M is told; the mobile is not resumed, and hears so."""
    call.wait(T3.duration * T3.expiries)
    assert call.said() == [(0, SUSPEND)] * 3
    assert call.warned == {"suspend": 1}
    assert suspended(call) == {str(TLLI): ("not suspended", None)}
    call.msc.say(CLEAR)
    assert call.said() == []
    assert heard(call) == [release(resumed=False)]
    assert call.msc.said() == [ClearComplete()]


def test_suspend_acknowledged_late(call: Any) -> None:
    """An acknowledgement after the last T3: the SGSN has suspended it, so it is resumed under its number."""
    call.wait(T3.duration * T3.expiries)
    call.say(ACK)
    assert suspended(call) == {str(TLLI): ("suspended", 77)}


def test_suspend_refused(call: Any) -> None:
    """48.018 7.4: SUSPEND-NACK is told to O&M; the mobile is not resumed."""
    call.say(NACK)
    assert call.warned == {"suspend": 1}
    call.say(NACK)
    assert call.warned == {"suspend": 1, "bssgp state": 1}
    call.msc.say(CLEAR)
    assert call.said() == []
    assert heard(call) == [release(resumed=False)]


def test_suspend_refused_without_cause(call: Any) -> None:
    """48.018 10.3.8: the cause is optional. A mobile that was suspended first has been lost at the SGSN since."""
    call.say(ACK)
    call.say(SuspendNack(**NAMES))
    assert suspended(call) == {str(TLLI): ("not suspended", None)}


def test_suspension_request_repeated(call: Any) -> None:
    """44.018 3.4.25.2: the same request once more changes nothing, before the answer and after it."""
    call.dedicated(request())
    call.say(ACK)
    call.dedicated(request())
    assert call.said() == []
    assert suspended(call) == {str(TLLI): ("suspended", 77)}


def test_suspension_request_after_refusal(call: Any) -> None:
    """A mobile that was refused may ask again."""
    call.say(NACK)
    call.dedicated(request())
    assert call.said() == [(0, SUSPEND)]
    call.say(ACK)
    assert suspended(call) == {str(TLLI): ("suspended", 77)}


def test_suspension_request_of_another_tlli(call: Any) -> None:
    """The mobile has got another TLLI: that one is suspended; what concerns the old one is no longer awaited."""
    call.dedicated(request(OTHER))
    assert call.said() == [(0, Suspend(tlli=OTHER, routeing_area=RAI))]
    call.say(ACK)
    assert suspended(call) == {str(OTHER): ("wait for SUSPEND-ACK", None)}
    assert call.warned == {"bssgp state": 1}


def test_answers_that_are_for_nobody(call: Any) -> None:
    """48.018 9: answers for another mobile, another routing area, or what was not asked, are told only."""
    call.say(SuspendAck(tlli=OTHER, routeing_area=RAI, suspend_reference_number=1))
    call.say(SuspendAck(tlli=TLLI, routeing_area=Rai.parse("001-01-1-2"), suspend_reference_number=1))
    call.say(ResumeAck(**NAMES))
    assert call.warned == {"bssgp state": 3}
    assert suspended(call) == {str(TLLI): ("wait for SUSPEND-ACK", None)}


def test_call_ends_before_the_answer(call: Any) -> None:
    """48.018 7.5: without a number there is nothing to resume; the late SUSPEND-ACK is for nobody."""
    call.msc.say(CLEAR)
    assert heard(call) == [release(resumed=False)]
    call.say(ACK)
    assert call.said() == []
    assert call.warned == {"bssgp state": 1}


def test_resume_lost(call: Any) -> None:
    """48.018 7.5.1: RESUME is repeated three times at T4; then O&M is told, and the mobile that it is not resumed."""
    call.say(ACK)
    call.msc.say(CLEAR)
    call.wait(T4.duration * T4.expiries)
    assert call.said() == [(0, RESUME)] * 4
    assert call.warned == {"resume": 1}
    assert heard(call) == [release(resumed=False)]
    assert call.msc.said() == [ClearComplete()]


@pytest.mark.parametrize("cause", [None, BssgpCause.UNKNOWN_MS])
def test_resume_refused(call: Any, cause: BssgpCause | None) -> None:
    """48.018 7.5: RESUME-NACK, with or without a cause."""
    call.say(ACK)
    call.msc.say(CLEAR)
    call.say(ResumeNack(cause=cause, **NAMES))
    assert heard(call) == [release(resumed=False)]
    assert call.warned == {"resume": 1}


def test_suspension_request_while_resuming(call: Any) -> None:
    """The call is ending: RR STATUS."""
    call.say(ACK)
    call.msc.say(CLEAR)
    call.dedicated(request())
    assert heard(call) == [RrStatus(rr_cause=RrCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_PROTOCOL_STATE)]
    call.say(ResumeAck(**NAMES))
    assert heard(call) == [release(resumed=True)]


def test_mobile_leaves_without_clear(call: Any) -> None:
    """44.018 3.4.25.4: a mobile whose radio is lost is not resumed; it updates its routing area by itself."""
    call.say(ACK)
    call.command("lose", reference=REFERENCE)
    call.msc.say(CLEAR)
    assert call.said() == []
    assert suspended(call) == {}
    assert heard(call) == [release(resumed=None)]


def test_connection_lost_while_suspended(call: Any) -> None:
    """The network ends the channel, if not in good order: the mobile is resumed all the same."""
    call.say(ACK)
    call.msc.opened[0].release()
    assert call.said() == [(0, RESUME)]
    call.say(ResumeAck(**NAMES))
    assert heard(call) == [release(resumed=True)]
    assert call.inspect()["channels"] == {}


def test_connection_lost_while_resuming(call: Any) -> None:
    """Nobody waits for CLEAR COMPLETE any more; the mobile is told what came of its resumption."""
    call.say(ACK)
    call.msc.say(CLEAR)
    call.msc.tell(Reset(cause=BssmapCause.EQUIPMENT_FAILURE))
    call.msc.said()
    call.say(ResumeNack(**NAMES))
    assert heard(call) == [release(resumed=False)]
    assert call.msc.said() == []
    assert call.inspect()["channels"] == {}


@pytest.mark.parametrize("answered", [False, True])
def test_signalling_reset_while_suspended(call: Any, answered: bool) -> None:
    """48.018 8.4: an SGSN that resets signalling has forgotten the number: nothing is resumed under it."""
    if answered:
        call.say(ACK)
    call.say(BvcReset(bvci=0, cause=BssgpCause.EQUIPMENT_FAILURE))
    assert suspended(call) == {str(TLLI): ("not suspended", None)}
    call.said()
    call.msc.say(CLEAR)
    assert call.said() == []
    assert heard(call) == [release(resumed=False)]


def test_signalling_reset_while_resuming(call: Any) -> None:
    """48.018 8.4: the answer to RESUME will not come."""
    call.say(ACK)
    call.msc.say(CLEAR)
    call.say(BvcReset(bvci=0, cause=BssgpCause.EQUIPMENT_FAILURE))
    assert heard(call) == [release(resumed=False)]
    assert call.msc.said() == [ClearComplete()]


def test_cell_reset_while_suspended(call: Any) -> None:
    """48.018 8.4: the reset of the cell's BVC does not concern signalling: the mobile is resumed as ever."""
    call.say(ACK)
    call.say(BvcReset(bvci=2, cause=BssgpCause.EQUIPMENT_FAILURE))
    assert [type(message) for message in call.messages()][:1] == [BvcResetAck]
    call.msc.say(CLEAR)
    assert call.said() == [(0, RESUME)]


@pytest.mark.parametrize("resuming", [False, True])
def test_mobile_on_another_channel(call: Any, resuming: bool) -> None:
    """A mobile that has lost its channel and opened another asks there: the old channel does not resume it."""
    call.say(ACK)
    if resuming:
        call.msc.say(CLEAR)
        call.said()
    call.dedicated(CM, 2)
    call.dedicated(request(), 2)
    assert call.said() == [(0, SUSPEND)]
    if not resuming:
        call.msc.opened[0].send(CLEAR.encode())
    assert call.said() == []
    assert heard(call) == [release(resumed=False)]
    call.say(SuspendAck(suspend_reference_number=78, **NAMES))
    call.msc.opened[1].send(CLEAR.encode())
    assert call.said() == [(0, Resume(suspend_reference_number=78, **NAMES))]
