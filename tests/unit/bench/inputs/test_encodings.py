"""Logs in the encodings that spreadsheets and the programs of balances write."""

import pytest

from bench.inputs import log_file
from bench.shared.errors import BenchError

TEXT = "time [s];mass [\u00b5g];room [\u00b0C]\r\n" + "".join(
    f"{n};{1000 * n};20,5\r\n" for n in range(20)
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_a_log_is_read_alike_in_every_encoding_that_its_bytes_tell(tmp_path, encoding):
    path = tmp_path / "run.csv"
    path.write_bytes(TEXT.encode(encoding))
    log = log_file.load(path)
    assert log.mass_mg.tolist() == pytest.approx([float(n) for n in range(20)])
    assert log.time_s.tolist() == [float(n) for n in range(20)]


@pytest.mark.parametrize("raw", [bytes(range(256)) * 20, b"time_s,mass_g\n0,\xff\x00\n"])
def test_bytes_that_are_no_text_are_refused(tmp_path, raw):
    path = tmp_path / "run.csv"
    path.write_bytes(raw)
    with pytest.raises(BenchError, match=r"is not UTF-8; save the file as UTF-8 text"):
        log_file.load(path)


def test_a_utf16_file_that_ends_within_a_character_is_refused(tmp_path):
    path = tmp_path / "run.csv"
    path.write_bytes(TEXT.encode("utf-16")[:-1])
    with pytest.raises(BenchError, match="is not UTF-8"):
        log_file.load(path)
