/** The end of `check --help`. */
export const CHECK_HELP = `
Exit codes: 0 all is right, 1 usage, 3 a defect of the bench, 4 something is wrong with what was checked.`;

/** The end of `check engine --help`. */
export const CHECK_ENGINE_HELP = `
The engine reads JSON objects, one a line: a greeting with the rules, then questions. It answers each with its verdicts,
in any order, and flushes. \`check schema engine\` prints the protocol; test/examples/engines has a right engine and a wrong
one, in Python and in TypeScript.

  smets1-bench check engine --command "python3 test/examples/engines/right_engine.py" --runs 2000
  smets1-bench check engine --command "python3 test/examples/engines/wrong_engine.py" --seed 1 --cases /tmp/cases

Every difference is confirmed by the reference evaluator before it counts. An engine that follows another reading of the
text is told which. What differs is shrunk to the fewest rows, printed with the clause and its words, and written as a
case, which the next run asks first.

In CI:
  npx smets1-bench check engine --command "..." --budget 5m --cases test/cases --junit check.xml

An engine that takes files has --batch in the place of --command:
  npx smets1-bench check engine --batch "python3 my_job.py {dir} {out} {as-ofs}" --batch-format csv
{dir} has installations, attempts and events, {out} takes the verdicts, {as-ofs} is a CSV (installation_id, as_of). With
{as-of} the command is started for one date at a time; {rules} is the rule set as JSON. src/docs/records.md says more,
src/docs/ci.md has a job to copy.

An accept file lets contested answers pass until a date:
  - when: { category: five-retries, field: is missed }   # or { reading: separateWeeks=sevenDays }
    reason: the supplier contests it
    expires: 2022-12-31

Verdicts that somebody has already are compared with the rules by
  npx smets1-bench check engine --expect verdicts.csv --histories DIR
where DIR has installations, attempts and events (src/docs/records.md). Of the verdicts only installation_id and category
must be there; a column that is not there is not compared. With --command as well, what differs is shrunk.

Exit codes: 0 all is right, 1 usage or the command cannot be started, 2 rows of --histories or --expect are refused, 3 a
defect of the bench, 4 the engine is wrong.`;

/** The end of `check scenario --help`. */
export const CHECK_SCENARIO_HELP = `
Simulates installations, spread over all populations, decides each history with your engine and with the rules, and shrinks
one that differs to the fewest rows. Then the installation is lived again, with the same dice, without some of what troubles
it (faults, outages, links, lost keys, changes), until nothing more can be left out: these are the troubles that the
difference needs. Without an engine, the bench's own is held to its reference evaluator.

  smets1-bench check scenario various1 --installations 2000
  smets1-bench check scenario various1 --command "python3 test/examples/engines/wrong_engine.py" --cases /tmp/cases

--histories DIR decides records instead: installations, attempts and events, of yours or of \`run --out DIR\`. With the
scenario of that run, the troubles are named as well.

Exit codes: 0 all is right, 1 usage or the command cannot be started, 2 rows are refused, 3 a defect of the bench, 4 the
engine is wrong.`;

/** The end of `check device --help`. */
export const CHECK_DEVICE_HELP = `
Without --allow the device is only read: it must prove its keys, count on, give strangers nothing, and answer no session that
is sent again. A stranger fails at three associations; a device that locks out a client after failures will do so.

With an allow file its keys are rotated too, if the title that it gives on the wire stands there:
  allow: { keys: ['534D424500000001'] }
Each of seven faults then strikes the nth frame of a rotation, for n = 1, 2, 3 ... until one passes clean: about a hundred
rotations. The keys stand in a ledger from then on, as with \`rig\`; a later run and a rig find them there. The file may say
more, as any rig file does: devices.esme.keys, framing, systemTitle, ledger.folder. Left out, the keys are the public ones of
the lab.

  smets1-bench emulate --device esme --listen 127.0.0.1:4059      (in another terminal)
  smets1-bench check device tcp://127.0.0.1:4059

Exit codes: 0 all laws hold, 1 usage, or the address cannot be opened, 3 a defect of the bench, 4 a law is broken.`;

/** The end of `check replay --help`. */
export const CHECK_REPLAY_HELP = `
The package ships the case tables of the bench, one for each clause or subject. \`shipped\` names all of them:

  smets1-bench check replay shipped --command "python3 test/examples/engines/right_engine.py"
  smets1-bench check replay gt01 five-retries cases/ --command "..." --own-rules

A case under other rules than the proposed ones is asked of an engine that is started for these rules; --own-rules skips
such cases. The same tables as JSON are in the package (smets1-bench/cases/gt01.json): each case has the question and the
verdicts in the form of the engine protocol under \`resolved\`.

Exit codes: 0 every case is answered as it expects, 1 usage, 4 a case fails.`;

/** The end of `check head-end --help`. */
export const CHECK_HEAD_END_HELP = `
The head-end reads JSON objects, one a line, each a meter whose GUEK and GAK it is to rotate; it answers each when the
rotation is done or given up, in any order, and flushes:
  {"rotate":{"number":1,"host":"127.0.0.1","port":40001,"framing":"wrapper","clientSap":1,"serverSap":1,
             "systemTitle":"534D424500000001","guek":"...","gak":"...","kek":"..."}}
  {"number":1,"rotated":true}
What it knows of a meter (keys, counters) it keeps under the number; the keys in the line are those of the start.
\`check schema head-end\` prints the schema; test/examples/headends has a right head-end and a wrong one, in TypeScript (the
standard library of Python has no AES-GCM). Give yours short time-outs: a frame that is lost costs one.

  smets1-bench check head-end --command "npx tsx test/examples/headends/rightHeadEnd.ts" --laws "clear link"

Exit codes: 0 all laws hold, 1 usage or the command cannot be started, 3 a defect of the bench, 4 a law is broken.`;
