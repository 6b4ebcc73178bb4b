import type { Files } from './scratch-tree.ts';

/** One violation of each import rule: the first file is the one that must be refused. */
export const importPlants: Readonly<Record<string, Files>> = {
  'domain-imports-nothing-outside-itself': {
    'libs/domain/src/money/planted.ts': `import { randomInt } from 'node:crypto';\nexport const chance = randomInt(2);\n`,
  },

  'contracts-import-only-domain-and-zod': {
    'libs/contracts/src/planted.ts': `import { of } from 'rxjs';\nexport const stream = of(1);\n`,
  },
  'security-imports-only-domain-of-ours': {
    'libs/security/src/planted.ts': `import { hints } from '#contracts';\nexport const names = hints;\n`,
  },
  'observability-imports-nothing-of-ours': {
    'libs/observability/src/planted.ts': `import { isZero } from '#domain';\nexport const check = isZero;\n`,
  },
  'batching-imports-nothing-of-ours': {
    'libs/batching/src/planted.ts': `import { isZero } from '#domain';\nexport const check = isZero;\n`,
  },
  'persistence-messaging-security-stay-apart': {
    'libs/persistence/src/planted.ts': `import { Broker } from '#messaging';\nexport const broker = Broker;\n`,
  },
  'only-processes-know-the-runtime': {
    'libs/messaging/src/planted.ts': `import { CLOCK } from '#runtime';\nexport const clock = CLOCK;\n`,
  },
  'libs-never-import-what-stands-on-them': {
    'libs/runtime/src/planted.ts': `import { apiEnvironment } from '../../../apps/api/src/api.config.ts';\nexport const environment = apiEnvironment;\n`,
  },
  'libs-are-entered-by-their-name-from-apps': {
    'apps/settlement/src/planted.ts': `import { zero } from '../../../libs/domain/src/money/money.ts';\nexport const nothing = zero;\n`,
  },
  'libs-are-entered-by-their-name-from-libs': {
    'libs/runtime/src/planted-behind-the-entry.ts': `import { zero } from '../../domain/src/money/money.ts';\nexport const nothing = zero;\n`,
  },
  'inside-a-lib-the-concrete-file': {
    'libs/security/src/planted-on-own-entry.ts': `import { fingerprintOf } from './index.ts';\nexport const print = fingerprintOf;\n`,
  },

  'apps-meet-in-contracts': {
    'apps/fraud/src/planted.ts': `import type { ApiEnvironment } from '../../api/src/api.config.ts';\nexport type Borrowed = ApiEnvironment;\n`,
  },
  'the-sandbox-shares-no-rules-with-us': {
    'apps/sandbox/src/planted.ts': `import { requestRefund } from '#domain';\nexport const borrowed = requestRefund;\n`,
  },
  'use-cases-know-no-edge': {
    'apps/orchestrator/src/use-cases/planted.ts': `import { SagaAlarmClock } from '../schedules/saga-alarm-clock.ts';\nexport const edge = SagaAlarmClock;\n`,
  },
  'use-cases-know-no-engine': {
    'apps/api/src/use-cases/planted.ts': `import { GraphQLError } from 'graphql';\nexport const fault = GraphQLError;\n`,
  },
  'use-cases-reach-no-network': {
    'apps/webhooks/src/use-cases/planted-call.ts': `import { HostNames } from '../delivery/host-names.ts';\nexport const names = HostNames;\n`,
  },
  'consumers-and-schedules-stand-alone': {
    'apps/orchestrator/src/consumers/planted.ts': `import { SagaAlarmClock } from '../schedules/saga-alarm-clock.ts';\nexport const other = SagaAlarmClock;\n`,
  },
  'nobody-behind-the-edges-knows-graphql': {
    'apps/api/src/waiting/planted.ts': `import type { PlantedType } from '../graphql/planted.type.ts';\nexport type Known = PlantedType;\n`,
    'apps/api/src/graphql/planted.type.ts': `import { ObjectType } from '@nestjs/graphql';\n@ObjectType()\nexport class PlantedType {}\n`,
  },
  'adapters-know-no-edge': {
    'apps/fraud/src/stores/planted.ts': `import { AssessOnPaymentCreated } from '../consumers/assess-on-payment-created.ts';\nexport const edge = AssessOnPaymentCreated;\n`,
  },
  'adapters-know-use-cases-by-their-types': {
    'apps/api/src/stores/planted.ts': `import { refused } from '../use-cases/answer.ts';\nexport const story = refused;\n`,
  },
  'adapters-meet-in-modules': {
    'apps/api/src/waiting/planted-store.ts': `import { MerchantStore } from '../stores/merchant-store.ts';\nexport const store = MerchantStore;\n`,
  },
  'consumers-reach-adapters-through-use-cases': {
    'apps/orchestrator/src/consumers/planted-store.ts': `import { AcquirerDirectory } from '../acquirers/acquirer-directory.ts';\nexport const acquirers = AcquirerDirectory;\n`,
  },
  'the-merchants-edge-reads-through-readers': {
    'apps/api/src/graphql/planted-store.ts': `import type { MerchantStore } from '../stores/merchant-store.ts';\nexport type Known = MerchantStore;\n`,
  },
  'the-admins-edge-goes-through-use-cases': {
    'apps/api/src/admin/planted-list.ts': `import { MerchantStore } from '../stores/merchant-store.ts';\nexport const store = MerchantStore;\n`,
  },
  'ports-meet-their-adapters-in-modules': {
    'apps/orchestrator/src/use-cases/planted-choice.ts': `import type { HttpAcquirer } from '../acquirers/http-acquirer.ts';\nexport type Chosen = HttpAcquirer;\n`,
  },
  'the-outside-world-is-called-from-its-rooms': {
    'apps/orchestrator/src/consumers/planted-call.ts': `import { request } from 'undici';\nexport const call = request;\n`,
  },

  'the-database-is-reached-through-persistence': {
    'apps/api/src/planted-connection.ts': `import pg from 'pg';\nexport const pool = pg.Pool;\n`,
  },
  'the-broker-is-reached-through-messaging': {
    'apps/api/src/planted-publisher.ts': `import { connect } from '@nats-io/transport-node';\nexport const publisher = connect;\n`,
  },

  'migrations-import-nothing-of-ours': {
    'migrations/payments/20991231000000-planted.ts': `import { currencyCodes } from '#domain';\nexport const codes = currencyCodes;\n`,
  },
  'migrations-take-only-types-from-typeorm': {
    'migrations/fraud/20991231000000-planted.ts': `import { Table } from 'typeorm';\nexport const table = Table;\n`,
  },
  'migrations-are-run-and-never-imported': {
    'test/planted-migration.ts': `import { Payments20261121090000 } from '../migrations/payments/20261121090000-payments.ts';\nexport const again = Payments20261121090000;\n`,
  },
  'what-migrations-share-is-theirs-and-the-tests': {
    'tools/planted-migration.ts': `import { eventBackboneV1 } from '../migrations/event-backbone.v1.ts';\nexport const tables = eventBackboneV1;\n`,
  },

  'services-know-no-tools-and-no-tests': {
    'apps/webhooks/src/planted.ts': `import { schemas } from '../../../tools/provisioning/service-databases.ts';\nexport const all = schemas;\n`,
  },
  'tools-know-no-tests': {
    'tools/planted-test.ts': `import { createDatabase } from '../test/support/database.ts';\nexport const create = createDatabase;\n`,
  },
  'only-the-generator-looks-into-apps': {
    'tools/launcher/planted.ts': `import { apiEnvironment } from '../../apps/api/src/api.config.ts';\nexport const environment = apiEnvironment;\n`,
  },
  'nothing-imports-an-entry': {
    'test/planted-entry.ts': `import '../apps/fraud/src/main.ts';\n`,
  },

  'no-cycles': {
    'libs/domain/src/payment/planted-one.ts': `import type { Two } from './planted-two.ts';\nexport type One = Two | 1;\n`,
    'libs/domain/src/payment/planted-two.ts': `import type { One } from './planted-one.ts';\nexport type Two = One[];\n`,
  },
  'no-orphans': {
    'libs/domain/src/planted-and-forgotten.ts': `export const forgotten = true;\n`,
  },
  'every-import-leads-somewhere': {
    'apps/api/src/planted-nowhere.ts': `import { nothing } from './nowhere.ts';\nexport const nowhere = nothing;\n`,
  },
  'packages-are-declared': {
    'tools/planted-package.ts': `import semver from 'semver';\nexport const version = semver;\n`,
  },
  'services-run-without-development-packages': {
    'apps/webhooks/src/planted-verifier.ts': `import { Webhook } from 'svix';\nexport const verifier = Webhook;\n`,
  },
};
