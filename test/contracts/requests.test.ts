import { describe, expect, test } from 'vitest';
import {
  acquirerRequests,
  deadLetterStream,
  operatedServices,
  operationsRequests,
  streams,
  webhookRequests,
} from '#contracts';

const questions = [
  ...Object.values(webhookRequests),
  ...Object.values(acquirerRequests),
  ...operatedServices.flatMap((service) => Object.values(operationsRequests).map((subjectOf) => subjectOf(service))),
];

/** Of a stream subject of the form `payments.v1.>`. */
const isCaught = (question: string, subject: string): boolean => question.startsWith(subject.replace(/>$/, ''));

describe('no stream stores a question and answers it in place of the service:', () => {
  const subjects = [...Object.values(streams), deadLetterStream].flatMap((stream) => [...stream.subjects]);

  test.each(questions)('%s', (question) => {
    expect(subjects.filter((subject) => isCaught(question, subject))).toEqual([]);
  });
});

test('each question has a subject of its own', () => {
  expect(new Set(questions).size).toBe(questions.length);
});
