/** @grpc/grpc-js that sends back the bytes it got, protobuf left out. */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { grpcJsMethod } from "./grpc-js-method.js";

const pass = (bytes: Buffer) => bytes;
const echo = (call: { request: Buffer }, callback: (error: null, response: Buffer) => void) =>
  callback(null, call.request);
const server = new Server();
server.addService(
  {
    ValidateToken: grpcJsMethod("ValidateToken", pass, pass),
    GenerateToken: grpcJsMethod("GenerateToken", pass, pass),
  },
  { ValidateToken: echo, GenerateToken: echo },
);
server.bindAsync(`127.0.0.1:${process.env.PORT}`, ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
});
