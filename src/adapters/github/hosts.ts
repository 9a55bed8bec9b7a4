/** The REST API of a GitHub host: github.com, data residency (`*.ghe.com`), or Enterprise Server. */
export function apiUrlOf(host: string): string {
  if (host === 'github.com') return 'https://api.github.com';
  return host.endsWith('.ghe.com') ? `https://api.${host}` : `https://${host}/api/v3`;
}

/** The host whose `users.noreply.HOST` and `noreply@HOST` addresses belong to an API. */
export function mailHostOf(apiUrl: string): string {
  const { hostname } = new URL(apiUrl);
  return hostname.replace(/^api\./, '');
}
