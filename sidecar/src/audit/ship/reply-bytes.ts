/** The bytes of a reply. Null if there are more than `limit`; the rest is then not read. */
export async function replyBytes(
  body: AsyncIterable<unknown> & { destroy(): unknown },
  limit: number,
): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    length += chunk.length;
    if (length > limit) {
      body.destroy();
      return null;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
