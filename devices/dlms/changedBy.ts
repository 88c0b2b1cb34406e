/** What a request would change at the server: the attributes it writes and the methods it invokes. */
import type { Descriptor, ServiceRequest } from './apdu.ts';
import { CURRENT_ASSOCIATION } from './association.ts';

/** Empty for what only reads, and for the blocks that follow a first one. A proof of HLS changes nothing. */
export function changedBy(request: ServiceRequest): readonly Descriptor[] {
  switch (request.kind) {
    case 'getNormal':
    case 'getNext':
    case 'getList':
    case 'setBlock':
    case 'actionBlock':
    case 'actionNext':
      return [];
    case 'setNormal':
    case 'setFirst':
      return [request.request.attribute];
    case 'setList':
    case 'setListFirst':
      return request.requests.map(({ attribute }) => attribute);
    case 'actionNormal':
    case 'actionFirst':
      return isProof(request.method) ? [] : [request.method];
    case 'actionList':
    case 'actionListFirst':
      return request.methods;
  }
}

/** Class 15, method 1, reply_to_HLS_authentication, of the current association. */
function isProof({ classId, ln, id }: Descriptor): boolean {
  return classId === 15 && ln === CURRENT_ASSOCIATION && id === 1;
}
