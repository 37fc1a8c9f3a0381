"""The control plane, shaped as the vendors' own: projects, keys, people, limits, reports and the audit log."""
