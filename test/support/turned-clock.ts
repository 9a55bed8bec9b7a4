// Preloaded by a process whose clock is to be wrong: everything that it asks for the time is TURNED_SECONDS ahead.
const ahead = Number(process.env['TURNED_SECONDS']) * 1000;
const Real = Date;

globalThis.Date = new Proxy(Real, {
  construct: (target, given, self) =>
    Reflect.construct(target, given.length === 0 ? [Real.now() + ahead] : given, self),
  apply: () => new Real(Real.now() + ahead).toString(),
  get: (target, key) => (key === 'now' ? () => Real.now() + ahead : Reflect.get(target, key)),
});
