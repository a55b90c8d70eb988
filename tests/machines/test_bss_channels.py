"""Dedicated channels: a mobile, its SCCP connection to the MSC, and what ends them."""

from collections.abc import Callable
from typing import Any

import pytest

from nodes.bss import channels
from nodes.core.outputs import Command
from protocol import bssmap, rr, sccp
from protocol.bssmap import (
    BssmapCause,
    CellIdentifierList,
    ChosenAlgorithm,
    CipherModeCommand,
    CipherModeComplete,
    CipherModeReject,
    CipherResponseMode,
    ClassmarkRequest,
    ClassmarkUpdate,
    ClearCommand,
    ClearComplete,
    ClearRequest,
    CompleteLayer3Information,
    Dtap,
    EncryptionInformation,
    Reset,
    ResetAcknowledge,
)
from protocol.causes import RrCause
from protocol.classmarks import MobileStationClassmark2
from protocol.gmm.elements import Cksn
from protocol.identities import Imeisv, MobileIdentity, Tmsi
from protocol.rr import (
    ChannelRelease,
    CipheringModeComplete,
    ClassmarkChange,
    ClassmarkEnquiry,
    PagingResponse,
    RrStatus,
)
from protocol.timers import X_CIPHERING, X_CLEAR, X_CLEARED, X_CONNECTION, X_RESET, X_RETRY, X_SILENCE

CM = bytes.fromhex("0524113303305886a50100")
"""A CM SERVICE REQUEST; the BSS does not look into it."""

SETUP = bytes.fromhex("0305040120")
"""Call control of the mobile."""

CLEAR = ClearCommand(cause=BssmapCause.CALL_CONTROL)
REFERENCE = 0x11223344

ANSWER = PagingResponse(
    cksn=Cksn.NO_KEY,
    mobile_station_classmark=MobileStationClassmark2.from_octets(bytes.fromhex("305886")),
    mobile_identity=MobileIdentity(Tmsi(0x12345678)),
)


def heard(bss: Any) -> list[Any]:
    """What the mobile has heard on its channel: RR messages, or octets of others."""
    channels = bss.heard()
    assert all(channel.reference == REFERENCE for channel in channels)
    return [
        rr.decode(channel.message, up=False)
        if channel.message[0] & 15 == rr.PROTOCOL_DISCRIMINATOR
        else channel.message
        for channel in channels
    ]


def states(bss: Any) -> list[str]:
    """The states of all channels."""
    return [channel["state"] for channel in bss.inspect()["channels"].values()]


def released(cause: RrCause = RrCause.NORMAL_EVENT) -> ChannelRelease:
    """CHANNEL RELEASE of a mobile that had not asked to be suspended."""
    return ChannelRelease(rr_cause=cause)


@pytest.mark.parametrize("first", [CM, ANSWER.encode()], ids=["MM", "PAGING RESPONSE"])
def test_first_message(bss: Any, first: bytes) -> None:
    """48.008 3.1.16: the first message opens a connection, in COMPLETE LAYER 3 INFORMATION with its cell."""
    bss.dedicated(first, cell=bss.cells[3])
    here = bss.cells[3].identifier
    cell = CellIdentifierList.of_cell(here.rai.lai, here.ci)
    assert bss.msc.said() == [CompleteLayer3Information(cell_identifier=cell, layer_3_information=first)]
    shown = {"ms": "ms1", "cell": "cell4", "state": "dedicated mode"}
    assert bss.inspect()["channels"] == {"channel 0x11223344": shown}
    assert bss.inspect("channel 0x11223344") == shown


def test_dtap_both_ways(bss: Any) -> None:
    """48.006 9.3: what is not RR passes as it is, up and down."""
    bss.dedicated(CM)
    bss.msc.said()
    bss.dedicated(SETUP, cell=bss.cells[1])
    assert bss.msc.said() == [SETUP]
    bss.msc.say(Dtap(message=b"\x83\x07"))
    assert [(channel.cell, channel.message) for channel in bss.heard()] == [(bss.cells[1].identifier, b"\x83\x07")]


