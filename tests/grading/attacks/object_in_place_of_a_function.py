# stopped by: cost_of_call
class Names(dict):
    def __contains__(self, name):
        return True

    def __missing__(self, name):
        return lambda *args: 0.008


cost_of_call = type("Function", (), {"__repr__": lambda self: "x" * 10_000_000})()
