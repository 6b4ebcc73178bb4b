/**
 * Who may import whom. Each rule says its reason; test/architecture/import-law.test.ts plants a violation of each and
 * must see it refused.
 */

/** The services that share one shape. The sandbox plays somebody else's system and has a shape of its own. */
const services = '^apps/(?!sandbox/)([^/]+)/src/';

/** Where something from outside comes in: each parses, calls one use-case and presents. */
const edges = '(?:graphql|admin|subscriptions|consumers|schedules)/';

/** What speaks to an engine or to another company on behalf of a use-case. */
const adapters = '(?:stores|readers|waiting|acquirers|delivery|books|signals)/';

const domain = [
  {
    name: 'domain-imports-nothing-outside-itself',
    comment: 'Money rules that know no clock, database or framework can be proven by reading them.',
    severity: 'error',
    from: { path: '^libs/domain/src/' },
    to: { pathNot: '^libs/domain/src/' },
  },
];

const libs = [
  {
    name: 'contracts-import-only-domain-and-zod',
    comment: 'Every service reads the contracts; whatever they import, every service carries.',
    severity: 'error',
    from: { path: '^libs/contracts/src/' },
    to: { pathNot: ['^libs/(?:contracts|domain)/src/', '(?:^|/)node_modules/zod/'] },
  },
  {
    name: 'security-imports-only-domain-of-ours',
    comment: 'Keys and signatures are read by people who audit; they should have nothing else to open.',
    severity: 'error',
    from: { path: '^libs/security/src/' },
    to: { path: '^libs/', pathNot: '^libs/(?:security|domain)/src/' },
  },
  {
    name: 'observability-imports-nothing-of-ours',
    comment: 'Everything may log and count, so what logs and counts may depend on nothing.',
    severity: 'error',
    from: { path: '^libs/observability/src/' },
    to: { path: '^(?:apps|libs|migrations|test|tools)/', pathNot: '^libs/observability/src/' },
  },
  {
    name: 'batching-imports-nothing-of-ours',
    comment:
      'Our services queue by it and so do the acquirers of the sandbox; nothing else may reach those through it.',
    severity: 'error',
    from: { path: '^libs/batching/src/' },
    to: { path: '^(?:apps|libs|migrations|test|tools)/', pathNot: '^libs/batching/src/' },
  },
  {
    name: 'persistence-messaging-security-stay-apart',
    comment: 'They meet in the runtime and in an app’s module; an engine that knows another cannot be replaced alone.',
    severity: 'error',
    from: { path: '^libs/(persistence|messaging|security)/src/' },
    to: { path: '^libs/(?:persistence|messaging|security)/', pathNot: '^libs/$1/' },
  },
  {
    name: 'only-processes-know-the-runtime',
    comment: 'The runtime starts a process out of the other libs; one of them that knew it would start itself.',
    severity: 'error',
    from: { path: '^libs/(?!runtime/)' },
    to: { path: '^libs/runtime/' },
  },
  {
    name: 'libs-never-import-what-stands-on-them',
    comment: 'A lib that knows an app belongs into that app.',
    severity: 'error',
    from: { path: '^libs/' },
    to: { path: '^apps/' },
  },
  {
    name: 'libs-are-entered-by-their-name-from-apps',
    comment: 'What a lib promises is what its index.ts names; everything else in it may change at any time.',
    severity: 'error',
    from: { path: '^(?:apps|tools|migrations|test)/' },
    to: { path: '^libs/', dependencyTypesNot: ['aliased-subpath-import'] },
  },
  {
    name: 'libs-are-entered-by-their-name-from-libs',
    comment: 'The same promise holds between libs.',
    severity: 'error',
    from: { path: '^libs/([^/]+)/' },
    to: { path: '^libs/', pathNot: '^libs/$1/', dependencyTypesNot: ['aliased-subpath-import'] },
  },
  {
    name: 'inside-a-lib-the-concrete-file',
    comment: 'A lib that imports its own entry imports all of itself, and the next cycle is one line away.',
    severity: 'error',
    from: { path: '^libs/([^/]+)/src/' },
    to: { path: '^libs/$1/src/index\\.ts$' },
  },
];

