"""The rules of therapy, S1 to S26, that comments and records name: a row for each part that a test
could find broken.
"""

from tests.trace.row import Row

DOSES = (
    Row(
        "S1.1", "With a drug each prescription is a dose: no other concentration changes a ng of it"
    ),
    Row("S1.2", "Rates follow from dose and concentration anew, rounded down"),
    Row("S1.3", "Without a drug prescriptions are volumes"),
    Row(
        "S1.4",
        "A refill of another concentration is answered with all that is derived, old and new",
    ),
    Row("S1.5", "It is refused where one of them leaves its limits"),
    Row("S2.1", "What is counted is never less than what plug flow brings to the tip"),
    Row("S2.2", "A prime counts from half of the way between the drug's front and the tip on"),
    Row("S2.3", "What it counted is not taken back when the drug arrives"),
    Row(
        "S3.1", "Where a front is, is known between least and most: doubt and tolerance widen that"
    ),
    Row("S3.2", "In between the higher concentration counts, and rates follow from it"),
    Row("S3.3", "A bridge to a higher concentration ends early, one to a lower one late"),
    Row("S3.4", "Without tolerance and doubt a bridge is the path's volume to the step"),
    Row("S3.5", "The status has both ends"),
    Row("S3.6", "Many power-ups within a bridge give never more, and hardly less"),
    Row("S4.1", "No bolus of any kind while two drugs are in the line; it is said for how long"),
    Row("S4.2", "A stretch counts piece by piece at what is at the tip, also over a front"),
    Row(
        "S4.3",
        "What moves without pulses in a mixed line counts at the highest in line or reservoir",
    ),
    Row("S4.4", "A bolus has a hard limit of its own"),
    Row("S5.1", "Windows and reservoir count emitted or moved, whichever is more"),
    Row("S5.2", "What did not move is stated, is doubt of the front, and takes no dose back"),
    Row("S5.3", "Less motion than pulses is UNDER_DELIVERY"),
    Row("S6.1", "With a drug both caps are required"),
    Row("S6.2", "A patient's bolus is granted if the basal of 24 h stays whole with it"),
    Row(
        "S6.3", "A clinician's bolus that lowers the basal is confirmed, with when and by how much"
    ),
    Row("S7.1", "The monitor counts pulses against volumes of its own, without the dose windows"),
    Row("S7.2", "A configuration leaves it a twentieth more than the gate can permit, at least"),
    Row("S7.3", "A prime opens an allowance once; it ends with its steps or its time"),
    Row("S7.4", "Concentration, caps, line, bridge, plan and allowance may flip no bit unseen"),
    Row("S8.1", "A day at the tip more than 15 % and 10 ug off is told, with the likely cause"),
    Row("S8.2", "A bolus is prescribed from when it is at the tip on"),
    Row("S8.3", "Before the first drug is due the status says when it comes, and nothing alarms"),
)

LINE = (
    Row("S9.1", "A prime that the known line contradicts is refused"),
    Row("S9.2", "No more is primed than is missing"),
    Row("S9.3", "One that is interrupted is told with volume and hours; a new one gives the rest"),
    Row("S9.4", "Its bridge is dropped, and start waits until that is answered"),
    Row("S9.5", "It has a limit of its own, and is shown before it is confirmed"),
    Row("S9.6", "What it counts leaves less for boluses, and the basal as it is"),
    Row("S9.7", "Old drug is not pushed out fast: the tubing goes by bridge"),
    Row("S10.1", "The dose of a bridge is lowered, or raised within the limits"),
    Row("S10.2", "A program waits for the end of the bridge, and so does a stage"),
    Row("S10.3", "The bridge follows the hours of a program"),
    Row("S10.4", "A stop, a stall and a reset pause it; start says what is left, and gives that"),
    Row("S10.5", "Another refill is one slug more, each at its own rate"),
    Row("S10.6", "Leaving it out, or the rest of it, asks for the consequence"),
    Row("S10.7", "That is exactly the path times the difference"),
    Row("S10.8", "With caps the tip keeps below them all the same"),
    Row("S11.1", "Test boluses are 50, 75 and 100 ug, 24 h apart, and no fourth"),
    Row("S11.2", "The response is kept, and the dose to start with follows from it"),
    Row("S11.3", "One that is too fast is refused with the shortest time"),
    Row("S12.1", "The patient's button asks for a bolus and does nothing else"),
    Row("S12.2", "A press counts when it is let go within 2 s; down for a minute it sticks"),
    Row("S12.3", "In a signal, a pause and 10 s after them it is denied, heard and counted"),
    Row(
        "S12.4",
        "`quiet` pauses the sound, and `service` lets a key be handed out: inputs of their own",
    ),
    Row("S12.5", "A board with one button does that by beeps, at rest, in the first minute"),
    Row("S12.6", "A button that is down at power-up sticks and leads nowhere"),
    Row("S12.7", "Each row of the tables of buttons is a test"),
)