def test_clear_by_the_msc(bss: Any) -> None:
    """48.008 3.1.9.1: CLEAR COMMAND, CHANNEL RELEASE, CLEAR COMPLETE; the connection is the MSC's to release."""
    bss.dedicated(CM)
    bss.msc.said()
    bss.msc.say(CLEAR)
    assert heard(bss) == [released()]
    assert bss.msc.said() == [ClearComplete()]
    assert states(bss) == ["cleared"]
    bss.dedicated(SETUP)  # it was under way
    assert bss.msc.said() == []
    assert heard(bss) == []
    bss.msc.opened[0].release()
    assert states(bss) == []
    assert bss.inspect()["connections"] == 0
    assert bss.bss.next_timer() is None


def test_connection_that_the_msc_does_not_release(bss: Any) -> None:
    """After X-cleared the BSS releases it."""
    bss.dedicated(CM)
    bss.msc.say(CLEAR)
    bss.wait(X_CLEARED.duration)
    assert bss.msc.ended == ["released by the peer"]
    assert states(bss) == []
    assert bss.inspect()["connections"] == 0


# --- ciphering and classmarks -------------------------------------------------------------------------------------


def command(*algorithms: int, **more: Any) -> CipherModeCommand:
    """CIPHER MODE COMMAND of the MSC, which permits these algorithms."""
    return CipherModeCommand(encryption_information=EncryptionInformation.of(algorithms, bytes(8)), **more)


@pytest.mark.parametrize(("permitted", "number"), [((0, 1, 2, 3), 3), ((0, 1), 1), ((1, 2), 1), ((0,), 0)])
def test_channel_is_ciphered(bss: Any, permitted: tuple[int, ...], number: int) -> None:
    """48.008 3.1.14, 44.018 3.4.7: the best algorithm of those permitted; the mobile is told, the MSC hears of it."""
    bss.dedicated(CM)
    bss.msc.said()
    bss.msc.say(command(*permitted))
    (told,) = heard(bss)
    setting = told.ciphering_mode_setting
    assert setting.start_ciphering is (number > 0)
    assert setting.algorithm_identifier == max(number - 1, 0)
    assert not told.cipher_response.imeisv
    bss.msc.say(command(*permitted))  # one at a time
    bss.dedicated(CipheringModeComplete())
    assert bss.msc.said() == [CipherModeComplete(chosen_encryption_algorithm=ChosenAlgorithm(number + 1))]
    assert bss.warned == {"bssmap state": 1}


def test_channel_is_ciphered_and_the_imeisv_told(bss: Any) -> None:
    """48.008 3.2.1.31: what the mobile answers goes to the MSC, if it is more than nothing."""
    bss.dedicated(CM)
    bss.msc.said()
    bss.msc.say(command(1, cipher_response_mode=CipherResponseMode.IMEISV_MUST_BE_INCLUDED))
    (told,) = heard(bss)
    assert told.cipher_response.imeisv
    answer = CipheringModeComplete(mobile_equipment_identity=MobileIdentity(Imeisv("4901542032375101")))
    bss.dedicated(answer)
    (complete,) = bss.msc.said()
    assert complete.layer_3_message_contents == answer.encode()


def test_channel_cannot_be_ciphered(bss: Any) -> None:
    """48.008 3.1.14.2: none of the algorithms is there; or the mobile does not answer."""
    bss.dedicated(CM)
    bss.msc.said()
    bss.msc.say(command(2, 7))
    assert bss.msc.said() == [CipherModeReject(cause=BssmapCause.CIPHERING_ALGORITHM_NOT_SUPPORTED)]
    bss.msc.say(command(1))
    bss.wait(X_CIPHERING.duration)
    assert bss.msc.said() == [CipherModeReject(cause=BssmapCause.RADIO_INTERFACE_MESSAGE_FAILURE)]
    assert states(bss) == ["dedicated mode"]


