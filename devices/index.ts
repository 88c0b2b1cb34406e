/** The public face of `smets1-bench/devices`: emulated devices, the DLMS client, transports, attached hardware. */
export { emulate } from './emulate/emulate.ts';
export type { EmulateOptions, Emulation, ServedAt } from './emulate/emulate.ts';
export { bannerLines } from './emulate/banner.ts';
export { loadProfile } from './emulate/loadProfile.ts';
export type { LoadedProfile } from './emulate/loadProfile.ts';
export { labProfile } from './emulate/profile.ts';
export type { Profile } from './emulate/profile.ts';
export { profileJsonSchema } from './emulate/profileSchema.ts';
export type { DeviceChoice } from './emulate/profileSchema.ts';
export type { Unit } from './emulate/unit.ts';

export { connectDevice, labDevice, labInstallation } from './personas/installation.ts';
export type { Installation, InstallationOptions } from './personas/installation.ts';
export type { DeviceKind } from './personas/labProfile.ts';
export type { HubWorld } from './personas/hub.ts';

export { ClientSession } from './dlms/clientSession.ts';
export type { ClientSessionOptions, Exchange } from './dlms/clientSession.ts';
export { DlmsClient } from './dlms/client.ts';
export { converse } from './dlms/converse.ts';
export { buildPush, takePushRequest } from './cosem/pushSetup.ts';
export type { ClientError, ClientResult, Conversation, DlmsClientOptions } from './dlms/client.ts';
export type { ClientSecurityOptions } from './dlms/clientSecurity.ts';
export type { Data } from './dlms/axdr.ts';
export type { ServerConnection } from './dlms/serverConnection.ts';

export { memoryPair, memoryTransport } from './transport/memory.ts';
export { tcpTransport } from './transport/tcp.ts';
export { serialTransport } from './transport/serial.ts';
export { mqttTransport } from './transport/mqtt.ts';
export { virtualTimers, wallTimers } from './transport/timers.ts';
export type { Timers, VirtualTimers } from './transport/timers.ts';
export { faultScript } from './transport/faultScript.ts';
export type { ScriptedFault } from './transport/faultScript.ts';
export { fileSink, frameLog, tapped } from './transport/tap.ts';
export type { FrameLog, FrameRecord } from './transport/tap.ts';
export { TransportError } from './transport/transport.ts';
export type { ByteChannel, Listener, Transport, TransportErrorCode } from './transport/transport.ts';

export { listAnnounced, listSerialPorts } from './hardware/list.ts';
export type { FoundDevice, FoundPort, PortList } from './hardware/list.ts';
export { probePort } from './hardware/probe.ts';
export type { ProbeOptions, ProbeResult } from './hardware/probe.ts';
export { ingestGlow } from './mqtt/glow.ts';
export type { Contact } from './mqtt/contact.ts';
export { connectBroker } from './mqtt/connection.ts';

export { associate, type Peer } from './headend/associate.ts';
export { dialTransport } from './headend/dialTransport.ts';
export { KeyLedger } from './headend/keyLedger.ts';
export { labKeySource, secretKeySource, type KeySource } from './headend/keySource.ts';
export type { Outcome, Procedure, WireError } from './headend/procedure.ts';
export { recover, rotate, type Rotated, type RotateOptions } from './headend/rotate.ts';
export { run, runAsync, type RunnerOptions } from './headend/runner.ts';
export { runPlan, type Plan, type PlanOptions, type PlanRun } from './rig/plan.ts';
export { Rig, type RigOptions } from './rig/rig.ts';
export { loadRigFile, type LoadedRig, type RigFileResult } from './rig/loadRigFile.ts';
export { runRig, type RigRun, type RunRigOptions } from './rig/runRig.ts';
export type { RigSetup } from './rig/rigSetup.ts';
export { rigFieldTable, rigJsonSchema } from './rig/rigSchemaText.ts';
export { stepsJsonSchema, type StepRow, type StepsFile } from './rig/stepRow.ts';
export { defaultLedgerFolder, LedgerError } from './rig/ledgerStore.ts';
export { startingRig, type StartingRig } from './rig/startingRig.ts';
export { DriverError } from './hardware/driverProcess.ts';
export { SAMPLE_DRIVER, startDriver } from './hardware/driver.ts';
export { driverJsonSchema } from './hardware/driverProtocol.ts';
