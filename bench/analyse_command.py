"""analyse: from a log of weighings to the flow error, its uncertainty and a verdict."""

HELP = "from a log of weighings to a verdict"


def add_arguments(parser):
    parser.add_argument("log", metavar="RUN.csv", help="the weighings: time_s,mass_g and what else the balance log has")
    parser.add_argument("--setup", required=True, metavar="SETUP.toml", help="what was set, how it was weighed, and with what")
    parser.add_argument("--out", metavar="DIR", help="where the output goes (default: build/bench/<name of the log>)")


def run(arguments):
    raise NotImplementedError("analyse")