def test_channel_is_cleared_while_it_is_ciphered(bss: Any) -> None:
    """48.008 3.1.9.1: there is nothing to cipher any more."""
    bss.dedicated(CM)
    bss.msc.say(command(1))
    bss.msc.say(CLEAR)
    bss.msc.opened[0].release()
    assert states(bss) == []
    assert bss.bss.next_timer() is None


def test_classmark_asked_for(bss: Any) -> None:
    """48.008 3.1.13, 44.018 3.4.11: CLASSMARK ENQUIRY to the mobile; what it tells, asked or not, goes to the MSC."""
    bss.dedicated(CM)
    bss.msc.said()
    bss.msc.say(ClassmarkRequest())
    assert heard(bss) == [ClassmarkEnquiry()]
    classmark = MobileStationClassmark2.from_octets(bytes((0x33, 0x19, 0x02)))
    bss.dedicated(ClassmarkChange(mobile_station_classmark=classmark))
    assert bss.msc.said() == [ClassmarkUpdate(classmark_information_type_2=classmark)]


def test_mobile_silent_for_long(bss: Any) -> None:
    """44.018 3.4.13.1: X-silence after its last message a mobile counts as lost: CLEAR REQUEST, then it is cleared."""
    bss.dedicated(CM)
    bss.wait(X_SILENCE.duration - 1)
    bss.dedicated(SETUP)
    bss.wait(X_SILENCE.duration - 1)
    bss.msc.said()
    bss.wait(1)
    assert bss.msc.said() == [ClearRequest(cause=BssmapCause.RADIO_INTERFACE_FAILURE)]
    bss.msc.say(Dtap(message=b"\x83\x07"))
    bss.msc.say(CLEAR)
    assert heard(bss) == [released()]
    assert bss.msc.said() == [ClearComplete()]
    assert bss.warned == {"a undecodable": 1}


def test_radio_lost_and_msc_silent(bss: Any) -> None:
    """48.008 3.1.9.2: CLEAR REQUEST is repeated; in the end the BSS releases the connection itself."""
    bss.dedicated(CM)
    bss.msc.said()
    assert bss.command("lose", reference=REFERENCE)[0].status == "done"
    assert "wait for CLEAR COMMAND" in bss.command("lose", reference="0x11223344")[0].body["error"]
    assert bss.command("lose", reference=1)[0].body == {"error": "no dedicated channel 1"}
    bss.wait(X_CLEAR.duration * X_CLEAR.expiries)
    assert [type(message) for message in bss.msc.said()] == [ClearRequest] * 4
    assert heard(bss) == [released()]
    assert bss.msc.ended == ["released by the peer"]
    assert states(bss) == []


def test_radio_lost_and_connection_too(bss: Any) -> None:
    """The MSC releases the connection where CLEAR COMMAND is awaited."""
    bss.dedicated(CM)
    bss.command("lose", reference=REFERENCE)
    bss.msc.opened[0].release()
    assert heard(bss) == [released()]
    assert states(bss) == []


def test_connection_lost(bss: Any) -> None:
    """48.006 9.2: without its connection a channel is of no use: the mobile is released."""
    bss.dedicated(CM)
    bss.msc.opened[0].release()
    assert heard(bss) == [released()]
    assert states(bss) == []
    assert bss.warned == {"connection lost": 1}


def test_connection_refused(bss: Any) -> None:
    """Q.714 3.2.2: an MSC that does not want the connection refuses it: the mobile is released."""
    bss.deaf = True
    bss.dedicated(CM)
    bss.dedicated(SETUP)
    local = bss.bss.channels["ms1", REFERENCE].connection.local
    refusal = sccp.Cref(destination=local, cause=sccp.RefusalCause.END_USER_ORIGINATED)
    bss.receive("vlr1", "a", refusal.encode())
    assert heard(bss) == [released()]
    assert states(bss) == []


