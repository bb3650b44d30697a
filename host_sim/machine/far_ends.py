"""Who is at the far end of the link, and leads the time of the world. Runs on MicroPython and
CPython.
"""

from host_sim.machine.world import World


def led_world(hal, plant, job, timed, out_dir, live):
    """(world, far end): the job's world, led by its schedule and written down (recorder.py), or by
    another program (turns.py) if it is `live`. Only the one that is wanted takes room in the heap.
    timed: iterates over the entries of the schedule.
    """
    if live:
        from host_sim.machine.turns import Turns

        turns = Turns(hal, plant)
        world = World(hal, plant, job, turns, timed)
        turns.lead(world)
        return world, turns
    from host_sim.machine.recorder import Recorder

    recorder = Recorder(hal, plant, out_dir, delivers=bool(job.delivery_every_ms))
    world = World(hal, plant, job, recorder, timed)
    world.show_progress()
    return world, recorder