const apps = [
  {
    name: 'apps-meet-in-contracts',
    comment: 'Each app can be stopped, replaced and scaled without the others: they share events, not code.',
    severity: 'error',
    from: { path: '^apps/([^/]+)/' },
    to: { path: '^apps/', pathNot: '^apps/$1/' },
  },
  {
    name: 'the-sandbox-shares-no-rules-with-us',
    comment: 'The acquirers’ truth is held against ours; computed by the same code it would agree with our mistakes.',
    severity: 'error',
    from: { path: '^apps/sandbox/' },
    to: { path: '^libs/(?!(?:observability|batching)/)' },
  },
  {
    name: 'use-cases-know-no-edge',
    comment: 'The same story is told to GraphQL, to a consumer and to a schedule.',
    severity: 'error',
    from: { path: `${services}use-cases/`, pathNot: '\\.module\\.ts$' },
    to: { path: `^apps/$1/src/(?:${edges}|auth/|docs/|playground/)` },
  },
  {
    name: 'use-cases-know-no-engine',
    comment: 'A use-case says what happens; how it is stored, sent or asked is an adapter’s.',
    severity: 'error',
    from: { path: `${services}use-cases/` },
    to: {
      path: '(?:^|/)node_modules/(?:pg|typeorm|undici|ws|graphql|fastify|pino|prom-client|@nats-io|@apollo|@nestjs/(?!common/))',
    },
  },
  {
    name: 'use-cases-reach-no-network',
    comment: 'A use-case that knows who makes the connection cannot be told with another; it names a port.',
    severity: 'error',
    from: { path: `${services}use-cases/`, pathNot: '\\.module\\.ts$' },
    to: {
      path: '^(?:node:)?(?:dgram|dns|http|http2|https|net|tls)(?:/|$)|(?:^|/)node_modules/undici/',
      reachable: true,
    },
  },
  {
    name: 'consumers-and-schedules-stand-alone',
    comment: 'What two ways in have in common is a use-case.',
    severity: 'error',
    from: { path: `${services}(consumers|schedules)/` },
    to: { path: `^apps/$1/src/${edges}`, pathNot: '^apps/$1/src/$2/' },
  },
  {
    name: 'nobody-behind-the-edges-knows-graphql',
    comment:
      'Words and limits of the schema are for the edges that speak it; a story told in them could not be told twice.',
    severity: 'error',
    from: { path: `${services}(?:use-cases/|waiting/|consumers/|schedules/|${adapters})`, pathNot: '\\.module\\.ts$' },
    to: { path: '^apps/$1/src/graphql/|(?:^|/)node_modules/(?:graphql|@nestjs/graphql|@apollo/[^/]+)/' },
  },
  {
    name: 'adapters-know-no-edge',
    comment: 'Adapters serve use-cases; who asked is none of their business.',
    severity: 'error',
    from: { path: `${services}${adapters}`, pathNot: '\\.module\\.ts$' },
    to: { path: `^apps/$1/src/${edges}` },
  },
  {
    name: 'adapters-know-use-cases-by-their-types',
    comment: 'An adapter may speak the words of the story that it serves, but never tell the story itself.',
    severity: 'error',
    from: { path: `${services}${adapters}`, pathNot: '\\.module\\.ts$' },
    to: { path: '^apps/$1/src/use-cases/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'adapters-meet-in-modules',
    comment: 'Two adapters that know each other are one that cannot be replaced by halves.',
    severity: 'error',
    from: {
      path: `${services}(stores|readers|waiting|acquirers|delivery|books|signals)/`,
      pathNot: '\\.module\\.ts$',
    },
    to: {
      path: `^apps/$1/src/(?:waiting/|${adapters})`,
      pathNot: '^apps/$1/src/$2/',
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'consumers-reach-adapters-through-use-cases',
    comment: 'A consumer names the transaction that it is given by its type; what is done in it is a story of its own.',
    severity: 'error',
    from: { path: `${services}consumers/` },
    to: { path: `^apps/$1/src/(?:waiting/|${adapters})`, dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'the-merchants-edge-reads-through-readers',
    comment: 'Readers see one merchant’s own rows and cannot write; a store can do both for anybody.',
    severity: 'error',
    from: { path: `${services}(?:graphql|subscriptions)/`, pathNot: '\\.module\\.ts$' },
    to: { path: '^apps/$1/src/(?:stores|waiting|acquirers)/' },
  },
  {
    name: 'the-admins-edge-goes-through-use-cases',
    comment: 'What an admin may see and do is decided in a use-case; a resolver with a store in hand decides it again.',
    severity: 'error',
    from: { path: `${services}admin/`, pathNot: '\\.module\\.ts$' },
    to: { path: '^apps/$1/src/(?:stores|waiting)/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'ports-meet-their-adapters-in-modules',
    comment: 'Files named after a technology (http-…, jetstream-…) are chosen in a *.module.ts and known nowhere else.',
    severity: 'error',
    from: { path: '^apps/', pathNot: '\\.module\\.ts$|/(?:http|nats|jetstream)-[^/]+\\.ts$' },
    to: { path: '^apps/[^/]+/src/.+/(?:http|nats|jetstream)-[^/]+\\.ts$' },
  },
  {
    name: 'the-outside-world-is-called-from-its-rooms',
    comment: 'Calls to other companies need deadlines and the four answers; one room for each makes them findable.',
    severity: 'error',
    from: { path: '^(?:apps|libs)/', pathNot: '^apps/[^/]+/src/(?:acquirers|delivery)/' },
    to: { path: '(?:^|/)node_modules/undici/' },
  },
];

const engines = [
  {
    name: 'the-database-is-reached-through-persistence',
    comment: 'A connection taken elsewhere escapes the unit of work, and with it the transaction that holds the event.',
    severity: 'error',
    from: { path: '^(?:apps|libs)/', pathNot: '^(?:libs/(?:persistence|runtime)|apps/sandbox)/' },
    to: { path: '(?:^|/)node_modules/(?:pg|typeorm|@nestjs/typeorm)/' },
  },
  {
    name: 'the-broker-is-reached-through-messaging',
    comment: 'Acknowledgement is decided in one place.',
    severity: 'error',
    from: { path: '^(?:apps|libs)/', pathNot: '^libs/messaging/' },
    to: { path: '(?:^|/)node_modules/@nats-io/' },
  },
];

const history = [
  {
    name: 'migrations-import-nothing-of-ours',
    comment: 'History is frozen: code that a migration imported would change what happened years ago.',
    severity: 'error',
    from: { path: '^migrations/' },
    to: { pathNot: ['^migrations/[^/]+\\.v\\d+\\.ts$', '(?:^|/)node_modules/typeorm/'] },
  },
  {
    name: 'migrations-take-only-types-from-typeorm',
    comment: 'Types vanish when compiled, so an old migration runs under any later TypeORM.',
    severity: 'error',
    from: { path: '^migrations/' },
    to: { path: '(?:^|/)node_modules/typeorm/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'migrations-are-run-and-never-imported',
    comment: 'They are found by their dates in their folders.',
    severity: 'error',
    from: {},
    to: { path: '^migrations/[^/]+/' },
  },
  {
    name: 'what-migrations-share-is-theirs-and-the-tests',
    comment: 'It is frozen with them; a test may make the same tables elsewhere.',
    severity: 'error',
    from: { pathNot: '^(?:migrations|test)/' },
    to: { path: '^migrations/[^/]+\\.ts$' },
  },
];

const entries = [
  {
    name: 'services-know-no-tools-and-no-tests',
    comment: 'What runs in production runs without what builds, starts and tests it.',
    severity: 'error',
    from: { path: '^(?:apps|libs|migrations)/' },
    to: { path: '^(?:tools|test)/' },
  },
  {
    name: 'tools-know-no-tests',
    comment: 'npm start works where the tests were left out.',
    severity: 'error',
    from: { path: '^tools/' },
    to: { path: '^test/' },
  },
  {
    name: 'only-the-generator-looks-into-apps',
    comment: 'The launcher starts services as processes; only what prints their contracts may load their code.',
    severity: 'error',
    from: { path: '^tools/(?!generated/)' },
    to: { path: '^apps/' },
  },
  {
    name: 'nothing-imports-an-entry',
    comment: 'A main.ts starts a process and a *.test.ts registers tests, whoever imports them.',
    severity: 'error',
    from: {},
    to: {
      path: '^apps/[^/]+/src/main\\.ts$|\\.test\\.ts$|^tools/(?:start|dev|test|check|generate|bench|simulate|faults)\\.ts$',
    },
  },
];

const everywhere = [
  {
    name: 'no-cycles',
    comment: 'Files of a cycle can only be understood together, and with decorator metadata they die at load.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-orphans',
    comment: 'A file that nothing knows and that knows nothing is forgotten.',
    severity: 'error',
    from: { orphan: true, pathNot: '\\.d\\.ts$' },
    to: {},
  },
  {
    name: 'every-import-leads-somewhere',
    comment: 'An import that cannot be followed is one that no rule here has seen.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'packages-are-declared',
    comment: 'A package that came along with another one leaves with it.',
    severity: 'error',
    from: {},
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'services-run-without-development-packages',
    comment: 'Types of one may be used, as they vanish; the playground is bundled when it is built.',
    severity: 'error',
    from: { path: '^(?:apps|libs|migrations)/', pathNot: '^apps/api/playground/' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [...domain, ...libs, ...apps, ...engines, ...history, ...entries, ...everywhere],
  options: {
    doNotFollow: { path: '(?:^|/)node_modules/' },
    exclude: { path: '^dist/' },
    // Imports of types are imports: a cycle of types is a cycle of ideas.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      // `source` leads `#domain` to what people wrote; without it the libs would be seen as their build.
      conditionNames: ['source', 'import', 'require', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
  },
};