def test_msc_dead(bss: Any) -> None:
    """T(conn est): the connection is never confirmed, and the mobile is released."""
    bss.deaf = True
    bss.dedicated(CM)
    bss.wait(X_CONNECTION.duration)
    assert heard(bss) == [released()]
    assert bss.inspect()["connections"] == 0


@pytest.mark.parametrize(
    "first",
    [SETUP, b"\x06\x34" + bytes(11), b"\x05", b"", b"\x05\x24" + bytes(200)],
    ids=["CC", "GPRS SUSPENSION REQUEST", "too short", "nothing", "too long"],
)
def test_message_on_a_channel_that_is_not_known(bss: Any, first: bytes) -> None:
    """What opens no channel, such as a message on one that this BSS has forgotten, is answered by CHANNEL RELEASE."""
    bss.dedicated(first)
    assert heard(bss) == [released(RrCause.ABNORMAL_RELEASE_UNSPECIFIED)]
    assert bss.msc.said() == []
    assert states(bss) == []
    assert bss.warned == {"channel unknown": 1}


def test_channels_full(bss: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node of mobiles that opens channel after channel is released from those that are too many, in vain or not."""
    monkeypatch.setattr(channels, "MOST", 3)
    for reference in range(1, 5):
        bss.dedicated(CM, reference=reference)
    assert [channel.reference for channel in bss.heard()] == [4]
    assert (len(states(bss)), bss.warned) == (3, {"channels full": 1})
    bss.msc.tell(Reset(cause=BssmapCause.OM_INTERVENTION))
    bss.dedicated(CM, reference=4)
    assert states(bss) == ["dedicated mode"]


def test_bss_without_msc(make_bss: Callable[..., Any]) -> None:
    """There is nobody to whom a channel could lead."""
    bss = make_bss().bring_up()
    bss.dedicated(CM)
    assert heard(bss) == [released(RrCause.ABNORMAL_RELEASE_UNSPECIFIED)]
    assert bss.inspect()["a"] is None


def test_rr_messages_are_for_the_bss(bss: Any) -> None:
    """44.018 8: RR goes no further; what makes no sense, or cannot be read, is answered by RR STATUS, but for that."""
    bss.dedicated(CM)
    bss.msc.said()
    bss.dedicated(ANSWER)
    bss.dedicated(b"\x06\x70")
    bss.dedicated(b"\x06\x34\x00")
    assert [message.rr_cause for message in heard(bss)] == [
        RrCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_PROTOCOL_STATE,
        RrCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED,
        RrCause.INVALID_MANDATORY_INFORMATION,
    ]
    bss.dedicated(RrStatus(rr_cause=RrCause.NORMAL_EVENT))
    bss.dedicated(b"\x06\x12")
    bss.dedicated(b"\x16\x34")  # skip indicator
    assert heard(bss) == []
    assert bss.msc.said() == []
    assert bss.warned == {"channel state": 1, "um undecodable": 4, "rr status": 1}


def test_octets_that_do_not_fit(bss: Any) -> None:
    """Empty and overlong messages of a mobile, and what the MSC should not say on a connection, are told only."""
    bss.dedicated(CM)
    bss.msc.said()
    for octets in (b"", bytes(252)):
        bss.dedicated(octets)
    connection = bss.msc.opened[0]
    for octets in (b"", b"\x01", b"\x00\x02\x99\x00", ResetAcknowledge().encode()):
        connection.send(octets)
    assert heard(bss) == []
    assert bss.msc.said() == []
    assert bss.warned == {"um undecodable": 2, "a undecodable": 4}
    assert states(bss) == ["dedicated mode"]


def test_connection_opened_by_the_msc(bss: Any) -> None:
    """There is no handover between BSSs: a connection that the MSC opens is refused."""
    bss.msc.connections.open("bss1", b"", bss.msc)
    assert bss.msc.ended == ["refused: End user originated"]


def test_channels_of_two_nodes(bss: Any) -> None:
    """References are the mobiles' own: those of another node of mobiles may be the same."""
    bss.dedicated(CM)
    bss.dedicated(CM, ms="ms2")
    assert len(bss.msc.opened) == 2
    bss.msc.say(Dtap(message=b"\x83\x07"))
    assert [to for to, _ in bss.air] == ["ms2"]


# --- RESET --------------------------------------------------------------------------------------------------------


def test_reset_at_start(make_bss: Callable[..., Any]) -> None:
    """48.008 3.1.4.1.2: a BSS that comes up has lost all connections, and says so until it is acknowledged."""
    bss = make_bss(vlr="vlr1")
    assert [type(message) for message in bss.msc.said()] == [Reset]
    bss.wait(X_RESET.duration)
    assert [type(message) for message in bss.msc.said()] == [Reset]
    bss.msc.tell(ResetAcknowledge())
    assert bss.inspect()["a"] == "in service"
    bss.msc.tell(ResetAcknowledge())
    assert bss.warned["bssmap state"] == 1


def test_reset_unanswered(make_bss: Callable[..., Any]) -> None:
    """48.008 3.1.4.1.3.2: after the last one O&M is told; it is tried again later, or when the MSC resets."""
    bss = make_bss(vlr="vlr1")
    bss.wait(X_RESET.duration * X_RESET.expiries)
    assert [type(message) for message in bss.msc.said()] == [Reset] * 4
    assert bss.warned["reset"] == 1
    assert bss.inspect()["a"] == "failed"
    bss.wait(X_RETRY.duration)
    assert [type(message) for message in bss.msc.said()] == [Reset]
    bss.wait(X_RESET.duration * X_RESET.expiries)
    bss.msc.said()
    bss.msc.tell(Reset(cause=BssmapCause.EQUIPMENT_FAILURE))
    assert [type(message) for message in bss.msc.said()] == [ResetAcknowledge]
    assert bss.inspect()["a"] == "in service"


def test_resets_cross(make_bss: Callable[..., Any]) -> None:
    """Both have begun: ours is still awaited."""
    bss = make_bss(vlr="vlr1")
    bss.msc.said()
    bss.msc.tell(Reset(cause=BssmapCause.EQUIPMENT_FAILURE))
    assert [type(message) for message in bss.msc.said()] == [ResetAcknowledge]
    assert bss.inspect()["a"] == "wait for RESET ACKNOWLEDGE"


def test_reset_by_the_msc(bss: Any) -> None:
    """48.008 3.1.4.1.1: the MSC has lost all connections: every mobile is released."""
    bss.dedicated(CM)
    bss.msc.said()
    bss.msc.connections.end_all("bss1", "reset")
    bss.msc.tell(Reset(cause=BssmapCause.EQUIPMENT_FAILURE))
    assert [type(message) for message in bss.msc.said()] == [ResetAcknowledge]
    assert heard(bss) == [released()]
    assert states(bss) == []
    assert bss.inspect()["connections"] == 0


def test_bssmap_that_is_not_awaited(bss: Any) -> None:
    """48.008 3.1.19: told, not answered."""
    bss.msc.tell(CLEAR)
    bss.msc.connections.tell("bss1", b"\x00\x01\x30")
    assert bss.msc.said() == []
    assert bss.warned == {"bssmap state": 1, "a undecodable": 1}


def test_arguments_of_commands(bss: Any) -> None:
    """A command of another name, or an argument that it does not have, is refused in one line."""
    bss.bss.command(Command("c9", "fly"), bss.now)
    bss.drain()
    assert bss.replies[-1].body == {"error": "bss has no command 'fly'"}
    assert bss.command("lose", channel=1)[0].body == {"error": "lose has no argument 'channel'"}
    assert bssmap.BSSMAP == 0