RUNS = (
    Row("S13.1", "After more than `holiday` without drug start states the dose"),
    Row("S13.2", "After an unknown time too"),
    Row("S13.3", "What goes on by itself then gives the restart dose, with an alarm"),
    Row("S13.4", "After a time that is proved short it goes on whole"),
    Row("S13.5", "A plan is paused"),
    Row("S13.6", "It goes on 10 s after power-up"),
    Row(
        "S14.1", "A stage that raises the dose waits, and is heard daily, until its dose is stated"
    ),
    Row("S14.2", "No stage with a HIGH alarm, at a cap, in a mixed line, or after less than 90 %"),
    Row("S14.3", "A day is 24 h of the pump's time; one that is missed does not count"),
    Row("S14.4", "A pause, an end and a missed confirmation keep the dose"),
    Row("S14.5", "Up 30 or 15 % and down 20 % in 24 h are the limits"),
    Row("S14.6", "While a plan runs no program is set"),
    Row("S15.1", "Left is what the books say less what was withdrawn, at least the residual"),
    Row("S15.2", "What was withdrawn is stated; `first` is for a reservoir that is new"),
    Row("S15.3", "A fill above the capacity is refused"),
    Row(
        "S15.4",
        "More than fits in is taken, with REFILL_MISMATCH, both volumes, and the pump goes on",
    ),
    Row("S15.5", "What it mixes to is shown, and a warning above 5 %"),
    Row("S15.6", "Forecasts begin with what is sure to be there"),
    Row("S15.7", "Two dates: as in the last week, and with all that is allowed"),
    Row("S15.8", "An emptied pump is EMPTY"),
    Row("S15.9", "A mismatch is released by a clinician alone"),
    Row("S15.10", "A catheter is flushed only after it was aspirated"),
    Row("S16.1", "Closed for a minute is low at once, until the next fill"),
    Row("S16.2", "A switch that fits the books is counted down to EMPTY, each step by its share"),
    Row(
        "S16.3",
        "One that does not, chatters, or was closed at the fill, disagrees and stops nothing",
    ),
    Row("S16.4", "One that stays open is judged alike"),
    Row("S16.5", "Books and switch stay two numbers"),
    Row("S16.6", "Closed 5 min after a fill is LEVEL_STUCK"),
)

