/** @grpc/grpc-js that sends back the bytes it got, protobuf left out. */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { announce } from "./announce.js";

const pass = (bytes: Buffer) => bytes;
const server = new Server();
server.addService(
  {
    ValidateToken: {
      path: "/securetoken.v1.TokenService/ValidateToken",
      requestStream: false,
      responseStream: false,
      requestSerialize: pass,
      requestDeserialize: pass,
      responseSerialize: pass,
      responseDeserialize: pass,
    },
  },
  {
    ValidateToken: (call: { request: Buffer }, callback: (error: null, response: Buffer) => void) =>
      callback(null, call.request),
  },
);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  announce(`http://127.0.0.1:${port}`, () => server.forceShutdown());
});
