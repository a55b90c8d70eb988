"""Who of a population hears what: frames by cell and TLLI, pages by temporary and permanent identity."""

from typing import TYPE_CHECKING

from nodes.core.llc import LogicalLink
from protocol.identities import CellIdentifier, Imsi, Lai, MobileIdentity, Tlli, Tmsi

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from nodes.ms.mobile import Mobile


class Listening:
    """The mobiles by what they listen to. One that does not listen is in no table but that of IMSIs.

    The same TLLI or TMSI may be another mobile's in another cell or area: networks do not agree on them.
    """

    __slots__ = ("_rng", "by_imsi", "by_tlli", "by_tmsi", "in_cell")

    def __init__(self, rng: "Random", mobiles: "Iterable[Mobile]") -> None:
        self._rng = rng
        self.by_imsi: dict[Imsi, Mobile] = {mobile.card.imsi: mobile for mobile in mobiles}
        self.by_tlli: dict[tuple[CellIdentifier, Tlli], Mobile] = {}
        self.by_tmsi: dict[tuple[Lai, Tmsi], Mobile] = {}
        self.in_cell: dict[CellIdentifier, dict[Mobile, None]] = {}
        """Who wants to hear of a cell, by the order of coming."""

    # --- cells ----------------------------------------------------------------------------------------------------

    def enter(self, mobile: "Mobile") -> None:
        """The mobile is in its cell, and switched on."""
        self.in_cell.setdefault(mobile.cell.identifier, {})[mobile] = None

    def leave(self, mobile: "Mobile") -> None:
        """It is not there any more."""
        self.in_cell.get(mobile.cell.identifier, {}).pop(mobile, None)

    def listen(self, mobile: "Mobile") -> None:
        """Hear what is sent in the mobile's cell."""
        mobile.listens = True
        for tlli in (mobile.tlli, mobile.tlli_old):
            if tlli is not None:
                self.by_tlli[mobile.cell.identifier, tlli] = mobile

    def shut(self, mobile: "Mobile") -> None:
        """Hear nothing."""
        for tlli in (mobile.tlli, mobile.tlli_old):
            if tlli is not None:
                self._unlist(mobile, tlli)
        mobile.listens = False

    # --- TLLIs (24.008 4.7.1.4, 44.064 7.2.1.1) -------------------------------------------------------------------

    def assign_tlli(self, mobile: "Mobile") -> None:
        """Give a mobile that is to attach its foreign TLLI, or a random one; on another TLLI the link begins anew."""
        ptmsi = mobile.card.ptmsi
        if ptmsi is not None:
            tlli = Tlli.foreign(ptmsi)
            if tlli == mobile.tlli:
                return
        else:
            cell = mobile.cell.identifier
            while (cell, tlli := Tlli.random(self._rng.getrandbits(27))) in self.by_tlli:
                pass
        self.release_tlli(mobile)
        mobile.tlli = tlli
        mobile.link = LogicalLink(network=False)
        self.listen(mobile)

    def change_tlli(self, mobile: "Mobile", tlli: Tlli) -> None:
        """Use another TLLI on the same link; the old one is heard until the network uses the new one."""
        if tlli == mobile.tlli:
            return
        self.forget_old_tlli(mobile)
        mobile.tlli_old, mobile.tlli = mobile.tlli, tlli
        self.by_tlli[mobile.cell.identifier, tlli] = mobile

    def forget_old_tlli(self, mobile: "Mobile") -> None:
        """The network uses the new one."""
        if mobile.tlli_old is not None:
            self._unlist(mobile, mobile.tlli_old)
            mobile.tlli_old = None

    def release_tlli(self, mobile: "Mobile") -> None:
        """The mobile has none."""
        self.shut(mobile)
        mobile.tlli = mobile.tlli_old = None

    def _unlist(self, mobile: "Mobile", tlli: Tlli) -> None:
        """Forget a TLLI, unless it has become another mobile's."""
        key = mobile.cell.identifier, tlli
        if self.by_tlli.get(key) is mobile:
            del self.by_tlli[key]

    # --- pages ----------------------------------------------------------------------------------------------------

    def name(self, mobile: "Mobile", area: Lai | None, tmsi: Tmsi | None) -> None:
        """The network of calls has given the mobile a TMSI in this area, or has none for it."""
        card = mobile.card
        if card.tmsi is not None and card.lai is not None and self.by_tmsi.get((card.lai, card.tmsi)) is mobile:
            del self.by_tmsi[card.lai, card.tmsi]
        card.lai, card.tmsi = area, tmsi
        if area is not None and tmsi is not None:
            self.by_tmsi[area, tmsi] = mobile

    def paged(self, cell: CellIdentifier, area: Lai, identity: MobileIdentity, *, packets: bool) -> "Mobile | None":
        """Who listens in this cell to a page under this identity."""
        value = identity.value
        mobile: Mobile | None
        if isinstance(value, Imsi):
            mobile = self.by_imsi.get(value)
        elif not isinstance(value, Tmsi):
            return None
        elif packets:
            mobile = self.by_tlli.get((cell, Tlli.local(value)))
        else:
            mobile = self.by_tmsi.get((area, value))
        return mobile if mobile is not None and mobile.listens and mobile.cell.identifier == cell else None
