# stopped by: There is no cost_of_call yet
raise SystemExit(0)
