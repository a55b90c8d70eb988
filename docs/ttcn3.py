"""The behaviours that the public Osmocom TTCN-3 suites test, by the names of their test cases.

:data:`CATALOGUE` is the list against which ours is held; :data:`NOT_APPLICABLE` says why a case has no counterpart
here. The cases of Gs are those of SGs, its sibling in TS 29.118, read as BSSAP+.
"""

import re
from collections.abc import Iterator

IU = "Iu mode"
RIM = "RAN information management"
VTY = "a command of that program's terminal"
GSUP = "a matter of GSUP, which is not spoken here"
GY = "charging over Gy"

SUITES = {
    "SGSN: attach": """
        attach attach_mnc3 attach_umts_aka_umts_res attach_umts_aka_gsm_sres attach_combined attach_accept_all
        attach_closed attach_closed_add_vty attach_no_imei_response attach_no_imsi_response attach_auth_id_timeout
        attach_auth_sai_timeout attach_auth_sai_reject attach_gsup_lu_timeout attach_gsup_lu_reject
        attach_second_attempt attach_check_complete_resend attach_gmm_attach_req_while_gmm_attach
        attach_req_id_req_ra_update attach_check_subscriber_list attach_detach_check_subscriber_list
        attach_usim_resync attach_usim_a54_{a54,a53,a50} attach_usim_a53_a54 attach_usim_a50_a54""",
    "SGSN: detach": "detach_{unknown_,}{no,}poweroff attach_pdp_act_gmm_detach",
    "SGSN: routing area update and cell change": """
        rau_unknown attach_rau attach_rau_a_a attach_rau_a_b attach_rau_a_b_wrong_old_ra
        cell_change_different_{rai_,}ci_{attach,data} sgsn_context_req_in sgsn_context_req_out""",
    "SGSN: the HLR's wishes": """
        hlr_location_cancel_request_{update,withdraw,unknown_subscriber_update,unknown_subscriber_withdraw}""",
    "SGSN: sessions": """
        pdp_act_unattached attach_pdp_act attach_pdp_act_user attach_pdp_act_user_deact_{mo,mt}
        attach_pdp_act_ggsn_reject attach_pdp_act_deact_dup attach_pdp_act_deact_mt_t3395_expire
        attach_pdp_act_deact_gtp_retrans{,_resp} attach_pdp_act_user_error_ind_ggsn attach_timeout_after_pdp_act
        attach_echo_timeout attach_restart_ctr_{echo,create}""",
    "SGSN: paging and suspension": """
        paging_ps paging_ps_ra_multiple_cells suspend_nopaging suspend_resume suspend_rau""",
    "SGSN: LLC": "xid_empty_l3 xid_n201u llc_null llc_sabm_dm_llgmm llc_sabm_dm_ll5",
    "SGSN: others": """
        bssgp_rim_single_report rim_eutran_to_geran iu_attach iu_attach_encr geran_iu_ra_upd iu_geran_ra_upd
        pmm_idle pmm_idle_lost_pdp_status pmm_idle_rx_mt_data rnc_sctp_disconnected""",
    "HLR": """
        gsup_sai gsup_sai_err_{invalid_imsi,unknown_imsi} gsup_sai_num_auth_vectors gsup_sai_eps
        gsup_ul gsup_ul_{unknown_imsi,unknown_imsi_roaming_not_allowed,subscriber_data,via_proxy}
        vty_msisdn_isd gsup_purge_{cs,ps,unknown} gsup_check_imei gsup_check_imei_{invalid_len,unknown_imsi}
        subscr_create_on_demand_{ul,sai,check_imei_early}""",
    "BSSGP": """
        BVC_bringup BVC_bringup_conflicting bvc_{block,unblock}_ptp bvc_reset_{ptp,sig}_from_{bss,sgsn}
        bvc_reset_blocked_ptp_from_sgsn suspend resume paging_{ps,cs}_{ptp,sig}_{bss,lac,rac,bvci}
        paging_{ps,cs}_{ptp,sig}_{lac,rac,bvci}_unknown paging_ps_{ptp,sig}_bvci_imsi
        paging_ps_reject_{ptp,sig}_bvci{,_imsi} dummy_paging_ps_{ptp,sig}
        flush_ll_{bvci_new,no_bvci_new} llc_discarded overload fc_{bvc,ms} ra_capability ra_capability_upd
        radio_status radio_status_{tmsi,imsi} ms_reg_enq trace
        status_{sig,ptp}_ul_{tlli,tmsi} status_{sig,ptp}_dl_bvci""",
    "NS": """
        NS_connect_{reset,alive} tx_reset tx_reset_{tx_alive,rx_alive} reset_retries reset_on_block_reset
        tx_block tx_block_by_vty tx_block_by_vty_reset tx_unblock tx_unblock_retries
        {tx,rx}_block_unitdata_over_blocked alive_retries_single_{reset,no_resp} no_reset_alive_ack ignore_reset_ack
        reset_wrong_{nsei,nsvci,nsei_nsvci} reset_ack_wrong_{nsei,nsvci,nsei_nsvci}
        SNS_size SNS_size_too_big SNS_config_{bss,sgsn} SNS_and_alive""",
    "Gs (the cases of SGs)": """
        sgsap_reset sgsap_lu sgsap_lu_imsi_reject sgsap_lu_and_nothing sgsap_expl_imsi_det_eps
        sgsap_impl_imsi_det_eps sgsap_{expl,impl}_imsi_det_noneps sgsap_paging_rej sgsap_paging_subscr_rej
        sgsap_paging_ue_unr sgsap_paging_and_nothing sgsap_paging_and_lu sgsap_unexp_ud sgsap_vlr_failure""",
    "MSC": """
        lu_imsi_noauth_tmsi_check_imei lu_imsi_noauth_tmsi_check_imei_{nack,err}
        lu_imsi_noauth_tmsi_check_imei_early auth_options_{0,1,2,3,4,5,6,7,8,9,10,11}""",
    "GGSN": """
        pdp{4,6,46}_act_deact pdp{4,6,46}_act_deact_{ipcp,pcodns,gtpu_access,wrong_saddr} pdp4_act_deact_mtu
        echo_req_resp echo_req_resp_gtpu pdp4_act_update_{teic,teid} pdp_act2_recovery pdp_act_restart_ctr_echo
        act_deact_retrans_duplicate lots_of_concurrent_pdp_ctx addr_pool_exhaustion gy_charging_cc_time""",
}
"""Test cases by suite; braces stand for each of their alternatives."""

