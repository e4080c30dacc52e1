import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import type { Exposition } from './exposition.js';

/** Put on by Prometheus as it scrapes. */
const TARGET_LABELS = new Set(['job', 'instance']);
/** Labels of which a test cannot bring about every value. */
const OPEN_LABELS = new Set([...TARGET_LABELS, 'status']);
/** What Prometheus itself has. */
const OWN_SERIES = new Set(['up', 'ALERTS']);
const OF_COUNTERS = new Set(['Rate', 'Irate', 'Increase']);

/** What is wrong with an expression, held against what there is. */
export function mistakesIn(expression: string, exposition: Exposition): string[] {
  const mistakes: string[] = [];
  parser.parse(expression).iterate({
    enter: ({ node }) => {
      if (node.type.isError) mistakes.push(`is no PromQL at character ${node.from}`);
      else if (node.name === 'VectorSelector') mistakes.push(...ofSelector(node, expression, exposition));
      else if (node.name === 'GroupingLabels') mistakes.push(...ofGrouping(node, expression, exposition));
    },
  });
  return mistakes;
}

/** The values of a label that expressions ask for by `=` or by a list of alternatives. */
export function askedValuesOf(label: string, expression: string): string[] {
  return nodesIn(parser.parse(expression).topNode, 'UnquotedLabelMatcher').flatMap((node) => {
    const matcher = matcherOf(node, expression);
    return matcher.label === label ? (alternativesOf(matcher) ?? []) : [];
  });
}

function ofSelector(selector: SyntaxNode, expression: string, exposition: Exposition): string[] {
  const series = seriesOf(selector, expression);
  if (OWN_SERIES.has(series)) return [];
  const type = exposition.typeOf(series);
  if (type === undefined) return [`${series} is no series of any process`];
  const isCounted = functionAround(selector, OF_COUNTERS);
  const misuse = isCounted && type !== 'counter' ? [`${series} is a ${type}, which has no rate`] : [];
  const matchers = nodesIn(selector, 'UnquotedLabelMatcher').map((node) => matcherOf(node, expression));
  return [...misuse, ...matchers.flatMap((matcher) => ofMatcher(matcher, series, exposition))];
}

function ofMatcher(matcher: Matcher, series: string, exposition: Exposition): string[] {
  const { label } = matcher;
  if (TARGET_LABELS.has(label)) return [];
  const known = exposition.valuesOf(series, label);
  if (!known) return [`${series} has no label ${label}`];
  if (OPEN_LABELS.has(label)) return [];
  const unknown = (alternativesOf(matcher) ?? []).filter((value) => !known.has(value));
  return unknown.map((value) => `${series} has no ${label}="${value}"`);
}

/** Grouped by a label that nothing below it has, everything is one group. */
function ofGrouping(grouping: SyntaxNode, expression: string, exposition: Exposition): string[] {
  const aggregation = grouping.parent?.parent;
  const below = aggregation ? nodesIn(aggregation, 'VectorSelector') : [];
  const series = below.map((selector) => seriesOf(selector, expression));
  return nodesIn(grouping, 'LabelName')
    .map((node) => expression.slice(node.from, node.to))
    .filter((label) => !TARGET_LABELS.has(label) && !series.some((name) => exposition.valuesOf(name, label)))
    .map((label) => `${series.join(', ')} has no label ${label} to group by`);
}

interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

function matcherOf(node: SyntaxNode, expression: string): Matcher {
  const text = (name: string) => {
    const child = node.getChild(name);
    return child ? expression.slice(child.from, child.to) : '';
  };
  return {
    label: text('LabelName'),
    operator: text('MatchOp'),
    value: text('StringLiteral').slice(1, -1),
  };
}

/** Undefined where any pattern will do. */
function alternativesOf({ operator, value }: Matcher): string[] | undefined {
  if (operator === '=' || operator === '!=') return [value];
  return /^[\w:|-]+$/.test(value) ? value.split('|') : undefined;
}

function seriesOf(selector: SyntaxNode, expression: string): string {
  const name = selector.getChild('Identifier');
  return name ? expression.slice(name.from, name.to) : '';
}

function functionAround(node: SyntaxNode, names: ReadonlySet<string>): boolean {
  for (let at = node.parent; at && at.name !== 'BinaryExpr'; at = at.parent) {
    const called = at.name === 'FunctionCall' && at.getChild('FunctionIdentifier')?.firstChild?.name;
    if (called) return names.has(called);
  }
  return false;
}

function nodesIn(node: SyntaxNode, name: string): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  node.cursor().iterate((each) => {
    if (each.name === name) found.push(each.node);
  });
  return found;
}
