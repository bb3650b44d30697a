"""S6: with a drug both caps are required; without one there is none."""

import pytest

from firmware import config
from firmware.errors import ConfigError
from tests.rigs.recorded_pump import made_pump_config


# trace: S6.1
@pytest.mark.parametrize("field", ["max_dose_1h_ng", "max_dose_24h_ng"])
def test_with_a_drug_both_caps_are_required_and_one_message_says_so(field):
    bad = made_pump_config()
    bad["limits"][field] = None
    with pytest.raises(
        ConfigError,
        match=f"limits.{field} is None, allowed is a dose: with a drug both caps are required: "
        "state both",
    ):
        config.check(bad)


def test_a_configuration_from_before_there_was_a_limit_of_a_bolus_or_a_prime_stays_good():
    made = made_pump_config()
    for key in ("max_bolus_ng", "max_prime_ng"):
        del made["limits"][key]
    limits = config.check(made)["limits"]
    assert limits["max_bolus_ng"] is None and limits["max_prime_ng"] is None
