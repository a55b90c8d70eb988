"""Subscriber data that the HLR inserts or deletes on its own (TS 29.002 8.8.1, 8.8.2), SGSN side."""

from typing import Any

import pytest

from protocol import tcap
from protocol.identities import Apn, Imsi
from protocol.map.contexts import SUBSCRIBER_DATA_MNGT_V3
from protocol.map.errors import UnidentifiedSubParam
from protocol.map.packet import GprsSubscriptionData, GprsSubscriptionDataWithdraw, PdpContext, PdpType
from protocol.map.subscriber import DeleteSubscriberDataArg, DeleteSubscriberDataRes, InsertSubscriberDataArg
from protocol.sm.quality_of_service import QualityOfService
from tests.machines.sgsn_lab import IMSI, Lab

REMOTE = b"\0\0\0\x09"
QOS = QualityOfService.from_octets(b"\x23\x42\x1f")


class Telling(Lab):
    """A network whose HLR tells what has changed."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        super().__init__()
        self.attached()
        self.answers.clear()

    def _ask_hlr(self, transaction: Any) -> None:
        self.answers.append(transaction)
        super()._ask_hlr(transaction)

    def part(self, number: int, name: str, imsi: str = IMSI, *, first: bool = True) -> Any:
        """A subscribed PDP context to be inserted."""
        context = PdpContext(pdp_context_id=number, pdp_type=PdpType(), qos_subscribed=QOS, apn=Apn(name))
        data = GprsSubscriptionData(complete_data_list_included=first, gprs_data_list=(context,))
        return tcap.invoke(number, InsertSubscriberDataArg(imsi=Imsi(imsi), gprs_subscription_data=data))

    def begins(self, *components: Any) -> Any:
        """The HLR begins; what the SGSN says to that."""
        opening = tcap.Aarq(application_context=SUBSCRIBER_DATA_MNGT_V3)
        self.gr(tcap.Begin(otid=REMOTE, dialogue=opening, components=components))
        return self.answers.pop()


@pytest.fixture
def lab() -> Telling:
    """An SGSN with a mobile that has attached."""
    return Telling()


def is_over(lab: Lab) -> bool:
    """True where no dialogue is left."""
    return bool(lab.orders("inspect").body["dialogues"] == 0)


def test_data_in_several_parts(lab: Telling) -> None:
    """29.002 8.8.1: each part is acknowledged; the first replaces what there was, the HLR ends the dialogue."""
    answer = lab.begins(lab.part(1, "one"))
    assert isinstance(answer, tcap.Continue)
    lab.gr(tcap.Continue(otid=REMOTE, dtid=answer.otid, components=(lab.part(2, "two", first=False),)))
    assert isinstance(lab.answers.pop().components[0], tcap.ReturnResultLast)
    assert lab.look["apns"] == ["one", "two"]
    lab.gr(tcap.End(dtid=answer.otid, components=()))
    assert is_over(lab)


def test_data_of_nobody(lab: Telling) -> None:
    """29.002 8.8.1.3: a subscriber that is not known is unidentified."""
    answer = lab.begins(lab.part(1, "one", "001010000000099"))
    assert isinstance(answer, tcap.End)
    (error,) = answer.components
    assert isinstance(error, tcap.ReturnError)
    assert isinstance(error.parameter, UnidentifiedSubParam)
    assert is_over(lab)


def test_data_of_one_who_leaves_meanwhile(lab: Telling) -> None:
    """What comes after the mobile has gone is of no use, and acknowledged."""
    answer = lab.begins(lab.part(1, "one"))
    lab.context.end()
    lab.gr(tcap.Continue(otid=REMOTE, dtid=answer.otid, components=(lab.part(2, "two", first=False),)))
    assert isinstance(lab.answers.pop().components[0], tcap.ReturnResultLast)


def test_hlr_aborts(lab: Telling) -> None:
    """An abort is an end, too: what was inserted stays."""
    answer = lab.begins(lab.part(1, "one"))
    lab.gr(tcap.Abort(dtid=answer.otid, dialogue=tcap.Abrt(abort_source=tcap.AbortSource.DIALOGUE_SERVICE_USER)))
    assert is_over(lab)
    assert lab.look["apns"] == ["one"]


def test_hlr_never_ends(lab: Telling) -> None:
    """The dialogue does not stay for ever."""
    lab.begins(lab.part(1, "one"))
    lab.waits(21)
    assert isinstance(lab.answers.pop(), tcap.Abort)
    assert is_over(lab)


@pytest.mark.parametrize(
    ("withdrawn", "left"),
    [
        (GprsSubscriptionDataWithdraw(context_id_list=(1, 7)), ["two"]),
        (GprsSubscriptionDataWithdraw(all_gprs_data=True), []),
        (None, ["one", "two"]),
    ],
)
def test_data_deleted(lab: Telling, withdrawn: GprsSubscriptionDataWithdraw | None, left: list[str]) -> None:
    """29.002 8.8.2: the contexts named are not subscribed any more, or none is; the dialogue ends with the answer."""
    lab.begins(lab.part(1, "one"), lab.part(2, "two", first=False))
    argument = DeleteSubscriberDataArg(imsi=IMSI, gprs_subscription_data_withdraw=withdrawn)
    answer = lab.begins(tcap.invoke(1, argument))
    assert isinstance(answer, tcap.End)
    (result,) = answer.components
    assert isinstance(result, tcap.ReturnResultLast)
    assert result.result in (None, DeleteSubscriberDataRes())
    assert lab.look["apns"] == left


def test_data_of_nobody_deleted(lab: Telling) -> None:
    """29.002 8.8.2.3: a subscriber that is not known is unidentified."""
    answer = lab.begins(tcap.invoke(1, DeleteSubscriberDataArg(imsi=Imsi("001010000000099"))))
    (error,) = answer.components
    assert isinstance(error, tcap.ReturnError)
    assert isinstance(error.parameter, UnidentifiedSubParam)
    assert is_over(lab)
