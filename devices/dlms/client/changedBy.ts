/** Lists what a request would change at the server: the attributes that it writes and the methods that it invokes. */
import type { Descriptor, ServiceRequest } from '../apdu/apdu.ts';

/** Empty for a request that only reads, and for the blocks after a first one. A proof of HLS changes nothing. */
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

/** Class 15 objects: the current association 0.0.40.0.0.255, and each association by its own name 0.0.40.0.x.255. */
const ASSOCIATION = /^00002800[0-9A-F]{2}FF$/;

/** True for class 15, method 1, reply_to_HLS_authentication. */
function isProof({ classId, ln, id }: Descriptor): boolean {
  return classId === 15 && ASSOCIATION.test(ln) && id === 1;
}
