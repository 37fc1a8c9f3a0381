"""Each vendor's routes: they read a request with its dialect, pass it through the pipeline, and answer."""
