"""Wire formats: each module reads a vendor's requests into a `Turn` and writes a `Reply` as it would."""
