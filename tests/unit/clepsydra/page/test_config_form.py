"""The configuration by its form: each field reads back as what it shows, a slip is refused or said,
and what is confirmed is stored.
"""

from clepsydra.page.config_fields import CHOICES, NAME, fields_of, read_field, whole
from clepsydra.page.config_hints import HINTS
from firmware.config import AT_EOS, LATER, harmless
from firmware.syringe_geometry import volume_pl
from tests.rigs.page_rig import sent
from tests.rigs.patience import HANGS_S


def test_the_form_of_the_configuration_reads_back_as_what_it_shows(rig):
    assert CHOICES["service.at_eos"] == AT_EOS
    page = rig("flex_week", infusing=False)
    config = page.site.owner.look().result(timeout=HANGS_S).config
    page.get("/configuration")
    same = page.send("/configuration", **{one.key: one.text for one in fields_of(config)})
    assert same.status == 422 and "those are the settings in force already" in same.words


def test_a_configuration_by_form_is_compared_confirmed_and_read_back(rig):
    page = rig("flex_week", infusing=False)
    page.get("/configuration")
    wanted = {"limits.max_dose_24h_ng": "900 ug", "pump.after_reset": "resume"}
    review = page.send("/configuration", **wanted)
    assert "limits.max_dose_24h (changed) 1500 ug 900 ug" in review.words
    assert "pump.after_reset (changed) stop resume" in review.words
    assert page.confirm(review, "900").status == 422 and sent(page, "confirm") == []
    assert "read back: it is stored" in page.confirm(review, "400").words
    config = page.site.owner.look().result(timeout=HANGS_S).config
    assert config["limits"]["max_dose_24h_ng"] == 900_000
    assert config["pump"]["after_reset"] == "resume"


def test_head_line_and_drug_are_edited_by_form_and_another_concentration_is_typed_twice(rig):
    page = rig("flex_week", infusing=False)
    shown = page.get("/configuration").text
    for key, text in (
        ("name", "Flex week"),
        ("drug.name", "baclofen"),
        ("drug.conc_ng_per_ml", "2000 ug/mL"),
        ("head.pl_per_rev", "10 uL"),
        ("line.holds_tubing_ng_per_ml", ""),
        ("syringe.diameter_um", ""),
    ):
        assert f'name="{key}" value="{text}"' in shown, key
    typed = {
        "name": "Another head",
        "drug.conc_ng_per_ml": "200 ug/mL",
        "head.pl_per_rev": "12.5 uL",
        "line.tubing_pl": "120 uL",
        "line.catheter_pl": "0.132 mL",
        "line.holds_tubing_ng_per_ml": "water",
    }
    review = page.send("/configuration", **typed)
    for text in (
        "drug.conc is 10 times less: is its unit right?",
        "the program gives 2 mL a day, and 0.2 mL at the one of now",
        "head.per_rev (changed) 0.01 mL/rev 0.0125 mL/rev",
        "name (changed) Flex week Another head",
        "line.holds_tubing (changed) none 0 ug/mL",
    ):
        assert text in review.words, (text, review.words)
    assert page.confirm(review, "400").status == 422  # and the concentration
    assert page.confirm(review, "400", concentration="2000 ug/mL").status == 422
    assert sent(page, "confirm") == []
    done = page.confirm(review, "400", concentration="200 ug/mL")
    assert "read back: it is stored" in done.words, done.words
    config = page.site.owner.look().result(timeout=HANGS_S).config
    assert (config["name"], config["head"]["pl_per_rev"]) == ("Another head", 12_500_000)
    assert config["drug"] == {"name": "baclofen", "conc_ng_per_ml": 200_000}
    assert (config["line"]["tubing_pl"], config["line"]["holds_tubing_ng_per_ml"]) == (
        120_000_000,
        0,
    )


def test_a_syringe_is_stated_by_form_and_a_turn_of_it_follows_from_its_geometry(rig):
    page = rig("flex_week", infusing=False)
    page.get("/configuration")
    typed = {
        "head.rollers": "0",
        "syringe.diameter_um": "14.5 mm",
        "syringe.pitch_um": "0.8 mm",
        "syringe.travel_um": "12 cm",
        "reservoir.capacity_pl": "19 mL",
    }
    other = page.send("/configuration", **typed, **{"head.pl_per_rev": "12 uL"})
    assert other.status == 422 and "as syringe.diameter and pitch give" in other.words
    page.get("/configuration")
    review = page.send("/configuration", **typed)
    assert "syringe.diameter (changed) none 14.5 mm" in review.words, review.words
    assert "head.per_rev (changed) 0.01 mL/rev 0.1321 mL/rev" in review.words
    assert "head.per_rev is 13.2 times as much" in review.words
    assert "head.rollers was 6, and is 0: is that meant?" in review.words
    assert page.confirm(review, "400").path.startswith("/review/")
    config = page.site.owner.look().result(timeout=HANGS_S).config
    assert config["syringe"]["travel_um"] == 120_000
    assert config["head"]["pl_per_rev"] == volume_pl(14_500, 800)


