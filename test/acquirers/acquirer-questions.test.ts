import { expect, test } from 'vitest';
import { AcquirerDirectory } from '../../apps/orchestrator/src/acquirers/acquirer-directory.ts';
import { AcquirerCalls } from '../../apps/orchestrator/src/use-cases/acquirer-calls.ts';
import { AcquirerQuestions } from '../../apps/orchestrator/src/use-cases/acquirer-questions.ts';
import type { SagaHappening } from '../../apps/orchestrator/src/use-cases/happening.ts';
import type { TellSagas } from '../../apps/orchestrator/src/use-cases/tell-sagas.ts';
import { createLogger } from '#observability';
import { newId } from '../support/payment-events.ts';
import { until } from '../support/until.ts';
import { aRequest } from './support/acquirer-requests.ts';
import { answers, guardedScript, type GuardedScript } from './support/scripted-connector.ts';

interface Asking {
  readonly alpha: GuardedScript;
  readonly beta: GuardedScript;
  readonly calls: AcquirerCalls;
  readonly questions: AcquirerQuestions;
  readonly told: SagaHappening[];
}

function asking(): Asking {
  const [alpha, beta] = [guardedScript({}, 'alpha'), guardedScript({}, 'beta')];
  const told: SagaHappening[] = [];
  const sagas = { tell: async (happening: SagaHappening) => void told.push(happening) } as unknown as TellSagas;
  const calls = new AcquirerCalls(1);
  const directory = new AcquirerDirectory([alpha.acquirer, beta.acquirer], 5_000);
  const logger = createLogger({ service: 'orchestrator', level: 'fatal' });
  return { alpha, beta, calls, told, questions: new AcquirerQuestions(directory, calls, sagas, logger) };
}

function questionAt(acquirer: string): Parameters<AcquirerQuestions['ask']>[0] {
  const saga = { merchantId: newId('mer'), paymentId: newId('pay'), id: crypto.randomUUID() };
  return { saga, acquirer, attemptId: newId('att'), epoch: 1 };
}

test('an acquirer whose find hangs keeps nobody from asking another', async () => {
  const { alpha, beta, questions, told } = asking();
  alpha.connector.holdsAnswers();
  beta.connector.answer = () => Promise.resolve(answers.approved);
  for (let question = 0; question < 200; question += 1) questions.ask(questionAt('alpha'));
  const other = questionAt('beta');
  questions.ask(other);
  await until('the answer of beta', () => told.length > 0);
  expect(told).toEqual([
    {
      key: other.saga,
      happening: { type: 'answered', attemptId: other.attemptId, answer: answers.approved, epoch: 1 },
    },
  ]);
  expect(alpha.connector.calls).toBe(32);
});

test('what is being asked is not asked again, until it has been told', async () => {
  const { alpha, questions, told } = asking();
  const held = alpha.connector.holdsAnswers();
  const question = questionAt('alpha');
  questions.ask(question);
  questions.ask(question);
  expect(alpha.connector.calls).toBe(1);
  held[0]?.(answers.approved);
  await until('the answer', () => told.length === 1);
  await until('the next question', () => {
    questions.ask(question);
    return alpha.connector.calls === 2;
  });
});

test('a call that was sent once more while the question waited is not asked after', async () => {
  const { alpha, calls, questions, told } = asking();
  const held = alpha.connector.holdsAnswers();
  for (let question = 0; question < 32; question += 1) questions.ask(questionAt('alpha'));
  const late = questionAt('alpha');
  questions.ask(late);
  calls.madeBy({ make: () => new Promise(() => undefined), refuse: async () => undefined });
  calls.add([{ ...late, request: aRequest() }]);
  for (const answer of held) answer(answers.approved);
  await until('the others', () => told.length === 32);
  await questions.beforeApplicationShutdown();
  expect(told.map(({ happening }) => happening)).not.toContainEqual(
    expect.objectContaining({ attemptId: late.attemptId }),
  );
});
