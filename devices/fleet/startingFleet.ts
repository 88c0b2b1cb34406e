/** Writes a fleet file to start from: the given values are filled in, and comments show the other fields. */

/** The values that are known before a fleet file is written. */
export interface StartingFleet {
  readonly name: string;
  /** Emulated installations. */
  readonly installations: number;
  /** A rig file of an installation with attached devices, relative to the fleet file. */
  readonly rig?: string;
}

/** The text of a fleet file to start from (YAML with comments). It holds no secret. */
export function startingFleet({ name, installations, rig }: StartingFleet): string {
  const attached =
    rig === undefined
      ? ['# attached: # installations of which devices are attached; with any, the clock is the wall clock', '#   mine: { rig: rig.yaml } # `smets1-bench rig init` writes one; its installation needs an id of its own'] // prettier-ignore
      : ['attached: # its devices are only read unless the rig file names them', `  mine: { rig: '${rig.replaceAll("'", "''")}' }`]; // prettier-ignore
  return `# A fleet: many installations under one head-end, emulated or attached.
#   smets1-bench fleet check THIS_FILE          is it right?
#   smets1-bench fleet THIS_FILE --out DIR      run it, and keep its records; the same command goes on if it is stopped
#   smets1-bench live DIR                       meanwhile, in a browser
# \`smets1-bench fleet schema\` is its JSON Schema, for editors; scenarios/README.md says what every field means.
# DLMS security suite 0 is a standards-based stand-in: no source says that SMETS1 devices speak it.
name: ${name}
title: a fleet to start from

days: 28
# seed: another # the dice; left out: the name
# headEnd: { connections: 100, lateSeconds: 3600 } # what waits longer is missed, and counts against no device

# The numbers are our assumption. \`smets1-bench devices profile DIR\` fits such a profile to what a watch saw.
links:
  wan:
    sick:
      contact: { mode: daily, windowHours: 2, tries: 3, retryHours: 3 }
      classes:
        sick: { upDaysMean: 10, down: [{ share: 1, duration: { kind: exponential, daysMean: 3 } }] }

groups:
  homes:
    installations: ${installations}
    installation: { cohort: IOC } # or MOC_MDS, MOC_Secure, FOC; masterKey: missing or wrong; gas: false
    wan: sick # left out: the WAN is always up
    # preparation: false
    # attempts: { firstDay: 7, daysBetween: 7, max: 5 }
    # outages: [{ link: wan, from: '2022-01-12T00:00:00Z', to: '2022-01-26T00:00:00Z' }]
    # faults: [{ attempt: 1, step: rotateKeys, effect: silence, silence: answersDropped, fromFrame: 9 }]
    # events: [{ at: '2022-01-20T00:00:00Z', event: gas-supplier, value: supplier-2 }]

${attached.join('\n')}
`;
}
