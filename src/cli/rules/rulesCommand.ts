import { Command, Option } from 'commander';
import { Document, isScalar, visit } from 'yaml';
import { resolveRules } from '../../rules/resolveRules.ts';
import { IN_FORCE } from '../../rules/builtInRules.ts';
import { diffRules, rulesText } from '../../rules/rulesText.ts';
import { documentOf } from '../../rules/ruleSetSchema.ts';
import { RULE_SETS } from '../../rules/builtInRules.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import { INSTANT_MAX, type Instant } from '../../time.ts';
import type { Shell } from '../shell/command.ts';
import { UsageError, type ExitCode } from '../shell/exit.ts';
import { checkFiles } from '../shell/fileKind.ts';
import { type Io, writeAnswer } from '../shell/io.ts';
import { collect, instantOrDate } from '../shell/options.ts';
import { rulesNamed } from '../shell/rulesOption.ts';
import { diskFiles } from '../shell/readText.ts';
import { originOf } from '../output/outputOrigin.ts';
import type { Provenance } from '../../report/provenance.ts';

interface RulesOptions {
  readonly setRule: readonly string[];
  readonly asOf?: Instant;
}

/** `rules`: what rule sets there are, what they say, whether a file is one, and how two differ. */
export function rulesCommand({ action }: Shell): Command {
  const rules = new Command('rules');
  rules.command('list').description('The rule sets that are built in.').action(action(list));

  withRuleOptions(rules.command('print'))
    .description('Print a rule set: clauses with their words, citations, readings.')
    .argument('<name|file>', `a rule set by name, ${IN_FORCE}, or a YAML file`)
    .addOption(
      new Option('--format <format>', 'yaml can be copied and changed')
        .choices(['text', 'yaml', 'json'])
        .default('text'),
    ) // prettier-ignore
    .action(
      action((io: Io, name: string, options: RulesOptions & { format: Format }) => {
        const text = PRINT[options.format](rulesNamed(name, options));
        if (options.format === 'text') writeAnswer(io.out, text);
        else io.out.write(text);
      }),
    );

  rules
    .command('check')
    .description('Check rule-set files.')
    .argument('<file...>', 'rule sets, YAML')
    .action(action(check));

  withRuleOptions(rules.command('diff'))
    .description('The paths in which two rule sets differ; --set-rule changes the second.')
    .argument('<a>', 'a name or file')
    .argument('[b]', 'a name or file; left out: the first, changed by --set-rule')
    .addOption(new Option('--format <format>').choices(['text', 'json']).default('text'))
    .action(
      action((io: Io, a: string, b: string | undefined, options: RulesOptions & { format: 'text' | 'json' }) => {
        if (b === undefined && options.setRule.length === 0)
          throw new UsageError(
            'rules diff compares two rule sets: name a second one, or change the first by --set-rule.',
          );
        const before = rulesNamed(a, { ...options, setRule: [] });
        const after = rulesNamed(b ?? a, options);
        if (options.format === 'json') io.out.write(diffJson(before, after, originOf(io)));
        else writeAnswer(io.out, diffText(before, after));
      }),
    );
  return rules;
}

type Format = 'text' | 'yaml' | 'json';

const PRINT: Readonly<Record<Format, (rules: RuleSet) => string>> = {
  text: rulesText,
  yaml: rulesYaml,
  json: (rules) => `${JSON.stringify(rules, null, 2)}\n`,
};

/** A rule set as a file that resolves to it. */
function rulesYaml(rules: RuleSet): string {
  const document = new Document(documentOf(rules), { aliasDuplicateObjects: false });
  visit(document, {
    Seq(_key, list) {
      if (list.items.every((item) => isScalar(item))) list.flow = true;
    },
    Scalar(key, scalar) {
      // What YAML 1.1 would take for true or false is quoted, for other tools that read the file.
      if (key !== 'key' && (scalar.value === 'yes' || scalar.value === 'no')) scalar.type = 'QUOTE_SINGLE';
    },
  });
  return document.toString({ lineWidth: 0, singleQuote: true, flowCollectionPadding: false });
}

/** The options of every command that takes a rule set. */
function withRuleOptions(command: Command): Command {
  return command
    .option('--set-rule <k=v>', 'a reading or a path and its value (repeat)', collect, [] as readonly string[])
    .option('--as-of <instant|date>', `the day that ${IN_FORCE} is asked of; default: the last`, instantOrDate);
}

function list(io: Io): void {
  const rows = RULE_SETS.map((rules) => [rules.name, datesText(rules), rules.title]);
  rows.push([
    IN_FORCE,
    'selects by the as-of',
    'the one of these that is in force, Various 1 assumed adopted as proposed',
  ]);
  const width = Math.max(...rows.map(([name = '']) => name.length));
  for (const [name = '', dates = '', title = ''] of rows)
    writeAnswer(io.out, `${name.padEnd(width)}  ${dates}\n  ${title}\n`);
  writeAnswer(io.out, 'Files to copy and change: scenarios/rulesets/.\n');
}

function datesText(rules: RuleSet): string {
  const from = rules.clauses.flatMap((clause) => clause.inForceFrom ?? []).sort()[0];
  return `${from === undefined ? 'no category' : `in force from ${from}`}, expires ${rules.expiresOn}`;
}

function check(io: Io, files: readonly string[]): Promise<ExitCode> {
  return checkFiles(io, { kind: 'rules', files }, (file) => {
    // A check is of files: what has the name of a shipped rule set is read as one all the same.
    const result = resolveRules(/[/\\.]/.test(file) ? file : `./${file}`, { asOf: INSTANT_MAX, files: diskFiles });
    return result.ok ? { words: `${result.rules.name}, ${result.rules.clauses.length} categories` } : result;
  });
}

function diffJson(a: RuleSet, b: RuleSet, provenance: Provenance): string {
  return `${JSON.stringify({ provenance, differences: diffRules(a, b) }, null, 2)}\n`;
}

function diffText(a: RuleSet, b: RuleSet): string {
  const rows = diffRules(a, b);
  if (rows.length === 0) return 'no difference\n';
  return rows.map(({ path, before, after }) => `${path}\n  - ${shown(before)}\n  + ${shown(after)}\n`).join('');
}

function shown(value: unknown): string {
  return value === undefined ? '(absent)' : JSON.stringify(value);
}
