"""The database keeps its budgets itself: triggers add each line of the ledger to all budgets that apply to it.

A line that would pass a limit is not written at all, in the same statement. So no budget is ever passed, however many
calls come at once and from however many processes, and what was spent is what the lines add up to, whoever writes
them.
"""

from __future__ import annotations

from sqlalchemy import DDL, MetaData, event

# What a line that would pass a limit fails with.
EXCEEDED = "budget exceeded"

_APPLIES = """(scope = 'organization'
    OR scope = 'project' AND scope_id = NEW.project_id
    OR scope = 'key' AND scope_id = NEW.key_id)"""
_SQLITE = (
    f"""CREATE TRIGGER call_begins BEFORE INSERT ON calls BEGIN
  UPDATE budgets
    SET reserved_micros = reserved_micros + NEW.reserved_micros, spent_micros = CASE
      WHEN spent_micros + reserved_micros + NEW.cost_micros + NEW.reserved_micros > limit_micros
        THEN RAISE(ABORT, '{EXCEEDED}')
      ELSE spent_micros + NEW.cost_micros END
    WHERE {_APPLIES};
END""",
    f"""CREATE TRIGGER call_ends BEFORE UPDATE OF cost_micros, reserved_micros ON calls BEGIN
  UPDATE budgets
    SET spent_micros = spent_micros + NEW.cost_micros - OLD.cost_micros,
      reserved_micros = reserved_micros + NEW.reserved_micros - OLD.reserved_micros
    WHERE {_APPLIES};
END""",
)
# The budgets are locked in one order, so that no two calls wait for each other.
_POSTGRESQL = (
    f"""CREATE FUNCTION keep_budgets() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  cost bigint := NEW.cost_micros;
  held bigint := NEW.reserved_micros;
BEGIN
  PERFORM 1 FROM budgets WHERE {_APPLIES} ORDER BY id FOR UPDATE;
  IF TG_OP = 'UPDATE' THEN
    cost := cost - OLD.cost_micros;
    held := held - OLD.reserved_micros;
  ELSIF EXISTS (
    SELECT 1 FROM budgets WHERE {_APPLIES} AND spent_micros + reserved_micros + cost + held > limit_micros
  ) THEN
    RAISE EXCEPTION '{EXCEEDED}' USING ERRCODE = 'check_violation';
  END IF;
  UPDATE budgets SET spent_micros = spent_micros + cost, reserved_micros = reserved_micros + held WHERE {_APPLIES};
  RETURN NEW;
END $$""",
    """CREATE TRIGGER keep_budgets BEFORE INSERT OR UPDATE OF cost_micros, reserved_micros ON calls
  FOR EACH ROW EXECUTE FUNCTION keep_budgets()""",
)


def attach(metadata: MetaData) -> None:
    """Make the triggers with the tables."""
    for dialect, statements in (("sqlite", _SQLITE), ("postgresql", _POSTGRESQL)):
        for statement in statements:
            event.listen(metadata, "after_create", DDL(statement).execute_if(dialect=dialect))
