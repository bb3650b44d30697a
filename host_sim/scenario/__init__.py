"""From a TOML file to a job for the simulated pump. CPython only."""
