const API = '/api/v1';

/** The API of a host, where nothing else is configured. */
export function apiUrlOf(host: string): string {
  return `https://${host}${API}`;
}

/** The path that a server is reached below (`ROOT_URL` in its configuration), without a slash at its end; mostly empty. */
export function rootOf(apiUrl: string): string {
  const path = new URL(apiUrl).pathname.replace(/(?<!\/)\/+$/, '');
  return path.endsWith(API) ? path.slice(0, -API.length) : path;
}
