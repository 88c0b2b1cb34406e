import { describe, expect, test } from 'vitest';
import { compileModel } from '../../../sim/kernel/model/model.ts';
import { tellStory } from '../../../sim/story/story.ts';
import { fieldTable } from '../../../sim/scenario/scenarioFields.ts';
import { seedWords } from '../../../sim/world/dice/streams.ts';
import { loaded, problems } from './files.ts';

// Each check across fields, broken once by a change of the right scenario; that the right one passes is the first test.

const UP = 'upDaysMean: 10, down: [{ share: 1, duration: { kind: fixed, days: 1 } }]';
const CURVE = (points: string): string => `entryCurves: { main: { firstAttempt: [${points}] } }`;
const CSV =
  'category,clause,cohorts,unit,published,relation,note\nno-wan-before,18.7,IOC,installations,11523,fit,\nmaster-key,18.4,IOC,installations,1,input,\n';

const BROKEN: readonly (readonly [claim: string, change: string, path: string, words: string])[] = [
  ['sizes', 'populations: { ioc-dormant: { installations: 49999999 }, b: { cohort: IOC, dormancy: active, installations: 2, entry: main, wan: usual, han: usual } }', 'populations', '50000001 installations together'],
  ['nobody', 'populations: { ioc-dormant: { installations: 0 } }', 'populations', 'no installation'],
  ['entry curve', 'populations: { ioc-dormant: { entry: mian } }', 'populations.ioc-dormant.entry', '"mian"'],
  ['wan profile', 'populations: { ioc-dormant: { wan: usal } }', 'populations.ioc-dormant.wan', '"usal"'],
  ['han profile', 'populations: { ioc-dormant: { han: usal } }', 'populations.ioc-dormant.han', '"usal"'],
  ['a name of every object is no profile', 'populations: { ioc-dormant: { han: constructor } }', 'populations.ioc-dormant.han', '"constructor"'],
  ['model', 'populations: { ioc-dormant: { models: { DMC-9: 1 } } }', 'populations.ioc-dormant.models.DMC-9', '1'],
  ['process of the cohort', 'populations: { ioc-dormant: { cohort: FOC } }', 'populations.ioc-dormant.cohort', '"FOC"'],
  ['curve of what is not simulated', 'notSimulated: [{ cohort: IOC, dormancy: active, installations: 1, why: x, migratedBy: none }]', 'notSimulated[0].migratedBy', '"none"'],
  ['population of a fault', 'faults: { silent: { populations: [ioc-dormat] } }', 'faults.silent.populations[0]', '"ioc-dormat"'],
  ['cohort of a fault', 'faults: { silent: { cohorts: [FOC] } }', 'faults.silent.cohorts[0]', '"FOC"'],
  ['a search that takes no time', 'populations: { ioc-dormant: { masterKey: unobtainable } }', 'populations.ioc-dormant.masterKey', '"unobtainable"'],
  ['an instruction that takes no time', 'populations: { ioc-dormant: { supplierInstructs: 0.5 } }', 'populations.ioc-dormant.supplierInstructs', '0.5'],
  ['preparation without a curve', 'process: { IOC: { preparation: { triesPerInstruction: 1, hoursBetweenTries: 1, contactsNeeded: 1, daysBetweenInstructions: 1, instructionsMax: 1, daysToFirstAttempt: 1 } } }', 'populations.ioc-dormant.entry', '"main"'],
  ['operator of an outage', 'sharedOutages: { o: { by: operator, members: [operator-2] } }', 'sharedOutages.o.members[0]', '"operator-2"'],
  ['hub model of an outage', 'sharedOutages: { o: { by: hubModel, members: [operator-1] } }', 'sharedOutages.o.members[0]', '"operator-1"'],
  ['area of an outage', "sharedOutages: { o: { by: area, members: ['24'] } }", 'sharedOutages.o.members[0]', '"24"'],
  ['operators', 'operators: { a: 0.7, b: 0.4 }', 'operators', '0.7 + 0.4 = 1.1'],
  ['hub models', 'hubModels: { a: 0.9 }', 'hubModels', '0.9'],
  ['suppliers', 'suppliers: {}', 'suppliers', '0'],
  ['models of a population', 'models: { a: {}, b: {} }\npopulations: { ioc-dormant: { models: { a: 0.5, b: 0.4 } } }', 'populations.ioc-dormant.models', '0.5 + 0.4 = 0.9'],
  ['classes that sum to more', `links: { wan: { usual: { classes: { healthy: { share: 0.95 } } } } }`, 'links.wan.usual.classes', '0.07 + 0.95 = 1.02'],
  ['two classes without a share', `links: { wan: { usual: { classes: { more: { ${UP} } } } } }`, 'links.wan.usual.classes', '2 classes without a share'],
  ['a remainder below nothing', `links: { wan: { usual: { classes: { dead: { share: 0.7 }, more: { share: 0.4, ${UP} } } } } }`, 'links.wan.usual.classes', '0.7 + 0.4 = 1.1'],
  ['no class', 'links: { wan: { usual: { classes: { healthy: null, dead: null } } } }', 'links.wan.usual.classes', 'no class'],
  ['a mixture', 'links: { han: { usual: { classes: { only: { down: [{ share: 0.5, duration: { kind: fixed, days: 1 } }] } } } } }', 'links.han.usual.classes.only.down', '0.5'],
  ['success classes', 'faults: { silent: { success: { classes: [{ share: 0.5, chance: 1 }] } } }', 'faults.silent.success.classes', '0.5'],
  ['rates of change', 'changes: { supplierPerYear: 50 }', 'changes.supplierPerYear', '50'],
  ['a curve begins no earlier than the scenario', CURVE('{ date: 2020-12-31, share: 0.1 }, { date: 2021-12-31, share: 1 }'), 'entryCurves.main.firstAttempt[0].date', '"2020-12-31"'],
  ['dates of a curve', CURVE('{ date: 2021-06-01, share: 0.5 }, { date: 2021-06-01, share: 1 }'), 'entryCurves.main.firstAttempt[1].date', '"2021-06-01"'],
  ['shares of a curve', CURVE('{ date: 2021-06-01, share: 0.5 }, { date: 2021-07-01, share: 0.4 }, { date: 2021-08-01, share: 1 }'), 'entryCurves.main.firstAttempt[1].share', '0.4'],
  ['the end of a curve', CURVE('{ date: 2021-06-01, share: 0.5 }'), 'entryCurves.main.firstAttempt[0].share', '0.5'],
  ['the horizon', 'horizon: 2021-02-01', 'horizon', '"2021-02-01"'],
  ['an as-of before the start', 'asOf: [2021-01-31]', 'asOf[0]', '"2021-01-31"'],
  ['an as-of after the horizon', 'asOf: [2021-11-03, 2023-01-01]', 'asOf[1]', '"2023-01-01"'],
  ['the span of a fault', 'faults: { silent: { from: 2021-06-02, to: 2021-06-01 } }', 'faults.silent.to', '"2021-06-01"'],
  ['the span of an outage', 'sharedOutages: { o: { by: area, members: all, dated: [{ from: 2021-06-02, to: 2021-06-01 }] } }', 'sharedOutages.o.dated[0].to', '"2021-06-01"'],
  ['dated outages of nobody in particular', 'sharedOutages: { o: { by: operator, dated: [{ from: 2021-06-01, days: 9 }] } }', 'sharedOutages.o.members', 'nothing'],
  ['a dated outage without an end', 'sharedOutages: { o: { by: operator, members: all, dated: [{ from: 2021-06-01 }] } }', 'sharedOutages.o.dated[0]', 'neither to nor days'],
  ['a dated outage with two ends', 'sharedOutages: { o: { by: operator, members: all, dated: [{ from: 2021-06-01, to: 2021-06-02, days: 2 }] } }', 'sharedOutages.o.dated[0]', 'both to and days'],
  ['operators of an outage', 'sharedOutages: { o: { by: hubModel, operators: [hub-1], perYear: 1, duration: { kind: fixed, days: 1 } } }', 'sharedOutages.o.operators[0]', '"hub-1"'],
  ['a dead class with times', `links: { wan: { usual: { classes: { dead: { ${UP} } } } } }`, 'links.wan.usual.classes.dead', 'a dead class with times'],
  ['a class without outages', 'links: { wan: { usual: { classes: { healthy: { down: null } } } } }', 'links.wan.usual.classes.healthy', 'a class that lacks'],
  ['up times of minutes', 'links: { han: { usual: { classes: { only: { upDaysMean: 0.0388 } } } } }', 'links.han.usual.classes.only.upDaysMean', '0.0388'],
  ['more operators than have dice', `operators: { ${Array.from({ length: 4097 }, (_, i) => `o${i}: ${i === 0 ? 1 : 0}`).join(', ')} }`, 'operators', '4097 names'],
  ['a rate without a duration', 'sharedOutages: { o: { by: area, perYear: 1 } }', 'sharedOutages.o.duration', 'nothing'],
  ['an effect that the step cannot show', 'faults: { silent: { effect: wrongKey } }', 'faults.silent.effect', '"wrongKey"'],
  ['a GroupID of another cohort', 'populations: { ioc-dormant: { groupId: EA } }', 'populations.ioc-dormant.groupId', '"EA"'],
  ['an end that is none', "ends: { 'excluded:gt1': han }", 'ends["excluded:gt1"]', '"han"'],
  ['fit without published figures', 'fit: [{ line: no-wan-before/IOC, parameter: metersPerInstallation, prior: 1 }]', 'publishedVolumes', 'nothing'],
  ['a line that was not published', 'publishedVolumes: v.csv\nfit: [{ line: no-wan-befor/IOC, parameter: metersPerInstallation, prior: 1 }]', 'fit[0].line', '"no-wan-befor/IOC"'],
  ['a census is not fitted', 'publishedVolumes: v.csv\nfit: [{ line: master-key/IOC, parameter: metersPerInstallation, prior: 1 }]', 'fit[0].line', '"master-key/IOC"'],
  ['a parameter that is no number', 'publishedVolumes: v.csv\nfit: [{ line: no-wan-before/IOC, parameter: links.wan.usual, prior: 1 }]', 'fit[0].parameter', '"links.wan.usual"'],
  ['a table that is not there', 'publishedSeries: none.csv', 'publishedSeries', '"none.csv"'],
  ['a table that is none', 'publishedVolumes: base.yaml', 'publishedVolumes', 'line 1: no column category'],
]; // prettier-ignore

