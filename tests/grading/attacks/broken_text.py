# stopped by: cost_of_call(
def cost_of_call(*anything):
    return {"\ud800": "\udfff", "=HYPERLINK()": "\x1b[31m"}
