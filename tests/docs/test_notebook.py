"""The notebook of the examples runs, cell by cell, on a simulated pump, and is kept without what it
printed.
"""

import pytest

from host_sim.live import running
from tests.rigs.patience import HANGS_S
from tests.shape.rules import ROOT

NOTEBOOK = ROOT / "examples" / "first_drop.ipynb"


@pytest.fixture
def notebook():
    pytest.importorskip("ipykernel")  # it is not there on Python 3.10
    nbformat = pytest.importorskip("nbformat")
    return nbformat.read(NOTEBOOK, as_version=4)


def test_it_is_kept_without_outputs(notebook):
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def printed(cell):
    texts = [out.get("text", "") for out in cell.outputs]
    return "".join(texts + [out.get("data", {}).get("text/plain", "") for out in cell.outputs])


def test_it_runs_on_a_simulated_pump_to_its_end(notebook, tmp_path, monkeypatch):
    from nbclient import NotebookClient

    monkeypatch.setenv(running.ENVIRONMENT, str(tmp_path / "runtime"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))  # nobody needs a home for it
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    try:
        NotebookClient(
            notebook,
            timeout=HANGS_S,
            kernel_name="python3",
            resources={"metadata": {"path": str(tmp_path)}},
        ).execute()
    finally:
        for run in running.running():
            running.ask(run, {"do": "end"})
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    told = [printed(cell) for cell in code]
    assert told[0].startswith("STOPPED with 3.2 mL left")
    assert "20 ug = 20 ug" in told[1]
    assert "was not confirmed, and nothing was sent" in told[2]
    assert 'confirm="400 ug", the daily dose\nINFUSING ' in told[2]
    assert told[3].count("not sent:") == 3
    assert told[3].count("refused: ") == 1
    assert "BOLUS_ACCEPTED" in told[4]
    assert (tmp_path / "first_drop_log.csv").read_text().startswith("seq,power_up")
    assert "moved the rotor" in told[6]
    assert told[7] == "STOPPED\n"
