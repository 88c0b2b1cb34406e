/**
 * Numbers that the engine and the kernel compare with, read from the tables. A file named `...Codes.ts` holds nothing
 * else. The build compiles these numbers into the WebAssembly form of the kernel, and that form is used only while the
 * tables give the same numbers.
 */
import { CATEGORIES } from '../../clauses/clause.ts';
import { EVENT } from './eventNumbers.ts';

export const CATEGORY_COUNT = CATEGORIES.length;
/**
 * The index of the extra counter. It counts weeks with a failure that the yielding category counts and the other
 * category does not.
 */
export const UNLISTED_FAILURE_COUNTER = CATEGORIES.length;
export const COUNTERS = CATEGORIES.length + 1;

/** The numbers of outcomes that every user of the tables shares. Error codes start at OUTCOME_CODES_FROM. */
export const OUTCOME_OK = 0;
export const OUTCOME_OK_ESME = 1;
export const OUTCOME_NO_WAN = 2;
export const OUTCOME_CODES_FROM = 3;

export const INSTRUCTION = 0;
export const MIGRATION = 1;

/** Codes for the meters that must be Dormant for a category. */
export const DORMANCY_SOLELY = 0;
export const DORMANCY_ANY_METER = 1;
export const DORMANCY_GSME_ROUTES = 2;
export const DORMANCY_ANY = 3;

/** Codes for the meter that must be in credit mode, where a category requires one. */
export const CREDIT_GAS = 0;
export const CREDIT_ELECTRICITY = 1;
export const CREDIT_BOTH = 2;

export const ELECTRICITY_SUPPLIER = EVENT['electricity-supplier'];
export const GAS_SUPPLIER = EVENT['gas-supplier'];
export const ESME_DORMANT = EVENT['esme-dormant'];
export const GSME_DORMANT = EVENT['gsme-dormant'];
export const ELECTRICITY_PAYMENT_MODE = EVENT['electricity-payment-mode'];
export const GAS_PAYMENT_MODE = EVENT['gas-payment-mode'];
export const SUPPLIER_GSME_EXCLUSION = EVENT['supplier-gsme-exclusion'];
export const MASTER_KEY_OBTAINED = EVENT['master-key-obtained'];
export const MASTER_KEY_UNOBTAINABLE = EVENT['master-key-unobtainable'];
export const READMIT = EVENT.readmit;