def test_after_a_refill_with_another_drug_a_form_changes_its_field_and_keeps_that_drug(rig):
    page = rig("flex_week", infusing=False)
    fields = {"conc_ng_per_ml": 500_000, "drug": "morphine", "fill_pl": 15 * 10**9}
    assert page.owner.look().result(timeout=HANGS_S).meant.daily_pl == 200_000_000
    page.owner.do(lambda pump: pump.session.ask("refill", withdrawn_pl=0, **fields)).result()
    assert page.owner.look().result(timeout=HANGS_S).meant.daily_pl == 800_000_000
    shown = page.get("/configuration").text
    assert 'name="drug.conc_ng_per_ml" value="500 ug/mL"' in shown
    assert 'name="drug.name" value="morphine"' in shown
    review = page.send("/configuration", **{"limits.max_dose_24h_ng": "900 ug"})
    told = "the last refill has brought morphine 500 ug/mL; the stored configuration states "
    assert f"{told}baclofen 2000 ug/mL" in review.words, review.words
    assert "drug.conc (changed)" not in review.words and 'name="concentration"' not in review.text
    assert "read back: it is stored" in page.confirm(review, "400").words
    glance = page.owner.look().result(timeout=HANGS_S)
    assert glance.status.raw["drug"] == "morphine" and glance.conc_ng_per_ml == 500_000
    assert glance.config["drug"] == {"name": "morphine", "conc_ng_per_ml": 500_000}
    assert glance.config["limits"]["max_dose_24h_ng"] == 900_000


def test_a_field_that_nobody_touches_adds_nothing_to_an_old_configuration():
    old = {name: part for name, part in harmless().items() if name not in LATER}
    assert {one.section for one in fields_of(old)} >= {"syringe", "line", "service"}
    assert all(read_field(one, one.text) == _at(whole(old), one) for one in fields_of(old))


def _at(config, field):
    return config[NAME] if field.key == NAME else config[field.section][field.name]


CONFIG_SLIPS = [
    ("name", " ", "1 to 100 characters"),
    ("drug.name", "", "1 to 100 characters"),
    ("drug.conc_ng_per_ml", "500", "has no unit"),
    ("drug.conc_ng_per_ml", "500 ug", "is a dose, not a concentration"),
    ("drug.conc_ng_per_ml", "", "drug.concentration is nothing, allowed is none to"),
    ("drug.conc_ng_per_ml", "none", "limits.max_dose_1h is 100 ug, allowed is null without"),
    ("head.pl_per_rev", "10", "has no unit"),
    ("head.steps_per_rev", "3,200", "is not a whole number"),
    ("head.rollers", "600", "head.rollers"),
    ("head.safe_state", "held", "allowed: hold, off"),
    ("line.tubing_pl", "20 cm", "is a length, not a volume"),
    ("line.tolerance_ppt", "10", "has no unit"),
    ("syringe.diameter_um", "14.5", "has no unit"),
    ("syringe.diameter_um", "14.5 mm", "syringe.pitch is nothing, allowed is a length"),
    ("syringe.diameter_um", "14.5 cm", "syringe.pitch is nothing"),
    ("syringe.backlash_um", "500 mm", "syringe.backlash is 500 mm, allowed is 0 mm to 10 mm"),
    ("limits.bolus_lockout_s", "20 d", "limits.bolus_lockout is 20 d, allowed is 0 d to 7 d"),
    ("limits.max_bolus_ng", "0 ug", "limits.max_bolus is 0 ug, allowed is 1 ng to"),
    ("reservoir.capacity_pl", "2 mL", "reservoir.low is 2 mL, allowed is less than capacity, 2 mL"),
    ("head.rollers", "x" * 5000, f'head.rollers: "{"x" * 100}" is not a whole number'),
    ("limits.max_rate_pl_per_day", "24 mL/h", "steps/s, and start_hz of the board"),
    ("limits.max_dose_24h_ng", "1500", "has no unit"),
    ("limits.max_dose_24h_ng", "1,500 ug", "write a point, not a comma"),
    ("limits.max_dose_24h_ng", "0.75 mL", "is a volume, not a dose"),
    ("limits.max_rate_pl_per_day", "24 mL", "is a volume, not"),
    ("limits.bolus_lockout_s", "4 ug", "is a dose, not a duration"),
    ("limits.stall_steps", "forty", "is not a whole number"),
    ("reservoir.low_pl", "25 mL", "reservoir.low is 25 mL, allowed is less than capacity, 20 mL"),
    ("limits.max_dose_24h_ng", "", "limits.max_dose_24h is nothing, allowed is a dose"),
    ("pump.after_reset", "go on", "allowed: stop, resume"),
]


