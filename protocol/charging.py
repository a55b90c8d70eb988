"""Charging characteristics (TS 32.015, 32.215): how the use of a PDP context is charged. MAP and GTP carry it."""

from typing import Annotated

from protocol.bits import BITS, Struct


class ChargingCharacteristics(Struct):
    """Two octets of flags. Later releases read the four named ones as a profile index, the spare ones as behaviours."""

    spare: Annotated[int, BITS(4)] = 0
    normal_charging: Annotated[bool, BITS(1)] = False
    prepaid_service: Annotated[bool, BITS(1)] = False
    flat_rate: Annotated[bool, BITS(1)] = False
    hot_billing: Annotated[bool, BITS(1)] = False
    spare_octet_2: Annotated[int, BITS(8)] = 0
