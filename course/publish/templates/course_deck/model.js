// The part of an anywidget's model that needs no kernel.
function createModel(traits) {
  const state = structuredClone(traits);
  const listeners = new Map();
  const call = (event, ...values) => listeners.get(event)?.forEach((listener) => listener(...values));
  return {
    get: (name) => state[name],
    set(name, value) {
      if (Object.is(state[name], value)) return;
      state[name] = value;
      call(`change:${name}`, this, value);
      call("change", this);
    },
    save_changes() {},
    on(event, listener) {
      if (!listeners.has(event)) listeners.set(event, new Set());
      listeners.get(event).add(listener);
    },
    off: (event, listener) => (listener ? listeners.get(event)?.delete(listener) : listeners.delete(event)),
  };
}
