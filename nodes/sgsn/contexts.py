"""The contexts of an SGSN, found by TLLI, P-TMSI and IMSI, and who has which identity (TS 24.008 4.7.1.4, 4.7.1.5)."""

from collections.abc import Iterable
from random import Random
from typing import TYPE_CHECKING, Any

from nodes.core.node import Node
from nodes.core.outputs import Record
from nodes.sgsn.config import SgsnConfig
from nodes.sgsn.context import MmContext
from nodes.sgsn.events import HEARD
from protocol.identities import GsnAddress, Imsi, Rai, Tlli, Tmsi

if TYPE_CHECKING:
    from nodes.sgsn.gb import Gb
    from nodes.sgsn.gs import Gs
    from nodes.sgsn.hlr_reset import HlrResets
    from nodes.sgsn.packets import UserPlane


class Contexts(Node):
    """A node that holds contexts: the part of an SGSN that gives identities and takes them back."""

    config: SgsnConfig
    gb: "Gb"
    gs: "Gs"
    hlr_resets: "HlrResets"
    unreached: dict[Imsi, None]
    user_plane: "UserPlane"

    def __init__(self, config: SgsnConfig, rng: Random, records: Iterable[Record]) -> None:
        super().__init__(config, rng, records)
        self.by_tlli: dict[int, MmContext] = {}
        self.by_ptmsi: dict[int, MmContext] = {}
        self.by_imsi: dict[str, MmContext] = {}

    def context_of(self, imsi: Imsi) -> MmContext | None:
        """The context registered under an IMSI."""
        return self.by_imsi.get(imsi)

    def holder_of(self, ptmsi: Tmsi, area: Rai) -> MmContext | None:
        """The context that was given this P-TMSI in this routing area."""
        context = self.by_ptmsi.get(ptmsi)
        if context is None or area != (context.rai if ptmsi == context.ptmsi else context.rai_old):
            return None
        return context

    def old_sgsn(self, area: Rai, identity: Tmsi) -> GsnAddress | None:
        """Which other SGSN has given a mobile this identity in this area; in a pool its NRI tells (23.236 5.3)."""
        config = self.config
        other = config.sgsns.get(area)
        if other is None and config.pool and self.gb.serves(area):
            return config.pool.get(identity.nri(config.nri_bits))
        return other

    def is_registered(self, context: MmContext) -> bool:
        """True when the IMSI of the context is known to be right: it was accepted once."""
        return context.imsi is not None and self.by_imsi.get(context.imsi) is context

    def disown(self, context: MmContext) -> None:
        """The context is no longer that of its IMSI."""
        if context.imsi is not None:
            drop(self.by_imsi, context.imsi, context)

    def claim(self, context: MmContext, asked: Tmsi | None) -> None:
        """This context is the mobile's from now on; another one of the same mobile ends.

        ``asked`` is the P-TMSI under which it came: of two that are valid the one that it has.
        """
        assert context.imsi is not None
        other = self.by_imsi.get(context.imsi)
        if other is context:
            return
        if other is not None:
            if not context.vectors:
                context.vectors = other.vectors
            self._free_old_ptmsi(context)
            has_old = asked is not None and asked == other.ptmsi_old
            context.ptmsi_old = other.ptmsi_old if has_old else other.ptmsi
            context.ptmsi_signature_old = other.ptmsi_signature_old if has_old else other.ptmsi_signature
            context.rai_old = other.rai_old if has_old else other.rai
            self.by_imsi[context.imsi] = context
            if other.paging is not None:
                other.paging.hear(HEARD)  # who is paged by IMSI answers by an attach (24.008 4.7.9.1.2)
            other.end()
            if context.ptmsi_old is not None:
                self.by_ptmsi[context.ptmsi_old] = context
        self.by_imsi[context.imsi] = context

    def allocate_ptmsi(self, context: MmContext, asked: Tmsi | None = None) -> None:
        """Give the mobile a P-TMSI, its signature and the local TLLI; the old ones stay valid until COMPLETE.

        ``asked`` is the P-TMSI under which it came, if it is one of its own.
        """
        if asked is not None and asked == context.ptmsi:
            self._free_old(context)
        bits, nri = self.config.nri_bits, self.config.nri
        while (ptmsi := Tmsi(self.rng.getrandbits(30) | 0xC0000000).with_nri(nri, bits)) in self.by_ptmsi:
            pass
        if context.ptmsi_old is None:
            context.ptmsi_old, context.ptmsi_signature_old = context.ptmsi, context.ptmsi_signature
            context.rai_old = context.rai
        elif context.ptmsi is not None:
            drop(self.by_ptmsi, context.ptmsi, context)  # it was never acknowledged
        if context.tlli_old is None:
            context.tlli_old = context.tlli
        elif context.tlli != context.tlli_asked:
            drop(self.by_tlli, context.tlli, context)
        assert context.cell is not None
        context.rai = context.cell.rai
        context.ptmsi = ptmsi
        context.ptmsi_signature = self.rng.getrandbits(24)
        context.tlli = Tlli.local(ptmsi)
        self.by_ptmsi[ptmsi] = context
        self.by_tlli[context.tlli] = context

    def _free_old_ptmsi(self, context: MmContext) -> None:
        if context.ptmsi_old is not None:
            drop(self.by_ptmsi, context.ptmsi_old, context)
            context.ptmsi_old = context.ptmsi_signature_old = context.rai_old = None

    def _free_old(self, context: MmContext) -> None:
        self._free_old_ptmsi(context)
        if context.tlli_old is not None:
            drop(self.by_tlli, context.tlli_old, context)
            context.tlli_old = None

    def release_old(self, context: MmContext) -> None:
        """The mobile uses its new identities: the old ones are free."""
        self._free_old(context)
        self.release_asked(context)

    def release_asked(self, context: MmContext) -> None:
        """An update is over: the TLLI under which it came is free, unless it is the mobile's own."""
        asked, context.tlli_asked = context.tlli_asked, None
        if asked is not None and asked not in (context.tlli, context.tlli_old):
            self._give_back(context, asked)

    def _give_back(self, context: MmContext, tlli: Tlli) -> None:
        """A TLLI is free; what came to nothing on that of a registered mobile gives it back."""
        if drop(self.by_tlli, tlli, context):
            owner = self.by_ptmsi.get(tlli.ptmsi)
            if owner is not None and owner is not context and tlli in (owner.tlli, owner.tlli_old):
                self.by_tlli[tlli] = owner

    def forget(self, context: MmContext) -> None:
        """A context has ended: no index leads to it any more."""
        self.gb.drop(context)
        for tlli in (context.tlli, context.tlli_old, context.tlli_asked):
            if tlli is not None:
                self._give_back(context, tlli)
        for ptmsi in (context.ptmsi, context.ptmsi_old):
            if ptmsi is not None:
                drop(self.by_ptmsi, ptmsi, context)
        self.disown(context)
        if context.imsi is not None and context.imsi not in self.by_imsi:
            self.gs.forget(context.imsi)
            self.unreached.pop(context.imsi, None)  # MNRG is a part of the context (23.060 13.2)


def drop(index: dict[Any, MmContext], key: Any, context: MmContext) -> bool:
    """Take a context out of an index, if it is the one that stands there; returns whether it was."""
    if index.get(key) is not context:
        return False
    del index[key]
    return True
