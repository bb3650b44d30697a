"""Stories of a configuration that is stored after a refill has brought another drug: what somebody
has read, and sends back with one other field, does not take the refill back.
"""

from tests.rigs.config import made_config
from tests.rigs.pump import ML, Bench, at_any_tick
from tests.story.test_staging import stage, store

LOW, HIGH = 500_000, 2_000_000
PROGRAM = {"mode": "continuous", "dose_ng_per_day": 250_000}


def refilled(**drug):
    """(a pump at rest whose reservoir holds HIGH or that drug, its configuration, with LOW)"""
    sections = {"program": dict(PROGRAM), "drug": {"name": "baclofen", "conc_ng_per_ml": LOW}}
    bench = Bench(start=False, **sections)
    fields = {"conc_ng_per_ml": HIGH, "fill_pl": 18 * ML, "withdrawn_pl": 18 * ML}
    bench.ok("refill", **dict(fields, **drug))
    return bench, made_config(**sections)


@at_any_tick
def test_a_configuration_that_names_another_drug_than_the_reservoir_holds_is_refused():
    bench, config = refilled()
    told = stage(bench, "config", dict(config, name="bench 2"))
    assert told["differ"] == ["drug", "name"], told
    for stated in ({}, {"conc_ng_per_ml": HIGH}, {"conc_ng_per_ml": None}):
        reply = bench.send("confirm", digest=told["digest"], **stated)
        assert reply["error"] == "NOT_NOW", reply
        for text in ("holds baclofen, 2000000 ng/mL", "states baclofen, 500000", "= 500000"):
            assert text in reply["message"], reply
    assert bench.status()["conc_ng_per_ml"] == HIGH


@at_any_tick
def test_a_configuration_with_the_drug_of_the_reservoir_is_stored_and_no_dose_changes():
    bench, config = refilled()
    books = bench.status()["residual_pl"]
    held = {"name": "baclofen", "conc_ng_per_ml": HIGH}
    bench = store(bench, dict(config, name="bench 2", drug=held))
    status = bench.status()
    assert (status["drug"], status["conc_ng_per_ml"]) == ("baclofen", HIGH)
    assert status["residual_pl"] == books
    bench.ok("start", confirm_dose_ng_per_day=250_000)
    assert bench.rate() == 250_000 * ML // HIGH


@at_any_tick
def test_a_drug_that_was_wrong_is_put_right_once_its_concentration_is_stated():
    bench, config = refilled()
    bench = store(bench, dict(config, name="bench 2"), conc_ng_per_ml=LOW)
    assert bench.status()["conc_ng_per_ml"] == LOW


@at_any_tick
def test_another_name_of_the_same_concentration_is_another_drug_and_the_status_has_it():
    bench, config = refilled(drug="morphine", conc_ng_per_ml=LOW)
    assert bench.status()["drug"] == "morphine"
    told = stage(bench, "config", dict(config, name="bench 2"))
    reply = bench.send("confirm", digest=told["digest"])
    assert "holds morphine, 500000 ng/mL" in reply["message"], reply
