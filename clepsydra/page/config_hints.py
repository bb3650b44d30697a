"""What each field of the configuration is, and how its value is written in the form. CPython only.

docs/configuration.md has ranges and the rest.
"""

HINTS = {
    "name": "of this configuration",
    "drug.conc_ng_per_ml": "of what is in the reservoir, as 500 ug/mL; none: no drug, no dose caps",
    "drug.name": "what is in the reservoir",
    "head.pl_per_rev": "what a turn gives, calibrated, as 10 uL",
    "head.rollers": "a number; 0 if it has none",
    "head.safe_state": "the motor at rest: hold stands against free flow, off lets go",
    "head.steps_per_rev": "microsteps of a turn, a number",
    "syringe.backlash_um": "what the screw turns after a reversal in vain, as 50 um",
    "syringe.diameter_um": "inside of the barrel, as 14.5 mm; empty: the head is peristaltic",
    "syringe.pitch_um": "way of the plunger in a turn, as 0.8 mm",
    "syringe.travel_um": "way of the plunger between its end stops, as 60 mm",
    "line.catheter_pl": "its volume, as 130 uL; tubing and catheter 0: the tip is at the pump",
    "line.holds_catheter_ng_per_ml": "when it is stated first, as 500 ug/mL, or water; "
    "empty: nobody knows",
    "line.holds_tubing_ng_per_ml": "when it is stated first, as 500 ug/mL, or water; "
    "empty: nobody knows",
    "line.tolerance_ppt": "how far both volumes may be off, as 10 %",
    "line.tubing_pl": "from the pump to the catheter, as 120 uL",
    "limits.blind_pl": "most that is queued ahead of the control loop, as 1 uL",
    "limits.bolus_lockout_s": "least time from start to start of a bolus, as 2 h",
    "limits.holiday_s": "after longer without a dose it is to be confirmed, as 2 d",
    "limits.max_bolus_ng": "most of one bolus, as 100 ug; empty: the caps alone hold it",
    "limits.max_dose_1h_ng": "cap over any hour, all sources, as 60 ug; needed with a drug",
    "limits.max_dose_24h_ng": "cap over any 24 h, all sources, as 400 ug; needed with a drug",
    "limits.max_prime_ng": "most that one prime counts, as 300 ug; empty: none is taken",
    "limits.max_rate_pl_per_day": "most the pump delivers, all together, as 24 mL/d",
    "limits.min_rate_pl_per_day": "rate of a minimum program, and at a dose cap, as 6 uL/d",
    "limits.monitor_1h_pl": "the monitor stops the pump beyond it in an hour, as 1 mL; "
    "empty: the least that it may be",
    "limits.monitor_24h_pl": "the same in 24 h, as 3 mL; empty: the least that it may be",
    "limits.program_max_rate_pl_per_day": "most that a program may ask for, as 12 mL/d",
    "limits.restart_dose_ng_per_day": "the dose until it is confirmed, as 50 ug/d; "
    "empty: that of min_rate",
    "limits.stall_steps": "so many steps, less than half of them sensed, are a stall; a number",
    "limits.stopped_limit_s": "NOTHING_DELIVERED after this, as 1 h",
    "limits.supply_min_mv": "SUPPLY_LOW below this, as 4.5 V",
    "reservoir.capacity_pl": "the most it can hold, as 20 mL",
    "reservoir.level_belief_ppt": "how far the level switch is believed, as 30 % of what was "
    "delivered since the fill",
    "reservoir.level_tolerance_pl": "how far off the level switch closes, as 100 uL",
    "reservoir.low_pl": "LOW_RESERVOIR at or below this, as 2 mL",
    "reservoir.residual_pl": "never pumped: EMPTY_RESERVOIR here, as 500 uL",
    "pump.after_reset": "stop: it stays stopped; resume: it goes on with the program",
    "pump.store_grace_s": "how long the basal goes on without a journal, as 1 d; 0 s: not at all",
    "service.at_eos": "of a tube set that is worn: keep goes on, minimum at min_rate, stop stops",
    "service.tube_months": "its life from the first use, a number; empty: none by the calendar",
    "service.tube_revs": "turns until it is worn, a number; empty: no wear is watched",
}
