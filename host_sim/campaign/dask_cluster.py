"""Plays the pumps of a campaign on a Dask cluster, by the address of its scheduler. CPython only.

    for finished in on_cluster(texts, seed, numbers, "tcp://10.0.0.7:8786"): ...

The workers need this project, in the same version to the byte; the files of the campaign need not
be there. A worker that dies is of no matter while others are left: its pumps are played again. It
needs the extra `cluster`.
"""

from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from host_sim.campaign.campaign_file import Texts
from host_sim.campaign.workers import Finished, WorkersError, blocks, play, source_digest

CONNECTS_S = 20
WORKERS_GUESSED = 8  # how the numbers are cut into blocks does not depend on who is there now


def on_cluster(texts: Texts, seed: int, numbers: Sequence[int], address: str) -> Iterator[Finished]:
    """Play them there, as they are done. Raises WorkersError, ScenarioError."""
    distributed = _dask()
    try:
        client = distributed.Client(address, timeout=CONNECTS_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise WorkersError(
            f'--cluster is "{address}", where no Dask scheduler answers: {error}; allowed: an '
            "address as tcp://HOST:8786, as `dask scheduler` says it"
        ) from error
    own = source_digest()
    with client:
        waiting = [
            client.submit(play, tuple(texts), seed, list(block), pure=False)
            for block in blocks(numbers, WORKERS_GUESSED)
        ]
        try:
            for _, finished in distributed.as_completed(
                waiting, loop=client.loop, with_results=True
            ):
                if finished.source != own:
                    raise WorkersError(
                        f"a worker of {address} has another version of the sources; its rows were "
                        "not taken: install the same one there"
                    )
                yield finished
        except distributed.KilledWorker as error:
            raise WorkersError(
                f"the workers of {address} died again and again; the rows so far are kept, the "
                "same command goes on with the rest"
            ) from error


def _dask() -> Any:
    if find_spec("distributed") is None:
        raise WorkersError(
            "--cluster needs Dask, which is not installed here; add the extra `cluster`: "
            "pip install 'clepsydra[cluster]'"
        )
    return import_module("distributed")
