import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { invokeUnary } from "./invoke.js";
import { RequestExchange } from "./request-exchange.js";
import type { UnaryRoute } from "./short-route.js";
import { writeAnswer } from "./write-answer.js";

/** Takes a unary call from its headers to its answer. */
export class UnaryExchange extends RequestExchange<UnaryRoute> {
  protected override answer(message: MessageShape<DescMessage>): void {
    const { call } = this;
    const { direct } = call.route;
    let output: unknown;
    try {
      output = direct === undefined ? invokeUnary(call, message) : direct.call(message, call);
    } catch (reason) {
      this.fail(reason);
      return;
    }
    if (output instanceof Promise) {
      output.then(
        (settled) => this.#succeed(settled),
        (reason) => this.fail(reason),
      );
    } else {
      this.#succeed(output);
    }
  }

  #succeed(output: unknown): void {
    const { call } = this;
    if (call.done) return;
    let bytes: Uint8Array;
    try {
      bytes = writeAnswer(call, output);
    } catch (reason) {
      this.fail(reason);
      return;
    }
    call.finish(undefined);
    try {
      call.wire.respond(call, bytes);
    } catch (reason) {
      this.answerUnsendable(reason);
      return;
    }
    call.tellEnd(undefined);
  }
}
