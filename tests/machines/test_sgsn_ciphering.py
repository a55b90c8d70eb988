"""What is agreed on with the proof: the algorithm of ciphering, and keys of the mobile's generation (24.008 4.7.7)."""

from dataclasses import replace
from typing import Any

import pytest

from nodes.sgsn.mm_context import GsmKey, UmtsKeys, make_mm_context, take_mm_context
from protocol import auth
from protocol.gmm import AttachAccept, AuthenticationAndCipheringRequest, AuthenticationAndCipheringResponse
from protocol.gmm.elements import CipheringAlgorithm
from protocol.gmm.elements import CipheringAlgorithm as Gea
from tests.machines import sgsn_lab
from tests.machines.sgsn_lab import Lab, Mobile


def capability(*algorithms: Gea) -> Any:
    """What a mobile with these algorithms tells."""
    have = {f"gea{number}": Gea(number) in algorithms for number in range(1, 5)}
    told = sgsn_lab.NETWORK
    return type(told)(
        **{field: getattr(told, field) for field, _ in told.present()} | {"pfc_feature_mode": False} | have
    )


@pytest.mark.parametrize(
    ("wanted", "has", "agreed"),
    [
        pytest.param((Gea.GEA4,), (Gea.GEA3, Gea.GEA4), Gea.GEA4, marks=pytest.mark.ttcn3("attach_usim_a54_a54")),
        pytest.param((Gea.GEA4,), (Gea.GEA3,), Gea.NOT_USED, marks=pytest.mark.ttcn3("attach_usim_a54_a53")),
        pytest.param((Gea.GEA4,), (), Gea.NOT_USED, marks=pytest.mark.ttcn3("attach_usim_a54_a50")),
        pytest.param((Gea.GEA3,), (Gea.GEA3, Gea.GEA4), Gea.GEA3, marks=pytest.mark.ttcn3("attach_usim_a53_a54")),
        pytest.param((), (Gea.GEA3, Gea.GEA4), Gea.NOT_USED, marks=pytest.mark.ttcn3("attach_usim_a50_a54")),
        ((Gea.GEA4, Gea.GEA3, Gea.GEA1), (Gea.GEA1, Gea.GEA3), Gea.GEA3),
    ],
)
def test_algorithm_agreed_on(
    monkeypatch: pytest.MonkeyPatch, wanted: tuple[Gea, ...], has: tuple[Gea, ...], agreed: Gea
) -> None:
    """24.008 4.7.7, 43.020 D.4.9: the first algorithm of the network that the mobile has, else none."""
    monkeypatch.setattr(sgsn_lab, "NETWORK", capability(*has))
    lab = Lab(ciphering=wanted)
    mobile = lab.mobile()
    mobile.attach()
    assert lab.last(AuthenticationAndCipheringRequest).ciphering_algorithm is agreed
    assert lab.look["cipher"] == agreed.name


def test_algorithm_goes_to_the_next_sgsn() -> None:
    """29.060 7.7.28: the algorithm in use stands in the MM context; one that is reserved counts as none."""
    lab = Lab(ciphering=(Gea.GEA3, Gea.GEA2, Gea.GEA1))
    lab.attached()
    told = make_mm_context(lab.context)
    assert told.used_cipher is CipheringAlgorithm(lab.context.cipher) is not Gea.NOT_USED
    for algorithm, taken in ((Gea.GEA3, Gea.GEA3), (Gea(7), Gea.NOT_USED)):
        take_mm_context(lab.context, replace(told, used_cipher=algorithm))
        assert lab.context.cipher is taken


class Old(Mobile):
    """A USIM in a mobile of before release 99, which knows no AUTN."""

    def hears(self, message: Any) -> None:
        if isinstance(message, AuthenticationAndCipheringRequest):
            assert message.rand is not None
            sres = auth.c2(message.rand[:8])
            answer = AuthenticationAndCipheringResponse(
                ac_reference_number=message.ac_reference_number, authentication_parameter_response=sres
            )
            self.says(answer)
        else:
            super().hears(message)


@pytest.mark.ttcn3("attach_umts_aka_gsm_sres")
def test_usim_in_an_old_mobile() -> None:
    """33.102 6.8.1.1: it answers a challenge with SRES, which is XRES converted; the key is Kc."""
    lab = Lab()
    lab.mobiles.append(Old(lab))
    lab.mobiles[0].attach()
    assert lab.last(AttachAccept)
    assert isinstance(lab.context.keys, GsmKey)
    assert lab.context.keys.kc == auth.c3(bytes([0]) * 16, bytes([0]) * 16)


def test_usim_in_a_mobile_of_release_99() -> None:
    """It answers with RES, and the keys are CK and IK."""
    lab = Lab()
    lab.attached()
    assert isinstance(lab.context.keys, UmtsKeys)
