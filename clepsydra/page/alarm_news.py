"""After each look of the owner of the line: alarms that are new or over go to the notifier, which
takes them at once. CPython only.
"""

from timeit import default_timer

from clepsydra.notify.alarm_watch import AlarmWatch
from clepsydra.notify.notifier import Notifier
from clepsydra.page.owner import Owner


def follow(owner: Owner, notifier: Notifier) -> None:
    watch = AlarmWatch(owner.target.said)

    def looked() -> None:
        glance = owner.glance
        if glance is not None:
            watch.is_about(glance.name, glance.identity.serial)
        status = None if glance is None or owner.trouble else glance.status
        for notice in watch.news(status, owner.trouble, default_timer()):
            notifier.tell(notice)

    owner.listen(looked)
