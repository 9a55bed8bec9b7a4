/** Longer answers are refused: nothing that is asked for is as long. In bytes. */
const LARGEST = 32 * 1024 ** 2;
/** fetch.spec.whatwg.org, "null body status". */
const WITHOUT_BODY: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/**
 * The answer with all of its body read. Rejects where the body breaks off or has more than `largest` bytes: half an answer is
 * none.
 */
export async function wholeAnswer(response: Response, largest = LARGEST): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > largest) throw new Error(`the answer is too long: more than ${largest} bytes`);
    chunks.push(chunk);
  }
  const { status, statusText, headers } = response;
  return new Response(WITHOUT_BODY.has(status) ? null : Buffer.concat(chunks), { status, statusText, headers });
}
