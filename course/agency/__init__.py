"""Lantern Travel, the invented travel agency into whose website, inbox and customer file lessons wire AI."""

__all__ = ["Agency"]


def __getattr__(name: str):
    """`Agency` comes with a web server and a database: load them when it is asked for, not for the records."""
    if name == "Agency":
        from .business import Agency

        return Agency
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