REASONS: tuple[tuple[str, str], ...] = (
    (r"^(iu_|pmm_|rnc_)|geran_iu|iu_geran", IU),
    (r"rim", RIM),
    (r"vty$|check_subscriber_list$|accept_all$", VTY),
    (r"^subscr_create_on_demand|via_proxy$|_eps$(?<!det_eps)", GSUP),
    (r"^gsup_check_imei_unknown_imsi$", "a matter of GSUP: checkIMEI of MAP does not name the IMSI"),
    (r"^gy_", GY),
)
"""By the beginning of a name, or a part of it: why there is no counterpart."""


def expanded(pattern: str) -> Iterator[str]:
    """The names that a pattern with braces stands for."""
    found = re.search(r"\{([^{}]*)\}", pattern)
    if found is None:
        yield pattern
        return
    for choice in found[1].split(","):
        yield from expanded(pattern[: found.start()] + choice + pattern[found.end() :])


CATALOGUE: dict[str, list[str]] = {
    suite: [name for pattern in text.split() for name in expanded(pattern)] for suite, text in SUITES.items()
}
"""All names by suite."""


def reason(name: str) -> str | None:
    """Why a case has no counterpart here."""
    return next((why for pattern, why in REASONS if re.search(pattern, name)), None)


def page(results: dict[str, list[tuple[str, str]]]) -> str:
    """The page: for each case our tests with their outcomes, or why there is none."""
    lines = [
        "# Behaviours of the Osmocom TTCN-3 suites",
        "",
        "Made from a test run (`make conformance`). A case counts when a test of ours shows its behaviour over our",
        "interfaces: MAP where the suites speak GSUP, BSSAP+ where they speak SGsAP.",
        "",
    ]
    for suite, names in CATALOGUE.items():
        done = sum(name in results for name in names)
        due = sum(reason(name) is None or name in results for name in names)
        lines += [f"## {suite}: {done} of {due}", "", "| case | our test | result |", "|---|---|---|"]
        for name in names:
            why = reason(name)
            if name in results:
                lines += [f"| {name} | `{test}` | {outcome} |" for test, outcome in results[name]]
            elif why is not None:
                lines.append(f"| {name} | – | not applicable: {why} |")
            else:
                lines.append(f"| {name} | – | missing |")
        lines.append("")
    return "\n".join(lines)