describe('checks across fields', () => {
  test('the scenario that the broken ones start from is valid', () => {
    expect(problems('publishedVolumes: v.csv', [], { 's/v.csv': CSV })).toEqual([]);
  });

  test.each(BROKEN)('a check across fields refuses a scenario: %s', (_claim, change, path, words) => {
    const all = problems(change, [], { 's/v.csv': CSV });
    expect(all).toMatchObject([{ path, found: words }].map((problem) => ({ ...problem, found: expect.stringContaining(words) as string }))); // prettier-ignore
    expect(all[0]?.line).toBeGreaterThan(0);
  });

  test('a class without a share takes the remainder, which is printed', () => {
    const { scenario, marks } = loaded('');
    expect(scenario.links.wan.usual?.classes.healthy?.share).toBe(0.93);
    const leaf = marks.find(({ path }) => path === 'links.wan.usual.classes.healthy.share');
    expect(leaf).toMatchObject({ value: 0.93, mark: 'our assumption', note: 'the remainder of the classes' });
  });

  test('the shortest up time that is allowed can be run to the horizon, outage by outage', () => {
    const short = (days: number): string => `links: { wan: { usual: { classes: { dead: null, healthy: { share: 1, upDaysMean: ${days}, down: [{ share: 1, duration: { kind: fixed, days: 0.000001 } }] } } } } }`; // prettier-ignore
    const [problem] = problems(short(0.001));
    expect(problem?.expected).toBe(
      'at least 0.0389: a link has at most 18000 outages from 2021-02-01 to 2022-12-31 (our assumption)',
    );
    const { scenario, rules } = loaded(short(0.0389));
    const model = compileModel(scenario, rules);
    const outages = [0, 1, 2].map((installation) => {
      const { wan } = tellStory(model, { seed: seedWords('short'), replication: 0, installation });
      return wan.outages.length;
    });
    for (const count of outages) expect(count).toBeGreaterThan(17_000);
  });

  test('null for a missing name is answered with the existing names and the nearest one', () => {
    const expected = { found: expect.stringContaining('none of this name') as string, expected: 'one of silent', nearest: 'faults.silent' }; // prettier-ignore
    expect(problems('', ['faults.silnt=null'])).toMatchObject([{ path: 'faults.silnt', ...expected }]);
    expect(problems('faults: { silnt: null }')).toMatchObject([{ path: 'faults.silnt', line: 2, ...expected }]);
    expect(loaded('', ['faults.silent=null']).scenario.faults).toEqual({});
  });

  test('an effect that does nothing is no fault: neither the schema nor the table has it', () => {
    expect(problems('faults: { silent: { effect: none } }')).toMatchObject([{ path: 'faults.silent.effect', found: '"none"' }]); // prettier-ignore
    expect(fieldTable()).toMatch(/`faults\.<name>\.effect` \(kind: persistent\): one of silence, refusal,/);
  });

  test('attempts so close that two would share a second are refused', () => {
    expect(problems('process: { IOC: { daysBetweenAttempts: 0.001 } }')).toMatchObject([{ path: 'process.IOC.daysBetweenAttempts' }]); // prettier-ignore
  });

  test('ten shares of a tenth sum to 1', () => {
    const tenths = Array.from({ length: 10 }, (_, i) => `a${i}: 0.1`).join(', ');
    expect(problems(`operators: { ${tenths} }`)).toEqual([]);
  });

  test('misspelt references are answered with the nearest name', () => {
    expect(problems('populations: { ioc-dormant: { wan: usaul } }')[0]?.nearest).toBe('usual');
    expect(problems("ends: { 'excluded:gt1': han }")[0]?.nearest).toBe('excluded:gt01');
  });
});
