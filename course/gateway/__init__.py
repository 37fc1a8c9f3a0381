"""The course gateway: a small, real AI API platform.

A call goes: a dialect parses a vendor's request into a `Turn`, the pipeline applies policy to it, an engine
answers, and the dialect renders the `Reply` as that vendor would. A dialect knows wire formats and nothing
else; the pipeline knows policy and no wire format; an engine knows neither.
"""
