/** Health/Watch over grpc-js. */
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";

/** A HealthCheckResponse that says SERVING, as bytes. */
export const SERVING = Buffer.from([8, 1]);

/** A stream of a server's health. */
export interface HealthWatch {
  /** The next message; undefined behind the last. */
  next(): Promise<Buffer | undefined>;
  /** The code that the stream ends with. */
  readonly ended: Promise<number>;
}

/** Watches the health of the server on `port`. @param timeoutMs its deadline, in milliseconds */
export function watchHealth(port: number, timeoutMs: number): HealthWatch {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const same = (bytes: Buffer) => bytes;
  const stream = client.makeServerStreamRequest(
    "/grpc.health.v1.Health/Watch",
    same,
    same,
    Buffer.alloc(0),
    { deadline: Date.now() + timeoutMs },
  );
  const ended = new Promise<number>((resolve) => {
    stream.on("error", ({ code }: ServiceError) => resolve(code));
    stream.on("status", ({ code }) => {
      resolve(code);
      client.close();
    });
  });
  const messages = stream[Symbol.asyncIterator]();
  return {
    next: () => messages.next().then(({ value }) => value),
    ended,
  };
}
