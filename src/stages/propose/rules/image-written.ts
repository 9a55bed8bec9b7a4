import { parseImageRef } from '../../../domain/image-ref.ts';

/**
 * Sound forms that a text which is no image reference may have meant: without a URL's scheme, white space and stray
 * separators, with the repository in lower case. Each is a candidate only; whether it exists is for the caller to find out.
 */
export function writtenForms(text: string): string[] {
  const bare = text
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replaceAll(/\s+/g, '')
    .replaceAll(/:{2,}/g, ':')
    .replaceAll(/(?<=[^:/])\/{2,}/g, '/')
    .replace(/(?<![:@/])[:@/]+$/, '');
  const lower = bare.replace(
    /^(.*?)((?::[^/:]*)?(?:@.*)?)$/,
    (_, name: string, rest: string) => name.toLowerCase() + rest,
  );
  const forms = [bare, lower].filter((form) => form !== text && parseImageRef(form).ok);
  return [...new Set(forms)];
}
