/** Instructions of WebAssembly as JavaScript, by their codes. An instruction that a life comes to need is a row here. */

/** Instructions of one operand, as expressions in X. */
export const UNARY: Readonly<Record<number, string>> = {
  0x45: '+!X',
  0x67: 'Math.clz32(X)',
  0x68: '(X?31-Math.clz32(X&-X):32)',
  0x99: 'Math.abs(X)',
  0x9a: '-X',
  0x9b: 'Math.ceil(X)',
  0x9c: 'Math.floor(X)',
  0x9d: 'Math.trunc(X)',
  0x9f: 'Math.sqrt(X)',
  0xb7: 'X',
  0xb8: 'X>>>0',
  0xc0: 'X<<24>>24',
  0xc1: 'X<<16>>16',
};

/** Instructions of two operands, as expressions in X and Y. Y was pushed last. */
export const BINARY: Readonly<Record<number, string>> = {
  0x46: '+(X==Y)',
  0x47: '+(X!=Y)',
  0x48: '+(X<Y)',
  0x49: '+(X>>>0<Y>>>0)',
  0x4a: '+(X>Y)',
  0x4b: '+(X>>>0>Y>>>0)',
  0x4c: '+(X<=Y)',
  0x4d: '+(X>>>0<=Y>>>0)',
  0x4e: '+(X>=Y)',
  0x4f: '+(X>>>0>=Y>>>0)',
  0x61: '+(X==Y)',
  0x62: '+(X!=Y)',
  0x63: '+(X<Y)',
  0x64: '+(X>Y)',
  0x65: '+(X<=Y)',
  0x66: '+(X>=Y)',
  0x6a: 'X+Y|0',
  0x6b: 'X-Y|0',
  0x6c: 'Math.imul(X,Y)',
  0x6d: 'X/(Y||trap())|0',
  0x6e: '(X>>>0)/(Y>>>0||trap())|0',
  0x6f: 'X%(Y||trap())|0',
  0x70: '(X>>>0)%(Y>>>0||trap())|0',
  0x71: 'X&Y',
  0x72: 'X|Y',
  0x73: 'X^Y',
  0x74: 'X<<Y',
  0x75: 'X>>Y',
  0x76: 'X>>>Y|0',
  0x77: 'X<<Y|X>>>32-Y',
  0x78: 'X>>>Y|X<<32-Y',
  0xa0: 'X+Y',
  0xa1: 'X-Y',
  0xa2: 'X*Y',
  0xa3: 'X/Y',
  0xa4: 'Math.min(X,Y)',
  0xa5: 'Math.max(X,Y)',
};

/** Places of memory that are loaded from. X is the address; addresses are aligned, as the compiler lays them out. */
export const LOADS: Readonly<Record<number, string>> = {
  0x28: 'I32[X>>2]',
  0x2b: 'F64[X>>3]',
  0x2c: 'I8[X]',
  0x2d: 'U8[X]',
  0x2e: 'I16[X>>1]',
  0x2f: 'U16[X>>1]',
};
/** Places of memory that are stored to. */
export const STORES: Readonly<Record<number, string>> = {
  0x36: 'I32[X>>2]',
  0x39: 'F64[X>>3]',
  0x3a: 'U8[X]',
  0x3b: 'U16[X>>1]',
};
