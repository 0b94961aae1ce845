// The connector in a Node.js program: the eight interfaces that it may import, and an allow-list. This is the file to copy.

import { clocks, http, io, random } from '@bytecodealliance/preview2-shim';

import { instantiate } from './generated/defender_xdr.js';

/**
 * A fresh instance that reaches what this configuration needs, which the component itself says, and nothing else. It keeps its
 * access token.
 *
 * Its functions block the thread until the service has answered.
 */
export async function connector(config) {
  const origins = [];
  const instance = await instantiate(undefined, {
    'wasi:clocks/monotonic-clock': clocks.monotonicClock,
    'wasi:clocks/wall-clock': clocks.wallClock,
    'wasi:http/outgoing-handler': { handle: outbound(origins) },
    'wasi:http/types': http.types,
    'wasi:io/error': io.error,
    'wasi:io/poll': io.poll,
    'wasi:io/streams': io.streams,
    'wasi:random/random': random.random,
  });
  const { login, graph } = instance.connection.targets(config);
  origins.push(login, graph);
  return instance;
}

/** The allow-list, at the one place where requests leave the sandbox. */
function outbound(origins) {
  return (request, options) => {
    const origin = `${request.scheme()?.tag.toLowerCase()}://${request.authority()}`;
    if (!origins.includes(origin)) {
      // An error code of wasi:http, which the component reports as `denied`.
      throw { tag: 'HTTP-request-denied' };
    }
    return http.outgoingHandler.handle(request, options);
  };
}