TENFOLD = [
    ("limits.max_dose_24h_ng", "15 mg", "limits.max_dose_24h is 10 times as much: is its unit"),
    ("limits.max_dose_1h_ng", "100 mg", "limits.max_dose_1h is 1,000 times as much"),
    (
        "limits.restart_dose_ng_per_day",
        "50 mg/d",
        "50000 ug/d, above the 400 ug/d of the program",
    ),
    ("limits.restart_dose_ng_per_day", "50 ug/d", "limits.restart_dose (changed) none 50 ug/d"),
    ("head.pl_per_rev", "12 uL", "each dose takes 0.833 times as many steps as now"),
    ("head.steps_per_rev", "320", "each dose takes 0.1 times as many steps as now"),
    ("line.tubing_pl", "120 uL", "line.tubing was 0 mL, and is 0.12 mL: is that meant?"),
    ("limits.min_rate_pl_per_day", "6 uL/h", "limits.min_rate is 24 times as much"),
]


def test_a_configuration_by_form_with_a_slip_is_refused_and_a_tenfold_one_is_said(rig):
    page = rig("flex_week", infusing=False)
    page.get("/configuration")
    for key, typed, told in CONFIG_SLIPS:
        shown = page.send("/configuration", **{key: typed})
        assert shown.status == 422 and told in shown.words, (key, typed, shown.words)
    for key, typed, told in TENFOLD:
        review = page.send("/configuration", **{key: typed})
        assert review.path.startswith("/review/") and told in review.words, (key, review.words)
        page.get("/configuration")
    assert sent(page, "confirm") == []


def test_every_field_of_the_configuration_says_what_it_is_and_is_marked_where_it_is_wrong(rig):
    page = rig("flex_week", infusing=False)
    shown = page.get("/configuration").text
    for key in HINTS:
        assert f'aria-describedby="{key}-hint"' in shown and f'id="{key}-hint"' in shown, key
    assert {one.key for one in fields_of(harmless())} == set(HINTS)
    assert "aria-invalid" not in shown
    shown = page.send("/configuration", **{"limits.bolus_lockout_s": "20 d"}).text
    assert 'aria-describedby="limits.bolus_lockout_s-hint" aria-invalid=true' in shown
    shown = page.send("/configuration", **{"limits.max_dose_24h_ng": "1,500 ug"}).text
    assert shown.count("aria-invalid") == 1
    assert 'aria-describedby="limits.max_dose_24h_ng-hint" aria-invalid=true' in shown


def test_a_form_of_the_configuration_from_another_tab_or_sent_twice_is_stored_once(rig):
    page = rig("flex_week", infusing=False)
    page.get("/configuration")
    wanted, mark = {"limits.max_dose_24h_ng": "900 ug"}, page._mark
    first, second = page.send("/configuration", **wanted), page.send("/configuration", **wanted)
    assert "read back: it is stored" in page.confirm(first, "400").words
    assert "read back: it is stored" in page.confirm(first, "400").words  # what came of it
    assert "the configuration was" in page.confirm(second, "400").words
    assert len(sent(page, "confirm")) == 1
    stale = page.send("/configuration", **{"limits.max_dose_1h_ng": "90 ug", "mark": mark})
    assert stale.status == 409, stale.words


def test_a_pump_that_infuses_takes_no_configuration_by_form(rig):
    page = rig("flex_week")
    assert "INFUSING: stop it before you fill in this form" in page.get("/configuration").words
    shown = page.send("/configuration", **{"limits.max_dose_24h_ng": "900 ug"})
    assert shown.status == 422 and "it takes a configuration at rest" in shown.words