SENSORS = (
    Row("S17.1", "Too much motion is three readings in 2 s"),
    Row("S17.2", "Or a tenth more in a quarter of an hour"),
    Row("S17.3", "A magnet too weak or too strong is a silent sensor, and books nothing"),
    Row(
        "S17.4", "Motion in an open head is told, and the line is unknown until somebody states it"
    ),
    Row("S17.5", "What nobody explains stands beside the emitted steps, and the caps count it"),
    Row("S17.6", "At rest forward motion is unexplained at once, and a fault above the allowance"),
    Row("S17.7", "With the door open motion is no alarm, and is compared anew when it is closed"),
    Row("S17.8", "Reverse motion is told and takes nothing away"),
    Row("S17.9", "In a field: stall and recovery, no fault, nothing unexplained"),
    Row("S18.1", "Nothing delivered counts from when the next step was due"),
    Row("S18.2", "A pause in a program counts, unless the program states its longest"),
    Row("S18.3", "What does not infuse counts from its first second"),
    Row("S18.4", "It waits while another HIGH alarm tells of the same stop"),
    Row("S18.5", "A lowered rate is an event at once, an alarm after 2 % of a day or 15 min"),
    Row("S19.1", "An interruption is one alarm: HIGH if it stopped, MEDIUM if it goes on"),
    Row("S19.2", "LOW_RESERVOIR comes at the mark, MEDIUM 7 days and HIGH 24 h before it is empty"),
    Row("S19.3", "ERI is heard once a day"),
    Row("S19.4", "Seven years without faults are heard at most once a month"),
    Row("S20.1", "Only what changes something is remembered"),
    Row("S20.2", "A stop is always carried out"),
    Row("S20.3", "What gives a dose or states one needs an id"),
    Row(
        "S20.4",
        "The last sixteen are known, also after a restart, in 320 bytes; effect and id are one",
    ),
    Row("S20.5", "A repeat is said to be one; another command under the id is refused"),
    Row("S20.6", "A host begins at a random id; keys have ids of their own"),
    Row("S20.7", "A host that begins anew each day gives its bolus each day"),
    Row(
        "S21.1", "With a store that fails the basal goes on for a while, and nothing else is taken"
    ),
    Row(
        "S21.2",
        "Only where the note of it is on a store; else until the reserved steps are used up",
    ),
    Row("S21.3", "The next power-up has lost its books; one that cannot write is a fault"),
    Row("S21.4", "A read is tried three times"),
)

PEOPLE = (
    Row("S22.1", "First use is stated; an unset clock gives no date"),
    Row("S22.2", "A jump of more than a day is a clinician's, confirmed, and shows what follows"),
    Row("S22.3", "The forecast of wear moves earlier only; a corrected clock moves it along"),
    Row(
        "S22.4",
        "The end is in force after 90 powered days of ERI; the calendar alone stops nothing",
    ),
    Row("S22.5", "It goes on, lowers or stops, as is set"),
    Row("S22.6", "No jump of the clock moves a plan, a lockout or a count"),
    Row("S23.1", "Programs run by UTC and an offset that changes by command alone"),
    Row(
        "S23.2",
        "Where this computer's offset is another the programmer says so, and asks with the times "
        "of steps and the dose of 24 h before and after",
    ),
    Row("S23.3", "A step that has begun today does not begin again"),
    Row("S23.4", "A safe rate of nothing is confirmed"),
    Row(
        "S24.1",
        "Patient and clinician may stop a paired pump, an observer not; anybody an open one",
    ),
    Row("S24.2", "A stop is heard once, then every 5 min; the log has whose it was"),
    Row("S24.3", "Who ends a session is asked whether it stays stopped"),
    Row("S24.4", "A New Era client stops only its own run, and reads while a therapy is in force"),
    Row(
        "S24.5", "The input `stop` is HIGH, never starts, and is an alarm of its own after a minute"
    ),
    Row("S25.1", "Take-up counts in full, and moves no volume"),
    Row("S25.2", "Withdrawing is at rest with the line off; afterwards the line is unknown"),
    Row("S25.3", "A loose plunger stops the pump; without its input nobody sees it siphon"),
    Row("S25.4", "The forward end stop is EMPTY and no stall"),
    Row("S26.1", "`scan` prints, stops nothing, looks twice and says what was missed"),
    Row("S26.2", "`card` has what whoever finds the pump needs"),
    Row("S26.3", "`report --follow-up` has the next dates, the stage and the refills"),
)

RULES = DOSES + LINE + RUNS + SENSORS + PEOPLE
