import { definePlugin, type Context, type ESTree, type Rule } from '@oxlint/plugins';

/** Functions of Math that turn a fraction into something, or make one. `min`, `max` and `abs` of counts do neither. */
const mathWithFractions = new Set([
  'round',
  'floor',
  'ceil',
  'trunc',
  'fround',
  'pow',
  'sqrt',
  'random',
  'log10',
  'exp',
]);
const toDecimalText = new Set(['toFixed', 'toPrecision', 'toExponential']);
const nameOfMoney = /minor|amount|money|price|currency|gross|(?:^|[a-z])net$|fee/i;

/** In the folders of money nothing is a fraction: amounts are bigint minor units and rounding has a name of ours. */
const noFloatInMoney: Rule = {
  create: (context) => ({
    CallExpression(call): void {
      const name = calledName(call);
      const method = name.split('.').at(-1) ?? '';
      if (isReadingOfFloat(name) || name === 'Number' || toDecimalText.has(method) || isMathWithFractions(name)) {
        refuse(context, call, `${name}() makes a floating-point number of money.`);
      }
    },
    Literal(literal): void {
      if (typeof literal.value === 'number' && !Number.isInteger(literal.value)) {
        refuse(context, literal, `${literal.value} is a fraction; write the share as basis points or as two integers.`);
      }
    },
  }),
};

/** Elsewhere an amount may become a JSON integer by Number(), and that is all that may happen to it. */
const noRoundingOfAmounts: Rule = {
  create: (context) => ({
    CallExpression(call): void {
      const name = calledName(call);
      const rounds =
        isReadingOfFloat(name) || isMathWithFractions(name) || toDecimalText.has(name.split('.').at(-1) ?? '');
      if (rounds && nameOfMoney.test(context.sourceCode.getText(call))) {
        refuse(context, call, `${name}() rounds an amount; libs/domain/src/money has roundings with names.`);
      }
    },
  }),
};

/** `export *` makes everything a promise, and nobody can see what. */
const noExportStar: Rule = {
  create: (context) => ({
    ExportAllDeclaration: (node) => refuse(context, node, 'List the names: an entry is a list of promises.'),
  }),
};

/** A test that sleeps is slow on a fast machine and fails on a slow one. */
const noSleepInTests: Rule = {
  create: (context) => ({
    CallExpression(call): void {
      if (/^(?:globalThis\.)?setTimeout$/.test(calledName(call))) {
        refuse(context, call, 'Wait for a signal or with until(), never for time to pass.');
      }
    },
    ImportDeclaration(node): void {
      if (/^(?:node:)?timers(?:\/promises)?$/.test(node.source.value)) {
        refuse(context, node, 'Wait for a signal or with until(), never for time to pass.');
      }
    },
  }),
};

/** A module that needs forwardRef is half of a cycle. */
const noForwardRef: Rule = {
  create: (context) => ({
    ImportSpecifier(node): void {
      if (node.imported.type === 'Identifier' && node.imported.name === 'forwardRef') {
        refuse(context, node, 'Two that need each other are one, or need a third.');
      }
    },
  }),
};

/** Writes that escape the unit of work: each goes round the transaction that holds the event. */
const noRepositories: Rule = {
  create: (context) => ({
    ImportSpecifier(node): void {
      if (node.imported.type !== 'Identifier') return;
      if (
        /^(?:InjectRepository|InjectEntityManager|Repository|EntityManager|Transactional)$/.test(node.imported.name)
      ) {
        refuse(context, node, `${node.imported.name} escapes the unit of work; write through a store on tx.`);
      }
    },
  }),
};

function refuse(context: Context, node: ESTree.Node, message: string): void {
  context.report({ node, message });
}

/** `Math.round` for `Math.round(x)`, `?.toFixed` parts left out: `toFixed` for `amount.toFixed(2)`. */
function calledName(call: ESTree.CallExpression): string {
  const { callee } = call;
  if (callee.type === 'Identifier') return callee.name;
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return '';
  const owner = callee.object.type === 'Identifier' ? `${callee.object.name}.` : '';
  return `${owner}${callee.property.name}`;
}

function isReadingOfFloat(name: string): boolean {
  return name === 'parseFloat' || name === 'Number.parseFloat';
}

function isMathWithFractions(name: string): boolean {
  const [owner, method] = name.split('.');
  return owner === 'Math' && method !== undefined && mathWithFractions.has(method);
}

export default definePlugin({
  meta: { name: 'house' },
  rules: {
    'no-export-star': noExportStar,
    'no-float-in-money': noFloatInMoney,
    'no-forward-ref': noForwardRef,
    'no-repositories': noRepositories,
    'no-rounding-of-amounts': noRoundingOfAmounts,
    'no-sleep-in-tests': noSleepInTests,
  },
});
