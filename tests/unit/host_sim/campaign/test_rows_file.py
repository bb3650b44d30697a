import pytest

from host_sim.campaign import rows_file
from host_sim.campaign.pump_row import NAMES
from host_sim.campaign.rows_file import RowsFile
from host_sim.shared.out_dir import OutputError
from tests.rigs.small_campaign import BASE, loaded


def cells(number):
    return (str(number), "sound", *[""] * (len(NAMES) - 2))


@pytest.fixture
def campaign(tmp_path):
    return loaded(tmp_path)


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def test_rows_stand_in_order_of_their_numbers_whatever_order_they_came_in(campaign, out):
    rows = RowsFile(out, campaign, 1)
    for number in (11, 2, 1):
        rows.add([cells(number)])
    rows.close()
    first, *others = (out / "rows.csv").read_text().splitlines()
    assert first == ",".join(NAMES)
    assert [line.split(",")[0] for line in others] == ["1", "2", "11"]


def test_rows_that_are_there_are_kept_and_the_others_are_missing(campaign, out):
    rows = RowsFile(out, campaign, 1)
    rows.add([cells(2)])
    rows.close()
    again = RowsFile(out, campaign, 1)
    assert again.missing(range(1, 4)) == [1, 3]
    again.add([cells(1), cells(3)])
    again.close()
    assert sorted(rows_file.kept(out, campaign, 1)) == [1, 2, 3]


def test_a_row_that_a_crash_cut_short_is_missing(campaign, out):
    rows = RowsFile(out, campaign, 1)
    rows.add([cells(1), cells(2)])
    rows.close()
    path = out / "rows.csv"
    path.write_text(path.read_text()[:-5])
    again = RowsFile(out, campaign, 1)
    assert again.missing([1, 2]) == [2]
    again.close()


def test_rows_of_another_campaign_seed_or_source_are_not_mixed(
    campaign, out, tmp_path, monkeypatch
):
    RowsFile(out, campaign, 1).close()
    with pytest.raises(OutputError, match="its rows are of another seed; allowed: a folder of"):
        RowsFile(out, campaign, 2)
    with pytest.raises(OutputError, match="its rows are of another file"):
        RowsFile(out, loaded(tmp_path, base=BASE.replace("400 ug", "401 ug")), 1)
    monkeypatch.setattr(rows_file, "source_digest", lambda: "another")
    with pytest.raises(OutputError, match="its rows are of another source"):
        RowsFile(out, campaign, 1)


def test_rows_with_other_columns_are_refused(campaign, out):
    RowsFile(out, campaign, 1).close()
    (out / "rows.csv").write_text("number,verdict\n1,sound\n")
    with pytest.raises(OutputError, match="its columns are not those of this version"):
        RowsFile(out, campaign, 1)
