import { toPointer, fromPointer, getField } from '../../domain/field-path.ts';
import { applyOperations } from '../../domain/change.ts';
import { differences } from '../../domain/json.ts';
import { refKey } from '../../domain/object-ref.ts';
import type { RenderedObject } from '../../domain/source.ts';
import type { RenderRequest, Renderer } from '../../ports/renderer.ts';
import { NO_OVERLAY, readSource } from './files.ts';

/** Template functions that give something else each time (Masterminds/sprig: crypto, random, date, uuid). */
const RANDOM =
  /\b(rand(?:AlphaNum|Alpha|Ascii|Numeric|Bytes|Int)|gen(?:PrivateKey|CA|CAWithKey|SelfSignedCert|SignedCert)\w*|uuidv4|now|ago|shuffle|bcrypt|htpasswd|encryptAES)\b/;

/** Whether two renders of a source may differ by themselves: a template says so, or cannot be looked into. */
export function mayBeRandom(
  { type, request }: { readonly type: Renderer['type']; readonly request: RenderRequest },
  inputs: readonly { path: string }[],
): boolean {
  if (type !== 'Helm') return false;
  return inputs.some(({ path }) => {
    if (path.endsWith('.tgz')) return true;
    return /(^|\/)templates\//.test(path) && RANDOM.test(readSource(request.checkout, NO_OVERLAY, path) ?? '');
  });
}

/** `objects` with the fields that two renders of the same content do not share taken from the first of these. */
export function stabilised(
  objects: readonly RenderedObject[],
  first: readonly RenderedObject[],
  second: readonly RenderedObject[],
): readonly RenderedObject[] {
  const again = new Map(second.map(({ ref, object }) => [refKey(ref), object]));
  const unstable = new Map(
    first.map(({ ref, object }) => {
      const other = again.get(refKey(ref));
      const pointers = other ? differences(object, other).map(({ pointer }) => pointer) : [];
      return [refKey(ref), { object, pointers }];
    }),
  );
  return objects.map((rendered) => {
    const { object, pointers } = unstable.get(refKey(rendered.ref)) ?? { object: rendered.object, pointers: [] };
    const stable = pointers.reduce((current, pointer) => {
      const path = fromPointer(object, pointer);
      const value = getField(object, path);
      if (value === undefined || !toPointer(current, path).ok) return current;
      const applied = applyOperations(current, [{ op: 'replace', path, value }]);
      return applied.ok ? applied.value.object : current;
    }, rendered.object);
    return stable === rendered.object ? rendered : { ...rendered, object: stable };
  });
}
